"""The shape of a strategy of voting power: what to read of a chain, and what the answers weigh.

A strategy is pure: it says what it wants to read, and gets the answers. It rounds down once, and says where. Where a
token's balances lie in its storage, the same power can be proved from a block hash: `slots` says where to look, and
`weigh` turns the words found there into power.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from governance.errors import GovernanceError
from governance.settings import BalanceProof

Params = Mapping[str, object]


class StrategyError(GovernanceError):
    """Parameters that a strategy does not take (`E_STRATEGY`), or an answer that is no power (`E_VP_TYPE`)."""


class Read(NamedTuple):
    """One call to read at the snapshot block."""

    to: bytes
    data: bytes


class Strategy(NamedTuple):
    """One strategy at one version; rules bind both, so what a version weighs never changes."""

    name: str
    version: int
    check_params: Callable[[Params], None]
    """Refuse parameters that the strategy does not take (`E_STRATEGY`)."""
    reads: Callable[[Params, Sequence[bytes]], list[Read]]
    """What to read for these voters: one call for each, in their order."""
    powers: Callable[[Params, Sequence[bytes], Sequence[bytes | None]], dict[bytes, int]]
    """From voters and the answers to `reads` (None: the call failed) to powers in 1e-18."""
    contract: Callable[[Params], bytes]
    """The contract whose storage holds what is weighed."""
    slots: Callable[[Params, BalanceProof, Sequence[bytes]], list[int]]
    """Where that contract keeps the word of each voter."""
    weigh: Callable[[Params, int], int]
    """From one such word to power in 1e-18."""
