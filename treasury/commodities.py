"""Names of assets in plain-text accounting, where a commodity is a short word in capitals and nothing else.

Decides one name for each asset: Beancount's alphabet (2 to 24 capitals, digits, `'._-`, a letter first, a letter or
digit last), which hledger takes too. A symbol is a stranger's text and may be anybody's: where two assets would share a
name, or a token calls itself like a currency or a word of Beancount's, each of them gets the beginning of a hash of its
asset id as well, so that no token can pass for another. Symbols, decimals and ids stand beside the names in the files.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from hashlib import sha256
from typing import NamedTuple

from treasury.assets import parse_asset

_UNFIT = re.compile(r"[^A-Z0-9'._-]", re.ASCII)
_LENGTH = 24
_RESERVED = frozenset({"TRUE", "FALSE", "NULL"})
"""Values in Beancount's grammar."""
_MARKED = re.compile(r"[A-Z0-9]{1,7}\.[0-9A-F]{16}\Z", re.ASCII)
"""A symbol that looks like a marked name is marked itself."""


class Unit(NamedTuple):
    """How an asset is written."""

    name: str
    """As a commodity."""
    symbol: str
    """As the settings say it; empty where they do not know the asset."""
    decimals: int


def commodities(symbols: Mapping[str, tuple[str, int]], currencies: Collection[str] = ()) -> dict[str, Unit]:
    """Name every asset: from symbol and decimals by asset id. `currencies` are names that are taken already."""
    plain = {asset: _plain(symbol) for asset, (symbol, _) in symbols.items()}
    uses = Counter(plain.values())
    taken = _RESERVED | set(currencies)
    named = {
        asset: _marked(name, asset) if uses[name] > 1 or name in taken or _MARKED.match(name) else name
        for asset, name in plain.items()
    }
    assert len(set(named.values())) == len(named), "64 bits of a hash do not collide by accident"
    return {asset: Unit(named[asset], symbol, decimals) for asset, (symbol, decimals) in symbols.items()}


def _plain(symbol: str) -> str:
    """The symbol in capitals, without what no commodity may have; `3FM` becomes `X3FM`."""
    found = _UNFIT.sub("", symbol.upper()) if symbol.isascii() else ""
    if not found[:1].isalpha() or len(found) < 2:
        found = f"X{found}"
    found = found[:_LENGTH].rstrip("'._-")
    return found if len(found) > 1 else "XASSET"


def _marked(name: str, asset: str) -> str:
    """With 64 bits of the asset id's hash."""
    parse_asset(asset)
    mark = sha256(asset.encode()).hexdigest()[:16].upper()
    return f"{re.sub(r'[^A-Z0-9]', '', name)[:7]}.{mark}"
