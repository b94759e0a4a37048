"""`governance.admission.vote`: when a vote enters the journal."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.errors import CodedError, UncheckableError
from chain.signature import sign
from governance.admission import EarlierVote, OpenProposal, VoteCase, admit_vote
from governance.admission.vote import plain_admission
from governance.messages import cancel_message, read_envelope, sign_envelope
from governance.plain_votes import read_plain
from tests.governance.space_values import NOW, SPACE, key, person, signed_vote, signer

ID = b"\x11" * 32
PROPOSAL = OpenProposal(id=ID, space=SPACE, voting="basic", choices=3, start=NOW, end=NOW + 1_000)


def case(members: dict[str, Any] | None = None, **facts: Any) -> VoteCase:
    """A sound vote at the start of its window, with other members or other facts."""
    known: dict[str, Any] = {
        "envelope": read_envelope(signed_vote(**(members or {}))),
        "proposal": PROPOSAL,
        "leaf_time": NOW + 10,
        "power": 1,
    }
    return VoteCase(**(known | facts))


def refusal(found: VoteCase) -> tuple[str, str]:
    """Return code and reason with which a vote is refused."""
    with pytest.raises(CodedError) as caught:
        admit_vote(found)
    return caught.value.code, caught.value.reason


def test_a_sound_vote_is_admitted() -> None:
    """For each choice, and also while its voter's power is not known yet."""
    for choice in (1, 2, 3):
        admit_vote(case({"choice": choice}))
    admit_vote(case(power=None))


def test_other_messages_are_no_votes() -> None:
    """A cancellation, or a vote in another form than the proposal's."""
    cancel = cancel_message(author=person("alice"), space=SPACE, proposal=ID, timestamp=NOW)
    cancellation = read_envelope(sign_envelope("CancelProposal", cancel, signer("alice")))

    assert ("E_TYPES", "old") == refusal(case(envelope=cancellation))
    assert ("E_CHOICE", "form") == refusal(case({"choice": [1]}))
    assert ("E_CHOICE", "form") == refusal(case({"choice": '{"1":1}'}))


def test_H18_vote_of_another_space_with_the_same_proposal() -> None:
    """One signing domain serves every space, so the member decides."""
    assert ("E_SPACE", "vote") == refusal(case({"space": "4f.devnet"}))


def test_H19_vote_of_another_hubs_proposal() -> None:
    """The digest is valid on every hub and net; only the proposal's id ties the vote down."""
    elsewhere = case({"proposal": b"\x12" * 32})

    assert ("E_PROPOSAL", "other") == refusal(elsewhere)
    admit_vote(replace(elsewhere, proposal=PROPOSAL._replace(id=b"\x12" * 32)))


@pytest.mark.parametrize(
    ("timestamp", "leaf_time", "reason"),
    [
        (NOW, NOW - 1, "leaf"),
        (NOW, NOW + 1_001, "leaf"),
        (NOW - 1, NOW, "signed"),
        (NOW + 1_001, NOW + 1_000, "signed"),
        (NOW + 301, NOW, "ahead"),
        (NOW + 1_000, NOW, "ahead"),
    ],
)
def test_H47_vote_outside_its_window(timestamp: int, leaf_time: int, reason: str) -> None:
    """Before the start, after the end, or signed more than 300 seconds after its leaf; both times are told."""
    with pytest.raises(CodedError) as caught:
        admit_vote(case({"timestamp": timestamp}, leaf_time=leaf_time))

    assert ("E_WINDOW", reason) == (caught.value.code, caught.value.reason)
    assert (timestamp, leaf_time) == (caught.value.facts["timestamp"], caught.value.facts["leaf_time"])


@pytest.mark.parametrize(
    ("timestamp", "leaf_time"), [(NOW, NOW), (NOW, NOW + 1_000), (NOW + 1_000, NOW + 1_000), (NOW + 300, NOW)]
)
def test_H47_vote_at_the_borders_of_its_window(timestamp: int, leaf_time: int) -> None:
    """The first second, the last one, and a clock five minutes ahead."""
    admit_vote(case({"timestamp": timestamp}, leaf_time=leaf_time))


