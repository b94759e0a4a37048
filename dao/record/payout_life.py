"""The life of one part's payout, as the facts of its proposal tell it.

Decides which event of the payout's machine each fact means, and when the clock alone makes one. What the machine allows
is decided by `proposals.lifecycle`; that the facts are true, by the numbered checks, which have run on the case.
"""

from __future__ import annotations

from collections.abc import Iterator

from dao.record.case import Case, need
from dao.record.checks_acts import milestone_rules
from dao.record.windows import latest_of
from governance.acts import MILESTONE_KINDS, Milestone, after_act
from proposals import lifecycle

_STOPS = {"vetoed": "veto", "superseded": "supersede"}
_ENDS = {"expired": "lapse", "terminated": "terminate"}


def payout_state(case: Case, part: int, now: int) -> str:
    """Where a part (1-based) stands at `now`; raise `StateError` where its facts are no way through the table."""
    return lifecycle.status(payout_events(case, part, now), lifecycle.PAYOUT)


def payout_events(case: Case, part: int, now: int) -> list[str]:
    """The events of a part in the order of their leaves, and last the one that the time has made.

    What comes after a part was stopped or paid changes nothing, and is left out.
    """
    if not case.released:
        return []
    timed = sorted(_timed(case, part))
    events: list[str] = []
    for _, event in timed:
        events.append(event)
        if event in ("pay", "lapse", "terminate", "veto", "supersede"):
            return events
    dispute = need(case.disputes).get(part)
    latest = latest_of(case, part)
    if dispute is not None and dispute.is_lapsed(now):
        events.append("terminate")
    elif latest is not None and now > latest and (dispute is None or not dispute.is_open(now)):
        events.append("lapse")
    return events


def _timed(case: Case, part: int) -> Iterator[tuple[int, str]]:
    """Each event with the index of the leaf that makes it."""
    if not need(case.parts)[part - 1].release:
        yield next(case.rows("result", proposal=case.proposal)).index, "release"
    yield from _acts(case, part)
    stop = need(case.stops).get(part)
    if stop is not None:
        yield stop.index, _STOPS[stop.cause]
    for row in case.rows("executed", proposal=case.proposal, part=part):
        yield row.index, "pay"
    for row in case.rows("ended", proposal=case.proposal, part=part):
        if row.leaf.body["cause"] in _ENDS:
            yield row.index, _ENDS[str(row.leaf.body["cause"])]


def _acts(case: Case, part: int) -> Iterator[tuple[int, str]]:
    milestone = Milestone()
    for leaf in need(case.acts):
        kind = leaf.act.kind
        if leaf.act.part == part and kind in MILESTONE_KINDS:
            milestone = after_act(milestone, leaf, milestone_rules(case))
            if kind != "approve":
                yield leaf.index, kind
            elif milestone.release is not None:
                yield leaf.index, "accept"
    dispute = need(case.disputes).get(part)
    if dispute is not None:
        yield dispute.opened.index, "dispute"
        if dispute.resolved is not None:
            yield dispute.resolved.index, "resolve"
