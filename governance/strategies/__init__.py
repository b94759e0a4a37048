"""Strategies of voting power, by name and version.

The built-in ones stand in one table. A settings' strategy that is not in it could not be checked here, which is not
the same as being wrong (`UncheckableError`, `E_STRATEGY`); its power is never taken for zero.
"""

from __future__ import annotations

from types import MappingProxyType

from chain.errors import UncheckableError
from governance.strategies import erc20_balance_of
from governance.strategies.strategy import Read, Strategy, StrategyError

__all__ = ["BUILT_IN", "Read", "Strategy", "StrategyError", "find"]

BUILT_IN = MappingProxyType({(row.name, row.version): row for row in (erc20_balance_of.STRATEGY,)})


def find(name: str, version: int) -> Strategy:
    """Find a strategy; one that this installation lacks raises `UncheckableError` (`E_STRATEGY`)."""
    strategy = BUILT_IN.get((name, version))
    if strategy is None:
        raise UncheckableError("E_STRATEGY", "unknown", strategy=name, version=version)
    return strategy