def test_H47_vote_after_the_close() -> None:
    """Once the list of votes is closed, the window does not matter."""
    assert ("E_WINDOW", "closed") == refusal(case(proposal=PROPOSAL._replace(closed=True)))


def test_a_time_in_milliseconds_is_told_as_such() -> None:
    """It is no time outside the window, but no time at all."""
    assert ("E_TIME", "member_milliseconds") == refusal(case({"timestamp": NOW * 1_000}))


@pytest.mark.parametrize("choice", [4, 2**32 - 1])
def test_H50_choice_beyond_the_proposals(choice: int) -> None:
    """n + 1 and beyond."""
    assert ("E_CHOICE", "range") == refusal(case({"choice": choice}))


def test_one_vote_a_voter_a_minute() -> None:
    """A second vote waits; the same vote again is a duplicate, however long one waits."""
    found = case(leaf_time=NOW + 70)

    assert ("E_LIMIT", "vote_rate") == refusal(replace(found, earlier=[EarlierVote(ID, NOW + 11)]))
    admit_vote(replace(found, earlier=[EarlierVote(ID, NOW + 10)]))
    assert ("E_DUPLICATE", "message") == refusal(replace(found, earlier=[EarlierVote(found.envelope.id, NOW)]))


def test_a_known_zero_is_refused() -> None:
    """Power is that of the snapshot; what is not known yet is admitted."""
    assert ("E_NO_POWER", "zero") == refusal(case(power=0))


def test_the_signature_is_judged_last_and_once() -> None:
    """A forged signature is refused after everything cheaper; a verifier that has judged it says so."""
    found = case()
    forged = replace(found, envelope=replace(found.envelope, signature=sign(bytes(32), key("mallory"))))

    assert ("E_SIG_SIGNER", "other") == refusal(forged)
    assert ("E_NO_POWER", "zero") == refusal(replace(forged, power=0))
    admit_vote(forged, signature_checked=True)


def test_a_safes_vote_could_not_be_checked() -> None:
    """Only a node can say whether a contract signed."""
    found = case()

    with pytest.raises(UncheckableError):
        admit_vote(replace(found, envelope=replace(found.envelope, signature=b"")))


@given(timestamp=st.integers(NOW - 400, NOW + 1_400), leaf_time=st.integers(NOW - 400, NOW + 1_400))
def test_admitted_means_inside_the_window(timestamp: int, leaf_time: int) -> None:
    """Whatever the times are: admitted exactly if both lie in the window and the clock is not ahead."""
    inside = NOW <= leaf_time <= NOW + 1_000 and NOW <= timestamp <= NOW + 1_000 and timestamp <= leaf_time + 300
    found = case({"timestamp": timestamp}, leaf_time=leaf_time)

    if inside:
        admit_vote(found)
    else:
        assert "E_WINDOW" == refusal(found)[0]


EDGES = [NOW - 1, NOW, NOW + 299, NOW + 300, NOW + 301, NOW + 1_000, NOW + 1_001]


@pytest.mark.parametrize("members", [
    *({"timestamp": time} for time in EDGES), {"choice": 3}, {"choice": 4}, {"choice": [1]}, {"choice": '{"1":1}'},
    {"space": "other.eth"}, {"proposal": b"\x12" * 32},
])  # fmt: skip
def test_the_rules_at_a_glance_admit_what_all_rules_admit(members: dict[str, Any]) -> None:
    """For every moment of the leaf; a closed proposal is for the table."""
    admits = plain_admission(PROPOSAL)
    for leaf_time in EDGES:
        found = case(members, leaf_time=leaf_time, power=None)
        plain = read_plain(found.envelope.raw)
        assert plain is not None
        try:
            admit_vote(found)
            expected = True
        except CodedError:
            expected = False

        assert expected == admits(plain, leaf_time)
