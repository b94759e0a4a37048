"""Check 52: which parts were vetoed, and that nothing of them was queued or signed afterwards.

A veto comes from the guardian or from enough owners of the Safe (`governance.vetoes`), on a proposal that passed and on
parts that are neither paid nor ended. What was signed before cannot be taken back: whether the part has ended is for
check 64, and an execution after the veto is refused by check 63.
"""

from __future__ import annotations

from collections.abc import Iterator

from dao.record.case import Case, Row, Stop, need
from dao.record.errors import RecordError
from governance.acts import ActLeaf
from governance.vetoes import Vetoers, veto_in_force


def parts_stopped(case: Case) -> None:
    """Vetoes are on parts that passed and stand; nothing of a stopped part is queued or signed behind the veto."""
    vetoes = [leaf for leaf in need(case.acts) if leaf.act.kind == "veto"]
    if not need(case.released):
        if vetoes:
            raise RecordError("E_STATE", "not_released")
        case.stops = {}
        return
    for leaf in vetoes:
        _check_stands(case, leaf)
    stops = {number: _first(case, number) for number in range(1, len(need(case.parts)) + 1)}
    case.stops = {number: stop for number, stop in stops.items() if stop is not None}
    for row, part in _steps(case):
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


def _first(case: Case, part: int) -> Stop | None:
    """What stopped a part first."""
    veto = veto_in_force(need(case.acts), vetoers_of(case), part)
    return None if veto is None else Stop("vetoed", veto.index, veto.time)


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


def _steps(case: Case) -> Iterator[tuple[Row, int]]:
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
