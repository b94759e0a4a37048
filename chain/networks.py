"""Chain ids by the short names of EIP-3770, native coins, and the chain id reserved for the embedded devnet.

Source: ethereum-lists/chains (`shortName`). A short table on purpose: a chain that is not here is written as CAIP-10.
"""

from __future__ import annotations

from types import MappingProxyType

DEVNET_CHAIN_ID = 20_200_903
"""The embedded chain, and nothing else; spaces `*.devnet`, its keys and its records are refused on any other."""

SHORT_NAMES = MappingProxyType({
    "eth": 1, "oeth": 10, "bnb": 56, "gno": 100, "pol": 137, "zksync": 324, "wc": 480, "base": 8453, "mantle": 5000,
    "arb1": 42161, "celo": 42220, "avax": 43114, "ink": 57073, "linea": 59144, "blastmainnet": 81457, "scr": 534352,
    "unichain": 130, "sonic": 146, "chi": 10200, "sep": 11155111, "basesep": 84532, "devnet": DEVNET_CHAIN_ID,
})  # fmt: skip

_COINS = MappingProxyType({
    56: "BNB", 100: "XDAI", 137: "POL", 5000: "MNT", 42220: "CELO", 43114: "AVAX", 146: "S", 10200: "XDAI",
})  # fmt: skip
"""Symbols of native coins, where they are not ETH; all of them have 18 decimals."""


def coin_symbol(chain_id: int) -> str:
    """Return the symbol of a chain's native coin; a chain that is not in the table is taken to use ETH."""
    return _COINS.get(chain_id, "ETH")
