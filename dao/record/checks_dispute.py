"""Check 53: which parts were disputed, and that nothing of them was queued or signed while they were frozen.

A dispute is on a part that passed and stands: not paid, not ended, not stopped, and not expired. The panel of the
settings lets it go on (`governance.disputes`), or it is terminated when their time is over; that it was ended for this
cause is for check 64, and an execution while it was frozen is refused by check 63.
"""

from __future__ import annotations

from dao.record.case import Case, need
from dao.record.checks_stop import steps_of, stopped
from dao.record.errors import RecordError
from dao.record.windows import latest_of
from governance.acts import ActLeaf
from governance.disputes import dispute_on


def parts_disputed(case: Case) -> None:
    """Disputes are on parts that passed and stand; nothing of a frozen part is queued or signed."""
    acts = need(case.acts)
    opened = [leaf for leaf in acts if leaf.act.kind == "dispute"]
    if opened and not need(case.released):
        raise RecordError("E_STATE", "not_released")
    case.disputes = {}
    for leaf in opened:
        _check_stands(case, leaf)
    rules = need(case.settings).disputes
    found = {leaf.act.part: dispute_on(acts, rules, leaf.act.part) for leaf in opened}
    case.disputes = {part: dispute for part, dispute in found.items() if dispute is not None}
    for row, part in steps_of(case) if opened else ():
        dispute = case.disputes.get(part)
        if dispute is not None and dispute.freezes_leaf(row.index):
            raise frozen(part, dispute.deadline)


def frozen(part: int, deadline: int) -> RecordError:
    """The refusal of anything for a part whose dispute nobody has resolved."""
    return RecordError("E_DISPUTED", "part", part=part, deadline=deadline)


def _check_stands(case: Case, leaf: ActLeaf) -> None:
    """A dispute on what is paid, ended, stopped or expired would bring it back to life, or say what is not so."""
    part = leaf.act.part
    stop = need(case.stops).get(part)
    if stop is not None and stop.index < leaf.index:
        raise stopped(part, stop)
    for row in case.rows_of("executed", "ended"):
        if (row.leaf.body["proposal"], row.leaf.body["part"]) == (case.proposal, part) and row.index < leaf.index:
            raise RecordError("E_ALREADY", "over", part=part)
    latest = latest_of(case, part)
    if latest is not None and leaf.time > latest:
        raise RecordError("E_EXPIRED", latest=latest, now=leaf.time)
