"""The way of a text to its vote, step by step: every transition whose guard holds is made, one fact each.

Decides which step is next. Where the settings name no periods that is the proposal itself, with its document and steps
in one commit. Where they do, the text is submitted, frozen and published by as many runs as there are periods to wait
for; what the author signs alone is a step of his document, and whether it may be taken is decided where it is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from chain.cid import raw_cid
from chain.errors import CodedError
from chain.signer import Signer
from dao.record.carrier import Publication, Submission
from dao.workflow import proposing, submitting
from dao.workflow.desk import Desk
from dao.workflow.proposing import Decision, Published, PublishError
from dao.workflow.submitting import Submitted
from proposals.document import parse_document
from proposals.periods import Periods, Place, earliest

_BRING = "bring"
"""Whatever event brings a text in its state."""
Carry = Callable[[Submission | Publication | bytes], None]
"""What becomes of a signed thing that is taken elsewhere."""


class Advanced(NamedTuple):
    """How far a text came in one run."""

    number: int
    steps: tuple[Submitted, ...]
    """Those that its author took alone."""
    state: str
    """Of the lifecycle, after them."""
    published: Published | None
    """None where a period has to pass before."""
    earliest: int | None = None
    """From when on the next step is due."""


def advance(
    desk: Desk,
    raw: bytes,
    *,
    author: Signer,
    fund: str,
    supersedes: Sequence[bytes] = (),
    decision: Decision | None = None,
    carry: Carry | None = None,
) -> Advanced:
    """Bring a document as far as it may come now. With `carry` nothing is taken here, so one step is signed, checked
    and handed over.
    """
    number, steps = _number(desk, raw, fund), list[Submitted]()
    while True:
        proposing.refuse_withdrawn(desk, number)
        place, periods = proposing.stands(desk, number)
        event = _next(place, periods, raw_cid(raw).digest)
        due = earliest(place, event, periods)
        if due is not None and desk.now() < due:
            return Advanced(number, tuple(steps), place.state, None, due)
        if event == "open_vote" or (event == "freeze" and not periods.last_call):
            signed = proposing.sign(desk, raw, author=author, fund=fund, supersedes=supersedes, decision=decision)
            published = proposing.take(desk, signed)
            if carry is not None:
                carry(signed)
            return Advanced(number, tuple(steps), "Voting", published)
        if event == _BRING:
            submission = submitting.sign_submission(desk, raw, author)
            steps.append(submitting.take_submission(desk, submission))
        else:
            envelope = submitting.sign_step_of(desk, number, event, author)
            steps.append(submitting.take_step(desk, envelope))
        if carry is not None:
            carry(submission if event == _BRING else envelope)
            return Advanced(number, tuple(steps), place.state, None)


def _next(place: Place, periods: Periods, document: bytes) -> str:
    """The event that a text waits for: the vote, its freezing, its coming back, or that it is brought here at all."""
    is_there = place.document == document
    if place.state == "Stagnant":
        return "resurrect"
    if place.state == "LastCall":
        return "open_vote" if is_there else _BRING
    if not (periods.review or periods.last_call) or place.state not in ("Draft", "Review", "QuorumNotMet"):
        return "open_vote"
    return "freeze" if place.state == "Review" and is_there else _BRING


def _number(desk: Desk, raw: bytes, fund: str) -> int:
    """The number of a document; one that cannot be read is refused with all that is wrong with it (`E_LINT`)."""
    try:
        number = parse_document(raw).front.iip
    except CodedError:
        for money in proposing.settings_in_force(desk).funds:
            if money.name == fund:
                proposing.refuse_findings(raw, money)
        raise
    if number is None:
        raise PublishError("E_LINT", "number", count=1)
    return number
