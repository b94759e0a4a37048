"""`governance.ballot`: of one voter's votes one counts, and the order in which they come changes nothing."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.errors import CodedError
from governance.ballot import Ballot, ballot_of, effective
from governance.messages import cancel_message, read_envelope, sign_envelope
from tests.governance.space_values import NOW, SPACE, person, signed_vote, signer

ALICE, BOB = person("alice"), person("bob")

ballots = st.builds(
    Ballot,
    voter=st.sampled_from([ALICE, BOB, person("carol")]),
    timestamp=st.integers(NOW, NOW + 3),
    id=st.binary(min_size=32, max_size=32),
    choice=st.integers(1, 3),
)
histories = st.lists(ballots, max_size=12, unique_by=lambda ballot: ballot.id)


def test_a_ballot_is_what_the_vote_says() -> None:
    """Voter, time, id and choice of an envelope."""
    envelope = read_envelope(signed_vote(choice=2))

    assert Ballot(ALICE, NOW, envelope.id, 2) == ballot_of(envelope)


def test_other_messages_are_no_ballots() -> None:
    """A cancellation counts for nothing."""
    message = cancel_message(author=ALICE, space=SPACE, proposal=bytes(32), timestamp=NOW)

    with pytest.raises(CodedError) as caught:
        ballot_of(read_envelope(sign_envelope("CancelProposal", message, signer("alice"))))
    assert ("E_TYPES", "not_a_vote") == (caught.value.code, caught.value.reason)


def test_H48_two_votes_of_one_second() -> None:
    """The greater id counts, both are kept."""
    low, high = Ballot(ALICE, NOW, b"\x01" * 32, 1), Ballot(ALICE, NOW, b"\x02" * 32, 2)

    for order in ([low, high], [high, low]):
        assert ({ALICE: high}, (low.id,)) == effective(order)


def test_H49_older_vote_arriving_later() -> None:
    """It is kept and does not count."""
    newer, older = Ballot(ALICE, NOW + 9, b"\x01" * 32, 1), Ballot(ALICE, NOW, b"\x02" * 32, 2)

    assert ({ALICE: newer}, (older.id,)) == effective([newer, older])


def test_H07_one_vote_in_two_encodings_counts_once() -> None:
    """A vote is its id, so a copy neither counts twice nor supersedes itself."""
    vote = Ballot(ALICE, NOW, b"\x01" * 32, 1)

    assert ({ALICE: vote}, ()) == effective([vote, vote])


@given(histories, st.randoms())
def test_order_changes_nothing(history: list[Ballot], random: Random) -> None:
    """Any shuffle of the same votes gives the same ballots and the same superseded ones."""
    shuffled = list(history)
    random.shuffle(shuffled)

    found, again = effective(history), effective(shuffled)

    assert (dict(found.ballots), found.superseded) == (dict(again.ballots), again.superseded)


@given(histories)
def test_every_vote_counts_or_is_superseded(history: list[Ballot]) -> None:
    """One ballot a voter, and nothing is lost."""
    found = effective(history)

    assert {ballot.voter for ballot in history} == set(found.ballots)
    assert {ballot.id for ballot in history} == {b.id for b in found.ballots.values()} | set(found.superseded)
    assert len(history) == len(found.ballots) + len(found.superseded)
