"""May this vote enter the journal?

A vote counts if its leaf's time lies in the window; its own timestamp lies in the window too, orders only one voter's
own votes, and may not run ahead of its leaf. A vote whose power cannot be read yet is admitted and counts what the
snapshot says; a known zero is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from chain.address import checksum
from governance import counting
from governance.admission.window import SKEW_SECONDS, VOTE_GAP_SECONDS, AdmissionError, refuse_ahead, time_of
from governance.choice import read_choice
from governance.envelope import Envelope, Policy, check_signature
from governance.errors import GovernanceError
from governance.messages import proposal_id
from governance.plain_votes import PlainVote


class OpenProposal(NamedTuple):
    """What a vote's admission needs of its proposal."""

    id: bytes
    space: str
    voting: str
    """Snapshot's name of the voting system."""
    choices: int
    start: int
    end: int
    closed: bool = False
    """Whether the journal holds its `closed` leaf, or it was cancelled."""


class EarlierVote(NamedTuple):
    """A vote of the same voter on the same proposal that the journal holds."""

    id: bytes
    leaf_time: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteCase:
    """A vote, and every fact that its admission depends on."""

    envelope: Envelope
    proposal: OpenProposal
    leaf_time: int
    """Unix seconds; `now` at intake."""
    power: int | None
    """The voter's, at the snapshot, in 1e-18; None where it is not known yet."""
    earlier: Sequence[EarlierVote] = ()
    policy: Policy = "strict"
    """The settings' `admission`."""


def admit_vote(case: VoteCase, *, signature_checked: bool = False) -> None:
    """Return if the vote may enter the journal, or raise the first rule that it breaks, cheap rules first.

    `signature_checked` says that the caller has held this envelope's signature against the same policy already.
    Raises `AdmissionError`, a refusal of the rooms below, or `UncheckableError` (`E_1271_UNCHECKED`, `E_6492`).
    """
    for rule in RULES:
        rule(case)
    if not signature_checked:
        check_signature(case.envelope, case.policy)


def _is_a_vote_of_this_form(case: VoteCase) -> None:
    expected = counting.method(case.proposal.voting).action
    if not case.envelope.is_vote():
        raise AdmissionError("E_TYPES", "old", action=case.envelope.action, expected=expected)
    if case.envelope.action != expected:
        raise AdmissionError("E_CHOICE", "form", voting=case.proposal.voting, found=case.envelope.action)


def _is_of_this_space_and_proposal(case: VoteCase) -> None:
    """H18, H19: one signing domain serves every space and net, so these two members are all that ties a vote down."""
    space = case.envelope.message["space"]
    if space != case.proposal.space:
        raise AdmissionError("E_SPACE", "vote", space=space, expected=case.proposal.space)
    named = proposal_id(case.envelope)
    if named != case.proposal.id:
        raise AdmissionError("E_PROPOSAL", "other", id=named, expected=case.proposal.id)


def _is_in_the_window(case: VoteCase) -> None:
    """H47."""
    timestamp = time_of(case.envelope.message, "timestamp")
    times = {
        "timestamp": timestamp,
        "leaf_time": case.leaf_time,
        "start": case.proposal.start,
        "end": case.proposal.end,
    }
    if case.proposal.closed:
        raise AdmissionError("E_WINDOW", "closed", **times)
    if not case.proposal.start <= case.leaf_time <= case.proposal.end:
        raise AdmissionError("E_WINDOW", "leaf", **times)
    refuse_ahead(timestamp, case.leaf_time)
    if not case.proposal.start <= timestamp <= case.proposal.end:
        raise AdmissionError("E_WINDOW", "signed", **times)


def _is_new_and_not_too_soon(case: VoteCase) -> None:
    refuse_repeated(case.envelope.id, case.envelope.address, case.leaf_time, case.earlier)


def _choice_exists(case: VoteCase) -> None:
    """H50."""
    choice = read_choice(case.envelope.action, case.envelope.message["choice"])
    counting.method(case.proposal.voting).check(choice, case.proposal.choices)


def _has_power(case: VoteCase) -> None:
    if case.power is not None and case.power <= 0:
        raise AdmissionError("E_NO_POWER", "zero", voter=checksum(case.envelope.address))


def plain_admission(proposal: OpenProposal) -> Callable[[PlainVote, int], bool]:
    """Return a function that says of a vote in the bytes of most clients, and of its leaf's time, whether every rule
    returns that looks at nothing else, and all of them for a proposal that is not closed. Why not, `admit_vote` says.
    """
    method = counting.method(proposal.voting)
    action, choices, start, end = method.action, proposal.choices, proposal.start, proposal.end
    space, named = proposal.space.encode(), f"0x{proposal.id.hex()}".encode()

    def admits(vote: PlainVote, leaf_time: int) -> bool:
        timestamp = vote.timestamp
        if (
            vote.proposal != named
            or vote.space != space
            or vote.shape.kind.action != action
            or not start <= leaf_time <= end
            or not start <= timestamp <= end
            or timestamp > leaf_time + SKEW_SECONDS
        ):
            return False
        try:
            method.check(vote.choice, choices)
        except GovernanceError:
            return False
        return True

    return admits


def refuse_repeated(id_: bytes, voter: bytes, leaf_time: int, earlier: Sequence[EarlierVote]) -> None:
    """Refuse a vote that the journal holds (`E_DUPLICATE`), or that comes too soon after another of the same voter."""
    for vote in earlier:
        if vote.id == id_:
            raise AdmissionError("E_DUPLICATE", "message", id=vote.id)
    for vote in earlier:
        wait = vote.leaf_time + VOTE_GAP_SECONDS - leaf_time
        if wait > 0:
            raise AdmissionError("E_LIMIT", "vote_rate", voter=checksum(voter), seconds=wait)


RULES: tuple[Callable[[VoteCase], None], ...] = (
    _is_a_vote_of_this_form,
    _is_of_this_space_and_proposal,
    _is_in_the_window,
    _is_new_and_not_too_soon,
    _choice_exists,
    _has_power,
)
"""Cheap to dear; each raises or returns. The signature is judged after them, because it costs most."""
