"""A second counter of all seven systems, written for clarity, that shares no code with the first.

It works with fractions, tries every order of eliminating those that are equally last, and takes roots with 400
decimal digits. Choices are numbers from 1, as in ballots.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from typing import Any

Ballots = Sequence[tuple[Any, int]]
CLOSE = Decimal(10) ** -150
"""Sums of roots nearer than this are equal."""


def single(ballots: Ballots, choices: int) -> list[Fraction]:
    return [Fraction(sum(power for chosen, power in ballots if chosen == choice)) for choice in numbers(choices)]


def approval(ballots: Ballots, choices: int) -> list[Fraction]:
    return [Fraction(sum(power for approved, power in ballots if choice in approved)) for choice in numbers(choices)]


def weighted(ballots: Ballots, choices: int) -> list[Fraction]:
    return [
        sum((share(weights, choice) * power for weights, power in ballots), Fraction()) for choice in numbers(choices)
    ]


def quadratic(ballots: Ballots, choices: int) -> list[Decimal]:
    """The sums of roots, before they are squared."""
    with localcontext(Context(prec=400)):
        return [
            sum((root(share(weights, choice) * power) for weights, power in ballots), Decimal())
            for choice in numbers(choices)
        ]


def share(weights: Mapping[int, Decimal], choice: int) -> Fraction:
    return Fraction(weights.get(choice, 0)) / sum(map(Fraction, weights.values()))


def root(number: Fraction) -> Decimal:
    return (Decimal(number.numerator) / Decimal(number.denominator)).sqrt()


def ranked_choice_winners(ballots: Ballots, choices: int) -> set[int]:
    """Who may win, whichever of those equally last leaves."""
    return runoff(ballots, frozenset(numbers(choices)), {})


def runoff(ballots: Ballots, still_in: frozenset[int], known: dict[frozenset[int], set[int]]) -> set[int]:
    if still_in not in known:
        firsts = [(next(choice for choice in ranking if choice in still_in), power) for ranking, power in ballots]
        held = {choice: sum(power for first, power in firsts if first == choice) for choice in still_in}
        most, least, total = max(held.values()), min(held.values()), sum(held.values())
        if 2 * most > total or len(still_in) <= 2 or total == 0:
            known[still_in] = {choice for choice in still_in if held[choice] == most}
        else:
            last = [choice for choice in still_in if held[choice] == least]
            known[still_in] = set().union(*(runoff(ballots, still_in - {choice}, known) for choice in last))
    return known[still_in]


def copeland(ballots: Ballots, choices: int) -> list[Fraction]:
    """Half a point for a draw, one for a win, and a little less than a quarter for all support there is."""
    total = sum(power for _, power in ballots)
    strengths = []
    for choice in numbers(choices):
        strength = Fraction()
        for other in numbers(choices):
            if other != choice:
                mine, theirs = ahead(ballots, choice, other), ahead(ballots, other, choice)
                strength += Fraction(1, 2) if mine == theirs else int(mine > theirs)
                strength += Fraction(mine, 4 * (choices - 1) * total) if total else 0
        strengths.append(strength)
    return strengths


def ahead(ballots: Ballots, choice: int, other: int) -> int:
    return sum(power for ranking, power in ballots if ranking.index(choice) < ranking.index(other))


def numbers(choices: int) -> range:
    return range(1, choices + 1)


SCORES: Mapping[str, Callable[[Ballots, int], Sequence[Any]]] = {
    "single-choice": single,
    "basic": single,
    "approval": approval,
    "weighted": weighted,
    "quadratic": quadratic,
    "copeland": copeland,
}


def winners(system: str, ballots: Ballots, choices: int) -> set[int]:
    if system == "ranked-choice":
        return ranked_choice_winners(ballots, choices)
    scores = SCORES[system](ballots, choices)
    close = CLOSE if system == "quadratic" else 0
    return {choice for choice in numbers(choices) if max(scores) - scores[choice - 1] <= close}


def shared_out(system: str, ballots: Ballots, choices: int) -> list[Fraction] | None:
    """The scores as they should be shown, exactly (roots: to 400 digits); None where they are those of a round."""
    if system == "ranked-choice":
        return None
    scores = SCORES[system](ballots, choices)
    if system not in ("quadratic", "copeland"):
        return list(scores)
    with localcontext(Context(prec=400)):
        strengths = [Fraction(score * score if system == "quadratic" else score) for score in scores]
    total, whole = sum(power for _, power in ballots), sum(strengths)
    if not total:
        return [Fraction()] * choices
    return [total * strength / whole for strength in strengths]
