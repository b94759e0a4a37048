"""Counting methods, all by one behaviour: what each must do, whatever it counts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from decimal import Decimal
from itertools import permutations
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.errors import CodedError
from governance.counting import METHODS, Branch, Count, Duel, Method, Round, method
from tests.governance.counting.elections import SYSTEMS, clean_election

every_method = pytest.mark.parametrize("row", METHODS.values(), ids=lambda row: row.name)
IN_FULL = os.environ.get("CI") == "true"

_weights = st.dictionaries(
    st.integers(1, 3), st.integers(0, 10**18) | st.decimals(0, 100, places=3), min_size=1, max_size=3
).filter(lambda found: any(found.values()))
CHOICES: Mapping[str, st.SearchStrategy[Any]] = {
    "basic": st.integers(1, 3),
    "single-choice": st.integers(1, 3),
    "approval": st.lists(st.integers(1, 3), min_size=1, max_size=3, unique=True).map(tuple),
    "weighted": _weights.map(lambda found: {number: Decimal(weight) for number, weight in found.items()}),
    "quadratic": _weights.map(lambda found: {number: Decimal(weight) for number, weight in found.items()}),
    "ranked-choice": st.permutations([1, 2, 3]).map(tuple),
    "copeland": st.permutations([1, 2, 3]).map(tuple),
}
POWERS = st.integers(0, 3) | st.integers(0, 10**27)
BAD_LISTS: tuple[object, ...] = (1, True, "1", None, (), (1, 1, 2), (0, 1, 2), (1, 2, 4), (True, 2, 3), ("1", 2, 3), {})
BAD: Mapping[str, tuple[object, ...]] = {
    "vote": (0, 4, -1, True, "1", (1,), {1: 1}, None),
    "vote-array": BAD_LISTS,
    "vote-string": (1, (1,), None, {}, {0: 1}, {4: 1}, {1: -1}, {1: 0}, {True: 1}, {"1": 1}, {1: 1, 2: -1}),
}


def ballots_of(row: Method) -> st.SearchStrategy[list[tuple[Any, int]]]:
    """Ballots of one system on three choices, many of them with the same small powers."""
    return st.lists(st.tuples(CHOICES[row.name], POWERS), max_size=12)


def renamed(choice: Any, names: Mapping[int, int]) -> Any:
    """The same choice after every option was renamed."""
    if isinstance(choice, int):
        return names[choice]
    if isinstance(choice, tuple):
        return tuple(names[number] for number in choice)
    return {names[number]: weight for number, weight in choice.items()}


def refusal(row: Method, choice: object, choices: int = 3) -> str:
    """Return the code with which a method refuses a choice."""
    with pytest.raises(CodedError) as caught:
        row.check(choice, choices)  # type: ignore[arg-type]
    return caught.value.code


@every_method
def test_nothing_counted_is_nothing_for_each_choice_and_all_are_tied(row: Method) -> None:
    """There is a score for every choice, also without ballots, and nobody has won."""
    found = row.count([], 3)

    assert ((0, 0, 0), (1, 2, 3), 0) == (found.scores, found.winners, found.bound)


@every_method
@given(data=st.data())
def test_H60_order_changes_nothing(row: Method, data: st.DataObject) -> None:
    """Any shuffle of the ballots gives the same scores, winners, bound and steps."""
    ballots = data.draw(ballots_of(row))
    shuffled = data.draw(st.permutations(ballots))

    assert row.count(ballots, 3) == row.count(shuffled, 3)


@every_method
@given(data=st.data())
def test_H62_permuted_options_permute_the_result_only(row: Method, data: st.DataObject) -> None:
    """No choice is favoured by its place in the list: not its score, not its chance in a tie."""
    ballots, order = data.draw(ballots_of(row)), data.draw(st.permutations([1, 2, 3]))
    names = dict(enumerate(order, 1))

    found, moved = row.count(ballots, 3), row.count([(renamed(choice, names), power) for choice, power in ballots], 3)

    assert sorted(names[number] for number in found.winners) == list(moved.winners)
    assert found.scores == tuple(moved.scores[names[number] - 1] for number in (1, 2, 3))
    assert found.bound == moved.bound


@every_method
@given(data=st.data())
def test_scores_are_whole_and_make_no_power(row: Method, data: st.DataObject) -> None:
    """Whole numbers from zero; only approval counts a ballot more than once, and what is rounded is rounded down."""
    ballots = data.draw(ballots_of(row))
    total = sum(power for _, power in ballots)

    found = row.count(ballots, 3)

    assert all(type(score) is int and score >= 0 for score in found.scores)
    if row.name == "approval":
        assert max(found.scores) <= total
    else:
        assert total - 3 * found.bound <= sum(found.scores) <= total


@every_method
@given(data=st.data())
def test_H63_what_was_rounded_never_decides(row: Method, data: st.DataObject) -> None:
    """A winner is never further below another score than both may be off."""
    found = row.count(data.draw(ballots_of(row)), 3)

    if row.name != "ranked-choice":
        best = max(found.scores)
        assert all(found.scores[number - 1] + 2 * found.bound >= best for number in found.winners)


@every_method
def test_H50_choice_that_does_not_exist(row: Method) -> None:
    """Below 1, above the number of choices, of another form, or no number; beside it stands what is accepted."""
    assert {"E_CHOICE"} == {refusal(row, choice) for choice in BAD[row.action]}
    for choice in (
        {"vote": 3, "vote-array": (3, 1, 2), "vote-string": {1: Decimal(1), 3: Decimal("0.5")}}[row.action],
    ):
        row.check(choice, 3)


@pytest.mark.parametrize("name", ["ranked-choice", "copeland"])
def test_H52_partial_ranking(name: str) -> None:
    """What leaves choices out says nothing about them, and is counted in no total."""
    for choice in ((1,), (1, 2), (2, 1, 3, 4)):
        assert "E_CHOICE" == refusal(method(name), choice)


@every_method
@pytest.mark.parametrize("choices", [0, 1])
def test_one_choice_is_no_vote(row: Method, choices: int) -> None:
    """A vote needs at least two choices."""
    with pytest.raises(CodedError) as caught:
        row.check_choices(choices)
    assert "E_OPTION_MAP" == caught.value.code


def test_how_many_choices_each_system_takes() -> None:
    """Basic two or three, rankings at most a hundred, the others any number."""
    for name in SYSTEMS:
        for choices, taken in (
            (2, True),
            (3, True),
            (4, name != "basic"),
            (101, name[:4] not in ("basi", "rank", "cope")),
        ):
            if taken:
                METHODS[name].check_choices(choices)
                continue
            with pytest.raises(CodedError):
                METHODS[name].check_choices(choices)


def test_methods_are_found_by_snapshots_names() -> None:
    """Each under its own name; an unknown voting system is another version."""
    assert set(SYSTEMS) == set(METHODS)
    assert {name: name for name in METHODS} == {name: method(name).name for name in METHODS}
    for name in ("Approval", "Basic", "custom", "", None, 1):
        with pytest.raises(CodedError) as caught:
            method(name)
        assert ("E_VERSION", "voting") == (caught.value.code, caught.value.reason)


def test_H61_tenths_tie_exactly() -> None:
    """0.1 + 0.2 ties 0.3, and beyond 2**53 one unit still decides."""
    tenth = 10**17
    assert (1, 2) == METHODS["single-choice"].count([(1, tenth), (1, 2 * tenth), (2, 3 * tenth)], 2).winners
    assert (2,) == METHODS["single-choice"].count([(1, 2**53), (2, 2**53 + 1)], 2).winners
    weighted = [({1: Decimal("0.1"), 2: Decimal("0.2"), 3: Decimal("0.3")}, 10), ({1: Decimal(1), 2: Decimal(1)}, 10)]
    assert (1, 2) == METHODS["weighted"].count([*weighted, ({1: Decimal(1)}, 10), ({2: Decimal(1)}, 10)][1:], 3).winners


def test_weights_are_decided_below_what_is_rounded() -> None:
    """Three thirds of a unit are more than nothing and exactly a unit, though each is rounded down to nothing."""
    third = ({1: Decimal(1), 2: Decimal(1), 3: Decimal(1)}, 1)

    assert (2,) == METHODS["weighted"].count([third, third, third, ({2: Decimal(1)}, 1)], 3).winners
    tied = METHODS["weighted"].count([({1: Decimal(1), 3: Decimal(2)}, 1)] * 3 + [({2: Decimal(1)}, 1)], 3)
    assert ((0, 1, 0), (3,), 3) == (tied.scores, tied.winners, tied.bound), "two units, all of them rounded away"


def test_H63_roots_that_differ_beyond_the_first_digits() -> None:
    """sqrt(n) + sqrt(n + 2) is less than 2 sqrt(n + 1) by so little that 64 bits cannot say; more digits can."""
    great = 10**40
    near = [(1, great - 1), (1, great + 1), (2, great), (2, great)]
    ballots = [({number: Decimal(1)}, power) for number, power in near]

    found = METHODS["quadratic"].count(ballots, 2)

    assert (2,) == found.winners
    assert found.bound >= 1
    same = [({1: Decimal(1)}, 8), ({2: Decimal(1)}, 2), ({2: Decimal(1)}, 2)]
    assert (1, 2) == METHODS["quadratic"].count(same, 2).winners, "sqrt(8) is 2 sqrt(2)"


def test_H62_the_runoff_that_snapshot_decides_by_its_list() -> None:
    """Weights 4, 3, 3: two are equally last, and who wins depends on which leaves. In any list it is the same tie."""
    told = [("ABC", 4), ("BCA", 3), ("CAB", 3)]
    for listed in permutations("ABC"):
        ballots = [(tuple(listed.index(name) + 1 for name in ranking), power) for ranking, power in told]
        found = METHODS["ranked-choice"].count(ballots, 3)

        assert {"A", "C"} == {listed[number - 1] for number in found.winners}
        branches = {
            listed[step.eliminated - 1]: [listed[number - 1] for number in step.winners]
            for step in found.steps
            if isinstance(step, Branch)
        }
        assert {"B": ["C"], "C": ["A"]} == branches


def test_ranked_choice_round_by_round() -> None:
    """The weakest leaves, his ballots go to their next choice, and more than half ends it."""
    ballots = [((1, 2, 3, 4), 4), ((2, 1, 3, 4), 3), ((3, 2, 1, 4), 2)]

    rounds = (
        Round(((1, 4), (2, 3), (3, 2), (4, 0)), (4,)),
        Round(((1, 4), (2, 3), (3, 2)), (3,)),
        Round(((1, 4), (2, 5)), ()),
    )
    assert Count(scores=(4, 5, 0, 0), winners=(2,), steps=rounds) == METHODS["ranked-choice"].count(ballots, 4)


def test_half_is_no_majority_and_two_halves_are_a_tie() -> None:
    """As everywhere: more than half."""
    ballots = [((1, 2, 3), 5), ((2, 1, 3), 3), ((3, 2, 1), 2)]

    assert (1, 2) == METHODS["ranked-choice"].count(ballots, 3).winners


def test_those_that_matter_to_nobody_leave_together() -> None:
    """Twenty choices that nobody names first are one round, not a million orders of leaving."""
    ranking = tuple(range(1, 23))
    found = METHODS["ranked-choice"].count([(ranking, 3), ((2, 1, *ranking[2:]), 3)], 22)

    assert ((1, 2), tuple(range(3, 23))) == (found.winners, found.steps[0].eliminated)  # type: ignore[union-attr]


def test_a_tie_of_all_orders_is_given_up_and_declared() -> None:
    """Forty equal choices: too many orders to try them, so all are tied."""
    numbers = tuple(range(1, 41))
    ballots = [(numbers[place:] + numbers[:place], 1) for place in range(40)]

    assert numbers == METHODS["ranked-choice"].count(ballots, 40).winners


def test_copeland_by_duels_and_then_by_support() -> None:
    """Every pair is a step; of equal points the greater support decides."""
    cycle = [((1, 2, 3), 4), ((2, 3, 1), 3), ((3, 1, 2), 2)]

    found = METHODS["copeland"].count(cycle, 3)

    assert (Duel(1, 2, 6, 3), Duel(1, 3, 4, 5), Duel(2, 3, 7, 2)) == found.steps
    assert (1,) == METHODS["copeland"].count([((1, 2, 3), 1), ((1, 3, 2), 1)], 3).winners
    assert (1, 2) == found.winners, "both have two points and a support of 10"


@pytest.mark.slow
@every_method
def test_H60_a_thousand_shuffles_of_ten_thousand_votes(row: Method) -> None:
    """The same bytes every time; here a few shuffles, with CI=true all."""
    random = Random(row.name)
    ballots: list[tuple[Any, int]] = []
    seed = SYSTEMS.index(row.name)
    while len(ballots) < 10_000:
        seed += 7
        system, more, choices = clean_election(seed)
        assert system == row.name
        ballots += more if choices == 3 else []
    del ballots[10_000:]
    expected = repr(row.count(ballots, 3)).encode()

    for _ in range(150 if IN_FULL else 5):  # of seven systems: 1,050 in all
        random.shuffle(ballots)
        assert expected == repr(row.count(ballots, 3)).encode()
