"""Where an IIP stands: its state in the lifecycle, why, its parts, and what can happen next.

Decides which numbered checks a proposal has come far enough for, and the one step that only the clock takes: a passed
proposal of which nothing is left but parts that expired, or that can be ended, is at its end. Everything else follows
from the journal's leaves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

from chain.errors import CodedError
from dao.record.case import Case, cid_of, need
from dao.record.life import ends, history
from dao.views.numbers import Numbered
from dao.views.part_standing import OVER, Standing, Step, standing
from dao.workflow.desk import PAID, REQUIRED, Desk
from dao.workflow.proposing import stands
from dao.workflow.submitting import OF_A_TEXT
from governance.admission.window import member_int
from governance.document_steps import read_step
from proposals import lifecycle
from proposals.periods import earliest

_OPEN = (*REQUIRED["proposal"], 30, 31)
_RESULT = (*PAID, 25)


@dataclass(frozen=True, slots=True, kw_only=True)
class IipStanding:
    """One IIP as it stands."""

    numbered: Numbered
    name: str
    state: str
    """Of the lifecycle; `?` where a check refused before it was known."""
    code: str
    reason: str
    facts: Mapping[str, object]
    """Key and facts of the sentence that says why."""
    start: int | None = None
    end: int | None = None
    parts: tuple[Standing, ...] = ()
    steps: tuple[Step, ...] = ()
    """What can be done for the IIP itself, and for each part that waits for somebody."""
    void: tuple[bytes, ...] = ()
    """Whose votes decide nothing, because the author cancelled the proposal; in the order in which they first voted."""
    problem: CodedError | None = None
    """What a check refused: the journal holds something that should not be there."""


def iip_standing(desk: Desk, numbered: Numbered, prefix: str, now: int) -> IipStanding:
    """Say where one IIP stands. A check that refuses is told, not raised, so that one IIP does not hide the others."""
    name = f"{prefix}-{numbered.number}"
    try:
        if not numbered.proposals:
            return _without_proposal(desk, numbered, name)
        proposal = numbered.proposals[-1]
        kinds = {leaf.kind for leaf in desk.journal.leaves if leaf.body.get("proposal") == proposal}
        if "cancel" in kinds:
            return _cancelled(desk.case(proposal, *_OPEN, 25), numbered, name, now)
        if "result" in kinds:
            case = desk.case(proposal, *_RESULT)
            if case.status in OF_A_TEXT:  # asked once in vain, and brought back
                return _without_proposal(desk, numbered, name)
            place, periods = stands(desk, numbered.number)
            return _decided(case, numbered, name, now, earliest(place, "resubmit", periods))
        return _undecided(desk.case(proposal, *_OPEN), numbered, name, now, is_closed="closed" in kinds)
    except CodedError as error:
        return IipStanding(
            numbered=numbered,
            name=name,
            state="?",
            code=error.code,
            reason=error.reason,
            facts=error.facts,
            problem=error,
        )


def _without_proposal(desk: Desk, numbered: Numbered, name: str) -> IipStanding:
    place, periods = stands(desk, numbered.number)
    if place.state == "Withdrawn":
        last = history(desk.journal.leaves, numbered.number, desk.get)[-1]
        facts = {"time": last.leaf.time, "why": read_step(desk.get(cid_of(last, "envelope"))).reason}
        return IipStanding(
            numbered=numbered, name=name, state=place.state, code="STATUS", reason="withdrawn", facts=facts
        )  # fmt: skip
    due = earliest(place, {"Review": "freeze", "LastCall": "open_vote"}.get(place.state, ""), periods)
    reason = "stagnant" if place.state == "Stagnant" else "unpublished"
    facts = {"since": place.since}
    steps = (Step("dao publish FILE", due if due is not None and due > desk.now() else None),)
    if reason == "unpublished" and due is not None:
        reason, facts = "in_review" if place.state == "Review" else "last_call", {"earliest": due}
    way_out = Step(f"dao resurrect {name}" if place.state == "Stagnant" else f"dao withdraw {name}")
    return IipStanding(
        numbered=numbered, name=name, state=place.state, code="STATUS", reason=reason, facts=facts,
        steps=(*steps, way_out),
    )  # fmt: skip


def _undecided(case: Case, numbered: Numbered, name: str, now: int, *, is_closed: bool) -> IipStanding:
    message = need(case.envelope).message
    start, end = member_int(message, "start"), member_int(message, "end")
    facts = {"start": start, "end": end, "votes": len(need(case.votes))}
    steps: tuple[Step, ...] = (Step(f"dao tally {name}", end + 1),)
    if is_closed:
        reason, steps = "uncounted", (Step(f"dao tally {name}"),)
    elif now > end:
        reason, steps = "ended", (Step(f"dao tally {name}"),)
    else:
        reason = "open" if now >= start else "not_open"
        steps = (Step(f"dao vote cast {name} CHOICE", None if now >= start else start, end), *steps)
    case.released = None
    return IipStanding(
        numbered=numbered,
        name=name,
        state=need(case.status),
        code="STATUS",
        reason=reason,
        facts=facts,
        start=start,
        end=end,
        parts=_parts(case, name, now),
        steps=steps,
    )


def _cancelled(case: Case, numbered: Numbered, name: str, now: int) -> IipStanding:
    message, row = need(case.envelope).message, need(case.cancelled)
    return IipStanding(
        numbered=numbered,
        name=name,
        state=need(case.status),
        code="STATUS",
        reason="cancelled",
        facts={"time": row.leaf.time, "votes": len(need(case.votes)), "voters": len(voters_of(case))},
        start=member_int(message, "start"),
        end=member_int(message, "end"),
        parts=_parts(case, name, now),
        void=voters_of(case),
    )


def voters_of(case: Case) -> tuple[bytes, ...]:
    """Who voted, each once, in the order in which they first did."""
    return tuple(dict.fromkeys(vote.envelope.address for vote in need(case.votes)))


def _decided(case: Case, numbered: Numbered, name: str, now: int, again: int | None) -> IipStanding:
    message, verdict = need(case.envelope).message, need(case.verdict)
    code, _, reason = verdict.key.partition(".")
    facts = verdict.facts
    parts = _parts(case, name, now)
    if any(part.state.startswith("supersede") for part in parts):
        code, reason = "STATUS", "superseded"
        facts = {"by": f"{name.rpartition('-')[0]}-{case.superseded_by}"}
    state = need(case.status)
    states = {part.state for part in parts}
    if parts and state in ("Passed", "Queued") and states <= OVER:
        for event in ends(states):
            state = lifecycle.step(state, event)
    steps = tuple(chain.from_iterable(part.steps for part in parts))
    if state == "QuorumNotMet":
        steps = (Step("dao publish FILE", again if again is not None and again > now else None),)
    return IipStanding(
        numbered=numbered,
        name=name,
        state=state,
        code=code,
        reason=reason,
        facts=facts,
        start=member_int(message, "start"),
        end=member_int(message, "end"),
        parts=parts,
        steps=steps,
    )


def _parts(case: Case, name: str, now: int) -> tuple[Standing, ...]:
    return tuple(standing(case, number, f"{name}/{number}", now) for number in range(1, len(need(case.parts)) + 1))
