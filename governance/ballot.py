"""Ballots: which of a voter's votes counts.

Of one voter's votes the one with the greatest (timestamp, id) counts, wherever it stands in the journal (H48, H49); all
others are kept and called superseded. A vote is its id, so the same vote in other bytes, or twice, is one vote (H07).
What a choice counts for is decided by the counting method, what a voter weighs by the strategies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from governance.choice import Choice, read_choice
from governance.envelope import Envelope
from governance.message_types import MessageError


class Ballot(NamedTuple):
    """One vote, as far as counting is concerned."""

    voter: bytes
    timestamp: int
    """As signed; it orders one voter's own votes and nothing else."""
    id: bytes
    choice: Choice


class Effective(NamedTuple):
    """The ballots that count, by voter, and the ids of those that were superseded, in ascending order."""

    ballots: Mapping[bytes, Ballot]
    superseded: tuple[bytes, ...]


def ballot_of(envelope: Envelope) -> Ballot:
    """Take the ballot out of a vote that was read strictly (`E_TYPES` for any other message)."""
    timestamp = envelope.message["timestamp"]
    if not envelope.is_vote() or not isinstance(timestamp, int):
        raise MessageError("E_TYPES", "not_a_vote", action=envelope.action)
    return Ballot(envelope.address, timestamp, envelope.id, read_choice(envelope.action, envelope.message["choice"]))


def effective(ballots: Iterable[Ballot]) -> Effective:
    """Choose each voter's latest vote. The order in which ballots come changes nothing."""
    latest: dict[bytes, Ballot] = {}
    superseded: set[bytes] = set()
    for ballot in ballots:
        known = latest.get(ballot.voter)
        if known is None:
            latest[ballot.voter] = ballot
        elif (ballot.timestamp, ballot.id) > (known.timestamp, known.id):
            latest[ballot.voter] = ballot
            superseded.add(known.id)
        elif ballot.id != known.id:
            superseded.add(ballot.id)
    return Effective(latest, tuple(sorted(superseded)))
