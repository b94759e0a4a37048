"""Strategies of voting power, by name and version.

The built-in ones stand in one table. A settings' strategy that is not in it could not be checked here, which is not
the same as being wrong (`UncheckableError`, `E_STRATEGY`); its power is never taken for zero.
"""

from __future__ import annotations

from types import MappingProxyType

from chain.errors import UncheckableError
from governance.strategies import (
    capped,
    contract_call,
    delegation,
    erc20_balance_of,
    erc20_votes,
    erc20_votes_with_override,
    erc20_with_balance,
    erc721,
    erc1155_balance_of,
    eth_balance,
    excluding,
    math,
    mutual_policies,
    ticket,
    whitelist,
)
from governance.strategies.strategy import Read, Strategy, StrategyError

__all__ = ["BUILT_IN", "Read", "Strategy", "StrategyError", "find"]

_MODULES = (
    capped, contract_call, delegation, erc1155_balance_of, erc20_balance_of, erc20_votes, erc20_votes_with_override,
    erc20_with_balance, erc721, eth_balance, excluding, math, mutual_policies, ticket, whitelist,
)  # fmt: skip

_ROWS: tuple[Strategy, ...] = tuple(module.STRATEGY for module in _MODULES)

BUILT_IN = MappingProxyType({(row.name, row.version): row for row in _ROWS})


def find(name: str, version: int) -> Strategy:
    """Find a strategy; one that this installation lacks raises `UncheckableError` (`E_STRATEGY`)."""
    strategy = BUILT_IN.get((name, version))
    if strategy is None:
        raise UncheckableError("E_STRATEGY", "unknown", strategy=name, version=version)
    return strategy
