"""`governance.tally`: exact, whole, and the same for every order."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.errors import CodedError, UncheckableError
from governance.ballot import Ballot
from governance.counting import METHODS, method
from governance.tally import Tally, tally
from tests.governance.space_values import NOW, person

VOTERS = [person(f"voter {n}") for n in range(5)]
BASIC = METHODS["basic"]


def ballot(voter: int, choice: object, timestamp: int = NOW, mark: int = 0) -> Ballot:
    """A vote of voter n."""
    return Ballot(VOTERS[voter], timestamp, bytes([voter, mark, choice % 256]) + bytes(29), choice)  # type: ignore[operator,arg-type]


histories = st.lists(
    st.builds(ballot, st.integers(0, 4), st.integers(1, 3), st.integers(NOW, NOW + 2), st.integers(0, 255)),
    max_size=15,
    unique_by=lambda found: found.id,
)
powers_of_all = st.lists(st.integers(0, 10**27), min_size=5, max_size=5).map(
    lambda found: dict(zip(VOTERS, found, strict=True))
)


def test_a_tally_accounts_for_every_vote() -> None:
    """Scores, total, votes, voters, superseded ones and voters without power."""
    votes = [ballot(0, 1), ballot(1, 2), ballot(2, 1), ballot(0, 3, NOW + 1), ballot(3, 2)]
    powers = {VOTERS[0]: 5, VOTERS[1]: 7, VOTERS[2]: 11, VOTERS[3]: 0}

    expected = Tally(scores=(11, 7, 5), winners=(1,), total=23, votes=5, voters=4, superseded=1, without_power=1)

    assert expected == tally(votes, powers, BASIC, 3)


def test_no_votes_at_all() -> None:
    """An empty vote has a tally, too."""
    expected = Tally(scores=(0, 0), winners=(1, 2), total=0, votes=0, voters=0, superseded=0, without_power=0)

    assert expected == tally([], {}, BASIC, 2)


@given(histories, powers_of_all, st.randoms())
def test_H60_any_order_gives_the_same_tally(history: list[Ballot], powers: dict[bytes, int], random: Random) -> None:
    """Shuffled votes, and votes that come twice, give the identical tally."""
    shuffled = history + history[:3]
    random.shuffle(shuffled)

    assert tally(history, powers, BASIC, 3) == tally(shuffled, powers, BASIC, 3)


@given(histories, powers_of_all)
def test_power_is_neither_made_nor_lost(history: list[Ballot], powers: dict[bytes, int]) -> None:
    """The total is the power of those who voted; votes are those that count and those superseded."""
    found = tally(history, powers, BASIC, 3)

    assert sum(powers[voter] for voter in {vote.voter for vote in history}) == found.total == sum(found.scores)
    assert found.votes == found.voters + found.superseded == len(history)


@given(histories, powers_of_all, st.integers(0, 4))
def test_H56_one_unknown_power_leaves_no_tally(history: list[Ballot], powers: dict[bytes, int], unknown: int) -> None:
    """A voter whose power could not be read is never a zero: without him there is no tally."""
    del powers[VOTERS[unknown]]
    if VOTERS[unknown] not in {vote.voter for vote in history}:
        assert tally(history, powers, BASIC, 3).votes == len(history)
        return

    with pytest.raises(UncheckableError) as caught:
        tally(history, powers, BASIC, 3)
    assert ("E_TALLY_INCOMPLETE", "power") == (caught.value.code, caught.value.reason)


@pytest.mark.parametrize("power", [-1, Decimal(1), "1", True, None])
def test_H57_power_that_is_none(power: object) -> None:
    """A strategy's fraction, text, truth or negative number is refused by name."""
    with pytest.raises(CodedError) as caught:
        tally([ballot(0, 1)], {VOTERS[0]: power}, BASIC, 3)  # type: ignore[dict-item]
    assert "E_VP_TYPE" == caught.value.code


@pytest.mark.parametrize("choice", [0, 4, True])
def test_H50_choice_that_the_proposal_does_not_have(choice: int) -> None:
    """A ballot that no admission would have taken spoils the tally instead of vanishing from it."""
    with pytest.raises(CodedError) as caught:
        tally([ballot(0, choice)], {VOTERS[0]: 1}, BASIC, 3)
    assert "E_CHOICE" == caught.value.code


def test_a_number_of_choices_that_the_method_cannot_count() -> None:
    """`basic` with four choices is refused before anything is counted."""
    with pytest.raises(CodedError) as caught:
        tally([], {}, BASIC, 4)
    assert "E_OPTION_MAP" == caught.value.code


def _published(file: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads(file.read_text("utf-8"), parse_float=Decimal)
    return found


@pytest.mark.parametrize("kind", ["basic", "single-choice"])
def test_real_votes_are_counted_exactly(shared_data: Path, kind: str) -> None:
    """Closed proposals with every vote: the exact total is within a rounding of what Snapshot's doubles published."""
    files = sorted((shared_data / "snapshot" / "real").glob(f"*-{kind}-*.json"))
    assert files

    for file in files:
        told = _published(file)
        votes = [(bytes.fromhex(row["voter"][2:]), row["choice"], row["vp"]) for row in told["votes"]]
        powers = {voter: int(Decimal(vp) * 10**18) for voter, _, vp in votes}
        ballots = [Ballot(voter, NOW, voter + bytes(12), choice) for voter, choice, _ in votes]
        choices = max(choice for _, choice, _ in votes)

        found = tally(ballots, powers, method(kind), max(2, choices))

        published = int(Decimal(told["reported_by_snapshot"]["scores_total"]) * 10**18)  # type: ignore[index]
        assert len(votes) == found.votes == found.voters
        assert abs(found.total - published) * 10**12 <= published
