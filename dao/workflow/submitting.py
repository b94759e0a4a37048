"""Before the vote: an author puts a text under review, revises it, freezes it, and withdraws it, each under his own
signature.

A text in the journal holds its number for its author, so that others can read it, and asks for nothing yet: no fund
knows of it. Publishing ends this part of its life, and from then on the author cancels instead. Who may put a text
there is this writer's door, as for a proposal; a number gives nobody a right to be paid.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import NamedTuple

from chain.address import checksum
from chain.cid import CID, RAW, raw_cid
from chain.signer import Signer
from dao.errors import DaoError
from dao.record.carrier import Submission
from dao.record.case import Row, cid_of
from dao.workflow.desk import Blocks, Desk, Fact
from dao.workflow.power_evidence import read_powers
from dao.workflow.proposing import (
    PublishError,
    refuse_findings,
    refuse_withdrawn,
    settings_in_force,
    snapshots_of,
    stands,
    state_of,
)
from governance.admission import AdmissionError
from governance.document_steps import BRING, DocumentStep, read_step, sign_step, step_message
from governance.rules import rules_of
from governance.settings import Settings
from proposals.document import parse_document

OF_A_TEXT = frozenset({"Draft", "Review", "LastCall", "Stagnant", "Withdrawn"})
"""States of a number that no proposal asks a vote for."""
_BRINGS = MappingProxyType({"Review": "revise", "LastCall": "normative_change", "QuorumNotMet": "resubmit"})
"""By state: the event with which a text comes; elsewhere it is submitted for review."""


class SubmitError(DaoError):
    """A text that is published already, or whose number has none (`E_STATE`, `E_PROPOSAL`)."""


class Submitted(NamedTuple):
    """A step of a document in the journal."""

    number: int
    event: str
    """Of the lifecycle, as `submit_for_review`, `revise` or `withdraw`."""
    document: CID
    reason: str
    """Why it was withdrawn; empty for every other event."""
    leaf: int


def submit(desk: Desk, raw: bytes, author: Signer) -> Submitted:
    """Sign a text and put it under review, as the first, the next or the second try of its number."""
    return take_submission(desk, sign_submission(desk, raw, author))


def withdraw(desk: Desk, number: int, reason: str, author: Signer) -> Submitted:
    """Sign and take the withdrawal of the newest text of a number."""
    return take_step(desk, sign_step_of(desk, number, "withdraw", author, reason))


def step(desk: Desk, number: int, event: str, author: Signer) -> Submitted:
    """Sign and take a step on the newest text of a number that brings no text: `freeze` or `resurrect`."""
    return take_step(desk, sign_step_of(desk, number, event, author))


def sign_submission(desk: Desk, raw: bytes, author: Signer) -> Submission:
    """Lint a text and sign it for review, and take it nowhere."""
    settings = settings_in_force(desk)
    number = _linted(raw, settings)
    _refuse_over(desk, number)
    place, _ = stands(desk, number)
    if place.state == "Stagnant":
        raise SubmitError("E_STATE", "stagnant", iip=number, name=f"{settings.prefix}-{number}", since=place.since)
    event = _BRINGS.get(place.state, "submit_for_review")
    message = step_message(
        space=settings.space, iip=number, event=event, document=raw_cid(raw).digest, reason="", timestamp=desk.now()
    )
    return Submission(sign_step(message, author), raw)


def sign_step_of(desk: Desk, number: int, event: str, author: Signer, reason: str = "") -> bytes:
    """Sign a step on the newest text of a number that brings no text, and take it nowhere; return its envelope."""
    _refuse_over(desk, number)
    message = step_message(
        space=settings_in_force(desk).space,
        iip=number,
        event=event,
        document=newest_text(desk, number, event).digest,
        reason=reason,
        timestamp=desk.now(),
    )
    return sign_step(message, author)


def take_submission(desk: Desk, submission: Submission) -> Submitted:
    """Take a signed text, wherever it was signed. It is linted again, and who may propose may submit."""
    step = read_step(submission.envelope)
    settings = settings_in_force(desk)
    if step.event not in BRING:
        raise SubmitError("E_CARRIER", "not_a_submission", event=step.event)
    number, blocks = _linted(submission.document, settings), Blocks()
    document = blocks.raw(submission.document)
    if (number, document.digest) != (step.iip, step.document):
        raise PublishError(
            "E_REVISION", "carried", field="document", found=str(document), signed=str(CID(RAW, step.document))
        )
    _refuse_over(desk, number)
    _refuse_stranger(desk, settings, step.address)
    facts = [Fact("document", {"iip": number, "author": step.address, "document": document})]
    return _take(desk, step, document, facts, blocks)


def take_step(desk: Desk, raw: bytes) -> Submitted:
    """Take a signed step that brings no text, wherever it was signed."""
    step = read_step(raw)
    if step.event in BRING:
        raise SubmitError("E_CARRIER", "no_text", event=step.event)
    _refuse_over(desk, step.iip)
    newest_text(desk, step.iip, step.event)  # which the step has to name
    return _take(desk, step, CID(RAW, step.document), [], Blocks())


def find_step(desk: Desk, step: DocumentStep) -> int | None:
    """The leaf of this very step of this signer, if it is in the journal."""
    for index, leaf in enumerate(desk.journal.leaves):
        if leaf.kind == "step" and leaf.body["id"] == step.id:
            found = read_step(desk.get(cid_of(Row(index, leaf), "envelope")))
            return index if found.address == step.address else None
    return None


def find_submitted(desk: Desk, raw: bytes, author: bytes) -> Submitted | None:
    """The step by which this author put these very bytes under review, while they are the newest text there."""
    numbers = {leaf.body["iip"] for leaf in desk.journal.leaves if leaf.body.get("document") == raw_cid(raw)}
    for number in numbers:
        assert isinstance(number, int), "the leaf's schema says so"
        last = _last_step(desk, number, BRING)
        stays = state_of(desk, number) in ("Review", "LastCall")
        is_newest = stays and newest_text(desk, number) == raw_cid(raw)
        if last is not None and last[1].address == author and is_newest:
            return Submitted(number, last[1].event, raw_cid(raw), "", last[0])
    return None


def find_withdrawn(desk: Desk, number: int, author: bytes) -> Submitted | None:
    """The step by which this author withdrew a number."""
    last = _last_step(desk, number, ("withdraw",))
    if last is None or last[1].address != author:
        return None
    return Submitted(number, "withdraw", newest_text(desk, number), last[1].reason, last[0])


def _last_step(desk: Desk, number: int, events: Sequence[str]) -> tuple[int, DocumentStep] | None:
    """The newest signed step of a number with one of these events, with its leaf's index."""
    for index, leaf in reversed(list(enumerate(desk.journal.leaves))):
        if leaf.kind == "step" and leaf.body["iip"] == number and leaf.body["event"] in events:
            return index, read_step(desk.get(cid_of(Row(index, leaf), "envelope")))
    return None


