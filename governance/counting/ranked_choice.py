"""Ranked choice (instant runoff): the weakest choice leaves until one holds more than half.

Of several choices that are equally last, all leave at once if together they hold less than the next one: whatever
order they left in, the result would be the same. Otherwise each of them is tried, and a choice wins only if it wins
whichever leaves; if that elects different choices, these are tied. Nothing depends on the order of options or ballots.
Snapshot (`voting/rankedChoice.ts`) eliminates the one that is listed first, so there the list decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from governance.counting.method import Branch, Count, Method, Round, Weighed
from governance.counting.ranking import Ranking, check, gathered, refuse_number

STATES_MAX = 512
"""Different sets of choices that may be tried after ties; beyond it all that are still in are tied."""


class _Pile(NamedTuple):
    """Ballots that now name the same choice first: the ranking, how far it is used up, its power."""

    ballots: list[tuple[Ranking, int, int]]
    power: int


Piles = Mapping[int, _Pile]
"""By the choice that is named first, of those still in; a choice that nobody names first has an empty pile."""


class _TooMany(Exception):  # noqa: N818  # no error: the answer is a tie
    """More sets of choices after ties than are tried."""


def check_choices(choices: int) -> None:
    """Refuse fewer than two choices to rank, and more than anybody ranks."""
    refuse_number(choices, "ranked-choice")


def count(ballots: Weighed, choices: int) -> Count:
    """Eliminate round by round. The scores are those of the last round that every way of breaking ties has in common;
    who left before it has none.
    """
    piles = _first_piles(gathered(ballots), choices)
    rounds: list[Round] = []
    while True:
        counts = _counts(piles)
        winners, last = _standing(counts)
        leaving = last if not winners and _may_leave_together(last, counts) else ()
        rounds.append(Round(counts, leaving))
        if not leaving:
            break
        piles = _without(piles, leaving)
    branches: tuple[Branch, ...] = ()
    if not winners:
        winners, branches = _tried(piles, last)
    held = dict(counts)
    scores = tuple(held.get(number, 0) for number in range(1, choices + 1))
    return Count(scores=scores, winners=winners, steps=(*rounds, *branches))


def _tried(piles: Piles, last: Iterable[int]) -> tuple[tuple[int, ...], tuple[Branch, ...]]:
    """Try who may win after each of those that are equally last has left."""
    known: dict[frozenset[int], frozenset[int]] = {}
    try:
        branches = tuple(Branch(gone, tuple(sorted(_winners(_without(piles, (gone,)), known)))) for gone in last)
    except _TooMany:
        return tuple(sorted(piles)), ()
    return tuple(sorted({winner for branch in branches for winner in branch.winners})), branches


def _winners(piles: Piles, known: dict[frozenset[int], frozenset[int]]) -> frozenset[int]:
    """Return every choice that wins in some order of eliminating those that are equally last."""
    still_in = frozenset(piles)
    if still_in not in known:
        if len(known) >= STATES_MAX:
            raise _TooMany
        known[still_in] = frozenset()  # counted before it is known; a set of choices never leads back to itself
        winners, last = _standing(counts := _counts(piles))
        found = frozenset(winners)
        if not winners:
            together = _may_leave_together(last, counts)
            for leaving in [last] if together else [(gone,) for gone in last]:
                found |= _winners(_without(piles, leaving), known)
        known[still_in] = found
    return known[still_in]


def _standing(counts: tuple[tuple[int, int], ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return who has won, and who is last. More than half wins; two that hold the same, and all where nobody holds
    anything, are tied.
    """
    best, least = max(power for _, power in counts), min(power for _, power in counts)
    leading = tuple(number for number, power in counts if power == best)
    last = tuple(number for number, power in counts if power == least)
    total = sum(power for _, power in counts)
    is_over = 2 * best > total or len(leading) == len(counts) <= 2 or best == 0
    return (leading if is_over else ()), last


def _may_leave_together(last: tuple[int, ...], counts: tuple[tuple[int, int], ...]) -> bool:
    """Whether the order in which they leave cannot matter: together they hold less than each of the others."""
    others = [power for number, power in counts if number not in last]
    return len(last) == 1 or (bool(others) and sum(power for number, power in counts if number in last) < min(others))


def _first_piles(powers: Mapping[Ranking, int], choices: int) -> Piles:
    piles: dict[int, list[tuple[Ranking, int, int]]] = {number: [] for number in range(1, choices + 1)}
    for ranking, power in powers.items():
        piles[ranking[0]].append((ranking, 0, power))
    return {number: _Pile(pile, sum(power for _, _, power in pile)) for number, pile in piles.items()}


def _without(piles: Piles, leaving: Iterable[int]) -> Piles:
    """Give the ballots of those that leave to the next choice on each that is still in."""
    staying = {number: pile for number, pile in piles.items() if number not in leaving}
    moved: dict[int, list[tuple[Ranking, int, int]]] = {}
    for gone in leaving:
        for ranking, place, power in piles[gone].ballots:
            at = place + 1
            while ranking[at] not in staying:
                at += 1
            moved.setdefault(ranking[at], []).append((ranking, at, power))
    for number, came in moved.items():
        pile = staying[number]
        staying[number] = _Pile(pile.ballots + came, pile.power + sum(power for _, _, power in came))
    return staying


def _counts(piles: Piles) -> tuple[tuple[int, int], ...]:
    return tuple(sorted((number, pile.power) for number, pile in piles.items()))


METHOD = Method("ranked-choice", "vote-array", check_choices, check, count)
