"""Powers that a hub says, against those that a node's answers give at the proposal's snapshot block.

Decides which of a proposal's strategies can be computed here, by the same code that weighs our own votes, and whether
the hub's powers are these. Only strategies whose power depends on nobody else's vote are computed: where delegations
are overridden a hub's power is of the moment at which it was asked. Parameters are Snapshot's; those that our
strategies do not take, and chains that the node is not on, are left to trust, by name. Where the answers come from is
the caller's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from chain.address import checksum
from chain.errors import CodedError
from chain.finding import Finding
from governance.hub_votes import HubProposal, HubVote, checksummed
from governance.settings import StrategySettings
from governance.strategies import find
from governance.strategies.strategy import UNIT

COMPUTED = frozenset({
    "contract-call", "erc1155-balance-of", "erc20-balance-of", "erc20-votes", "erc20-with-balance", "erc721",
    "eth-balance", "ticket", "whitelist",
})  # fmt: skip
"""Snapshot's strategies that ours of the same name compute."""
_CHAIN = re.compile(r"[1-9][0-9]{0,15}\Z", re.ASCII)
_CLOSE = 10**12
"""Powers nearer than their millionth of a millionth are the same double."""


class Planned(NamedTuple):
    """What can be computed of a strategy: its settings here, or why not."""

    number: int
    """1-based."""
    name: str
    settings: StrategySettings | None
    why: str = ""
    """`strategy`, `params` or `chain`, where it cannot be computed."""


class Computed(NamedTuple):
    """The powers of one strategy at the snapshot."""

    planned: Planned
    powers: Mapping[bytes, int]
    """In 1e-18, of every voter."""


def plan(proposal: HubProposal, chain_id: int) -> list[Planned]:
    """Say of each strategy whether a node of this chain is enough to compute it."""
    return [_planned(number, row, proposal, chain_id) for number, row in enumerate(proposal.strategies, 1)]


def _planned(number: int, row: Mapping[str, object], proposal: HubProposal, chain_id: int) -> Planned:
    name = str(row.get("name", ""))[:80]
    network, params = str(row.get("network") or proposal.network), row.get("params")
    if name not in COMPUTED:
        return Planned(number, name, None, "strategy")
    if not _CHAIN.match(network) or int(network) != chain_id:
        return Planned(number, name, None, "chain")
    if not isinstance(params, dict):
        return Planned(number, name, None, "params")
    params = _taken(name, params)
    try:
        find(name, 1).check_params(params)
    except CodedError:
        return Planned(number, name, None, "params")
    return Planned(number, name, StrategySettings(chain_id=chain_id, name=name, version=1, params=params, proof=None))


def _taken(name: str, params: Mapping[str, object]) -> dict[str, object]:
    """Snapshot's parameters as ours are spelled: an address with its checksum, a ticket's value as text."""
    if name == "ticket":
        return {"value": str(params.get("value") or 1)}
    return {**params, "address": checksummed(params["address"])} if "address" in params else dict(params)


def compare(votes: Sequence[HubVote], planned: Sequence[Planned], computed: Sequence[Computed]) -> Iterator[Finding]:
    """Find the votes whose powers are others, and the strategies that were left to trust."""
    for table in computed:
        wrong = [
            (vote, said, found)
            for vote in votes
            if (said := _said(vote, table.planned.number, len(planned))) is not None
            and not _same(said, found := Fraction(table.powers[vote.voter], UNIT))
        ]
        for vote, said, found in wrong:
            facts = {"voter": checksum(vote.voter), "said": said, "found": found, "strategy": table.planned.name}
            yield Finding(code="E_HUB_POWER", reason="node", level="error", facts=facts)
    for row in planned:
        if row.settings is None:
            facts = {"strategy": row.name, "number": row.number, "why": row.why}
            yield Finding(code="W_HUB_POWER", reason=row.why, level="warning", facts=facts)


def _said(vote: HubVote, number: int, strategies: int) -> Fraction | None:
    """The hub's power of a vote by one strategy; None where it says none."""
    if len(vote.by_strategy) == strategies:
        return Fraction(vote.by_strategy[number - 1])
    return Fraction(vote.power) if strategies == 1 else None


def _same(said: Fraction, found: Fraction) -> bool:
    return abs(said - found) * _CLOSE <= max(abs(said), abs(found))
