"""Names of assets: CAIP-19 text, one spelling each, and the small arithmetic of amounts per asset.

Decides what an asset is called in the books: `eip155:1/slip44:60` for a chain's native coin and
`eip155:1/erc20:0x…` for a token, with the address in EIP-55. Symbols and decimals are somebody's claim about an asset
and stand in the space's settings, not here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from chain import address
from chain.address import AddressError
from treasury.errors import TreasuryError

Amounts = Mapping[str, int]
"""Base units by asset id; an asset that is not there counts as zero."""

_SPELLING = re.compile(r"eip155:([1-9][0-9]{0,18})/(?:slip44:60|erc20:(0x[0-9a-fA-F]{40}))\Z", re.ASCII)


class AssetError(TreasuryError):
    """Text that is not an asset id in its one spelling (`E_ASSET`)."""


class AssetName(NamedTuple):
    """An asset id taken apart."""

    chain_id: int
    token: bytes | None
    """The ERC-20 contract; None for the chain's native coin."""


def native(chain_id: int) -> str:
    """Name the native coin of a chain. 60 is ether's number in SLIP-44, used here on every EVM chain."""
    return f"eip155:{chain_id}/slip44:60"


def erc20(chain_id: int, token: bytes) -> str:
    """Name an ERC-20 token by its 20-byte contract address."""
    return f"eip155:{chain_id}/erc20:{address.checksum(token)}"


def asset_id(chain_id: int, token: bytes | None) -> str:
    """Name the token of a chain, or its native coin where `token` is None."""
    return native(chain_id) if token is None else erc20(chain_id, token)


@lru_cache(maxsize=4096)
def parse_asset(text: str) -> AssetName:
    """Take an asset id apart; raise `AssetError` (`E_ASSET`) unless it is spelled as `asset_id` spells it."""
    match = _SPELLING.match(text)
    if match is None:
        raise AssetError("E_ASSET", "form", asset=text)
    chain_id, token = int(match.group(1)), match.group(2)
    if token is None:
        return AssetName(chain_id, None)
    try:
        return AssetName(chain_id, address.parse(token))
    except AddressError as error:
        raise AssetError("E_ASSET", "checksum", asset=text) from error


def total(many: Iterable[Amounts]) -> dict[str, int]:
    """Add amounts asset by asset, in the order in which assets first appear; assets that come to zero are left out."""
    sums: dict[str, int] = {}
    for amounts in many:
        for asset, amount in amounts.items():
            sums[asset] = sums.get(asset, 0) + amount
    return {asset: amount for asset, amount in sums.items() if amount}
