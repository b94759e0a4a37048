"""Counting methods, all by one behaviour: what each must do, whatever it counts."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.errors import CodedError
from governance.counting import METHODS, Method, method

every_method = pytest.mark.parametrize("row", METHODS.values(), ids=lambda row: row.name)
weighed = st.lists(st.tuples(st.integers(1, 3), st.integers(0, 10**27)), max_size=20)


def refusal(row: Method, choice: object, choices: int = 3) -> str:
    """Return the code with which a method refuses a choice."""
    with pytest.raises(CodedError) as caught:
        row.check(choice, choices)  # type: ignore[arg-type]
    return caught.value.code


@every_method
def test_nothing_counted_is_nothing_for_each_choice(row: Method) -> None:
    """There is a score for every choice, also without ballots."""
    assert (0, 0, 0) == row.scores([], 3)


@every_method
@given(ballots=weighed)
def test_scores_are_exact_and_lose_nothing(row: Method, ballots: list[tuple[int, int]]) -> None:
    """Integers that add up to the power of all ballots."""
    scores = row.scores(ballots, 3)

    assert all(type(score) is int and score >= 0 for score in scores)
    assert sum(power for _, power in ballots) == sum(scores)


@every_method
@given(ballots=weighed, random=st.randoms())
def test_order_changes_no_score(row: Method, ballots: list[tuple[int, int]], random: Random) -> None:
    """Any shuffle of the ballots gives the same scores."""
    shuffled = list(ballots)
    random.shuffle(shuffled)

    assert row.scores(ballots, 3) == row.scores(shuffled, 3)


@every_method
@given(ballots=weighed, permutation=st.permutations([1, 2, 3]))
def test_permuted_options_permute_the_scores(
    row: Method, ballots: list[tuple[int, int]], permutation: list[int]
) -> None:
    """No choice is favoured by its place."""
    renamed = [(permutation[choice - 1], power) for choice, power in ballots]

    scores, moved = row.scores(ballots, 3), row.scores(renamed, 3)

    assert scores == tuple(moved[permutation[place] - 1] for place in range(3))


@every_method
@pytest.mark.parametrize("choice", [0, 4, -1, True, "1", (1,), {1: 1}, None])
def test_H50_choice_that_does_not_exist(row: Method, choice: object) -> None:
    """Below 1, above the number of choices, or no number."""
    assert "E_CHOICE" == refusal(row, choice)


@every_method
def test_choices_that_exist_are_taken(row: Method) -> None:
    """The first and the last choice."""
    row.check(1, 3)
    row.check(3, 3)


@every_method
@pytest.mark.parametrize("choices", [0, 1])
def test_one_choice_is_no_vote(row: Method, choices: int) -> None:
    """A vote needs at least two choices."""
    with pytest.raises(CodedError) as caught:
        row.check_choices(choices)
    assert "E_OPTION_MAP" == caught.value.code


def test_basic_has_two_or_three_choices_and_single_choice_more() -> None:
    """Beside each refusal stands what is accepted."""
    for choices in (2, 3):
        METHODS["basic"].check_choices(choices)
    METHODS["single-choice"].check_choices(20)

    with pytest.raises(CodedError):
        METHODS["basic"].check_choices(4)


def test_methods_are_found_by_snapshots_names() -> None:
    """Each under its own name; an unknown voting system is another version."""
    assert {name: name for name in METHODS} == {name: method(name).name for name in METHODS}
    for name in ("approval", "Basic", "", None, 1):
        with pytest.raises(CodedError) as caught:
            method(name)
        assert ("E_VERSION", "voting") == (caught.value.code, caught.value.reason)
