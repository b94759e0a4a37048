"""Lies of a follower in a hub record: marks that he never made, and published numbers that he left out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dao.record.hub_verify import verify_hub
from governance.followed import Fact
from tests.dao.record.test_hub_record import (
    AFTER,
    BEFORE,
    BEGAN,
    DAY,
    Club,
    add_a_vote_of_nobody,
    failed,
)
from tests.hub_double import Row, cast


@pytest.fixture
def club() -> Club:
    """Looked at before the start and after the close."""
    club = Club()
    club.look(BEFORE)
    club.end()
    club.look(AFTER)
    return club


def lost_by(club: Club, row: Row) -> list[Fact]:
    """The mark that the hub shows a vote of nobody no more."""
    add_a_vote_of_nobody(club)
    club.look(AFTER + DAY)
    return [Fact("mark", AFTER + DAY, club.hub.votes[club.id][-1]["id"], row)]


def lost_and_there_again(club: Club) -> list[Fact]:
    (mark,) = lost_by(club, {"what": "superseded", "proposal": club.id})
    row = next(fact for fact in club.facts if fact.kind == "vote" and fact.of == mark.of)
    return [mark, row._replace(seen=mark.seen)]


def replaced_by(number: int | None) -> Callable[[Club], list[Fact]]:
    """A signed vote is said to be superseded: by another vote of the list, or by none."""

    def lie(club: Club) -> list[Fact]:
        lost, by = club.hub.votes[club.id][1]["id"], None if number is None else club.hub.votes[club.id][number]["id"]
        del club.hub.votes[club.id][1]
        club.end()
        club.look(AFTER + DAY)
        (at,) = [at for at, fact in enumerate(club.facts) if fact.kind == "mark" and fact.of == lost]
        row = {**club.facts[at].row, "what": "superseded"}
        club.facts[at] = club.facts[at]._replace(row=row if by is None else {**row, "by": by})
        return []

    return lie


@pytest.mark.parametrize(
    ("lie", "expected"),
    [
        (lambda club: lost_by(club, {"what": "vanished"}), (2, "E_LOG_INCONSISTENT (foreign)")),
        (lambda club: lost_by(club, {"what": "superseded", "proposal": "x"}), (2, "E_LOG_INCONSISTENT (foreign)")),
        (lost_and_there_again, (30, "E_HUB_SIG (votes)")),
        (replaced_by(None), (32, "E_HUB_VOTES (vanished)")),
        (replaced_by(1), (32, "E_HUB_VOTES (vanished)")),
        (replaced_by(3), (32, "E_HUB_VOTES (vanished)")),
    ],
)
def test_marks_that_no_follower_makes(lie: Callable[[Club], list[Fact]], expected: tuple[int, str], club: Club) -> None:
    """A mark neither hides that a vote which counts is nobody's, nor lets a signed one go without a later one."""
    club.facts += lie(club)
    report = verify_hub(club.record())

    assert not report.ok
    assert expected == min(failed(report).items())


def test_a_vote_that_its_voter_replaced(club: Club) -> None:
    """The later one counts, and the earlier one is not missed."""
    del club.hub.votes[club.id][1]
    cast(club.hub, club.id, 1, 1, 2.5, BEGAN + 900)
    club.end()
    club.look(AFTER + DAY)
    report = verify_hub(club.record())

    assert report.ok, failed(report)
    assert report.case is not None
    assert 1 == report.case.chapter.standing.superseded


@pytest.mark.parametrize(
    ("member", "expected"),
    [
        ("votes", (32, "E_HUB_VOTES (unsaid)")),
        ("scores", (41, "E_HUB_POWER (unpublished)")),
        ("scores_total", (41, "E_HUB_POWER (unpublished)")),
    ],
)
def test_what_was_not_published_is_not_compared(member: str, expected: tuple[int, str], club: Club) -> None:
    """Whoever leaves a number of the hub out gets no yes; it could not be checked, which is not false either."""
    for at, fact in enumerate(club.facts):
        if fact.kind in ("proposal", "read") and fact.of == club.id:
            club.facts[at] = fact._replace(row={name: value for name, value in fact.row.items() if name != member})
    for at, fact in enumerate(club.facts):
        if fact.kind == "read" and fact.of == club.id and member == "votes":
            club.facts[at] = fact._replace(row={**fact.row, "votes": None})
    report = verify_hub(club.record())

    assert (False, False) == (report.ok, report.is_false)
    assert expected == min(failed(report).items())
