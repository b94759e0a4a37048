"""Check 52: which parts were stopped, and that nothing of them was queued or signed afterwards.

A veto comes from the guardian or from enough owners of the Safe (`governance.vetoes`), on a proposal that passed and on
parts that are neither paid nor ended. Another proposal that supersedes this one stops all of its parts when it passes,
and that it passed is proved here by its own ballots (checks 20 to 42 on it). What was signed before cannot be taken
back: whether the part has ended is for check 64, and an execution after the stop is refused by check 63.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dao.record.case import Case, Row, Stop, need
from dao.record.checks_cancel import proposal_cancel
from dao.record.checks_committee import committee_grant
from dao.record.checks_proposal import (
    proposal_actions,
    proposal_document,
    proposal_passage,
    proposal_rules,
    proposal_signature,
)
from dao.record.checks_settings import proposal_settings
from dao.record.checks_vote import (
    power_proof,
    tally_scores,
    tally_verdict,
    votes_admission,
    votes_closed,
    votes_signature,
)
from dao.record.errors import RecordError
from governance.acts import ActLeaf
from governance.vetoes import Vetoers, veto_in_force

_PASSING: tuple[Callable[[Case], None], ...] = (
    proposal_signature, proposal_settings, proposal_document, proposal_actions, proposal_rules, proposal_passage,
    proposal_cancel, votes_signature, votes_admission, votes_closed, committee_grant, power_proof, tally_scores,
    tally_verdict,
)  # fmt: skip
"""The checks that prove that a proposal passed, in their order."""


def parts_stopped(case: Case) -> None:
    """Vetoes are on parts that passed and stand; nothing of a stopped part is queued or signed afterwards."""
    vetoes = [leaf for leaf in need(case.acts) if leaf.act.kind == "veto"]
    if not need(case.released):
        if vetoes:
            raise RecordError("E_STATE", "not_released")
        case.stops = {}
        return
    for leaf in vetoes:
        _check_stands(case, leaf)
    superseded = _superseded(case)
    stops = {number: _first(case, number, superseded) for number in range(1, len(need(case.parts)) + 1)}
    case.stops = {number: stop for number, stop in stops.items() if stop is not None}
    for row, part in steps_of(case):
        stop = case.stops.get(part)
        if stop is not None and row.index > stop.index:
            raise stopped(part, stop)


def stopped(part: int, stop: Stop) -> RecordError:
    """The refusal of anything more for a part that was stopped."""
    return RecordError("E_VETO" if stop.cause == "vetoed" else "E_SUPERSEDED", part=part, time=stop.time)


def vetoers_of(case: Case) -> Vetoers:
    """Who may veto this proposal's parts."""
    safe = need(case.safe_at_close)
    return Vetoers(
        guardian=need(case.settings).guardian, owners=frozenset(safe.owners), threshold=safe.threshold
    )  # fmt: skip


def _first(case: Case, part: int, superseded: Stop | None) -> Stop | None:
    """What stopped a part first."""
    veto = veto_in_force(need(case.acts), vetoers_of(case), part)
    found = [] if veto is None else [Stop("vetoed", veto.index, veto.time)]
    found += [] if superseded is None else [superseded]
    return min(found, key=lambda stop: stop.index, default=None)


def _superseded(case: Case) -> Stop | None:
    """The first result by which another proposal superseded this one."""
    stops = []
    for id_, newer in case.newer.items():
        newer.settings_rows, newer.blocks, newer.fresh = need(case.settings_rows), case.blocks, case.fresh
        for check in _PASSING:
            check(newer)
        case.power_assumed |= newer.power_assumed
        case.contract_assumed |= newer.contract_assumed
        row = next(newer.rows("result", proposal=id_))
        if need(newer.released):
            stops.append((row.index, row.leaf.time, need(newer.commitment).iip))
    if not stops:
        return None
    index, time, case.superseded_by = min(stops)
    return Stop("superseded", index, time)


def _check_stands(case: Case, leaf: ActLeaf) -> None:
    """A veto on what is paid, or over, would say that it was stopped."""
    over = {
        row.leaf.body["part"]
        for row in case.rows_of("executed", "ended")
        if row.leaf.body["proposal"] == case.proposal and row.index < leaf.index
    }
    touched = range(1, len(need(case.parts)) + 1) if leaf.act.part == 0 else (leaf.act.part,)
    if over.issuperset(touched):
        raise RecordError("E_ALREADY", "over", part=leaf.act.part)


def steps_of(case: Case) -> Iterator[tuple[Row, int]]:
    """Every queued transaction of this proposal and every confirmation of one, with the part's number."""
    parts: dict[object, int] = {}
    for row in case.rows("queued", proposal=case.proposal):
        number = row.leaf.body["part"]
        assert isinstance(number, int), "the leaf's schema says so"
        parts[row.leaf.body["hash"]] = number
        yield row, number
    for row in case.rows("confirmation"):
        if row.leaf.body["hash"] in parts:
            yield row, parts[row.leaf.body["hash"]]