def newest_text(desk: Desk, number: int, event: str = "withdraw") -> CID:
    """The newest text of a number; `E_REVISION` where there is none."""
    for index, leaf in reversed(list(enumerate(desk.journal.leaves))):
        if leaf.kind == "document" and leaf.body["iip"] == number:
            return cid_of(Row(index, leaf), "document")
    raise SubmitError("E_REVISION", "no_text", iip=number, event=event)


def _take(desk: Desk, step: DocumentStep, document: CID, facts: list[Fact], blocks: Blocks) -> Submitted:
    body = {
        "id": step.id, "iip": step.iip, "event": step.event, "document": document, "envelope": blocks.raw(step.raw),
    }  # fmt: skip
    leaf = desk.take([*facts, Fact("step", body)], blocks)[-1]
    desk.keep_as(settings_in_force(desk).journal.origin)
    return Submitted(step.iip, step.event, document, step.reason, leaf)


def _refuse_over(desk: Desk, number: int) -> None:
    """A text that is voted on, or was withdrawn, has no step left."""
    refuse_withdrawn(desk, number)
    state = state_of(desk, number)
    if state == "Voting":
        raise SubmitError("E_STATE", "published", iip=number)
    if state not in OF_A_TEXT and state != "QuorumNotMet":
        raise SubmitError("E_STATE", "decided", iip=number, state=state)


def _refuse_stranger(desk: Desk, settings: Settings, author: bytes) -> None:
    """Who may propose may submit; where every voter may, that takes power at the newest block that is final."""
    if settings.proposers:
        if author not in settings.proposers:
            raise AdmissionError("E_THRESHOLD", "proposer", author=checksum(author))
        return
    snapshots = snapshots_of(desk, settings, desk.head())
    blocks = [snapshots[chain_id] for chain_id in sorted(snapshots)]
    tables = read_powers(desk.node, rules_of(settings, blocks), [author], desk.file)
    if not any(any(table.powers.values()) for table in tables):
        raise AdmissionError("E_THRESHOLD", "no_power", author=checksum(author))


def _linted(raw: bytes, settings: Settings) -> int:
    """The number of a text that is without errors for one of the funds."""
    refusals = []
    for fund in settings.funds:
        try:
            refuse_findings(raw, fund)
            break
        except PublishError as error:
            refusals.append(error)
    else:
        raise refusals[0]
    number = parse_document(raw).front.iip
    if number is None:
        raise PublishError("E_LINT", "number", count=1)
    return number
