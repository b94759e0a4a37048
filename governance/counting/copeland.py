"""Copeland: every pair of choices is a duel, and whoever wins most of them wins.

A duel won is 2 points, a drawn one 1 to each; of equal points the greater support in all duels together decides, as
in Snapshot since 2026; of equal support, all are tied. Points and support are whole numbers here, so nothing is
rounded before the winner is known. The scores share out the power that voted in the proportion that Snapshot uses,
each rounded down.
Source: snapshot.js 0.17 `voting/copeland.ts`.
"""

from __future__ import annotations

from governance.counting.method import Count, Duel, Method, Weighed, strongest
from governance.counting.ranking import check, gathered, refuse_number


def check_choices(choices: int) -> None:
    """Refuse fewer than two choices to rank, and more than anybody ranks."""
    refuse_number(choices, "copeland")


def count(ballots: Weighed, choices: int) -> Count:
    """Hold all duels."""
    powers = gathered(ballots)
    total = sum(powers.values())
    above = [[0] * (choices + 1) for _ in range(choices + 1)]
    for ranking, power in powers.items():
        for place, number in enumerate(ranking, 1):
            row = above[number]
            for below in ranking[place:]:
                row[below] += power
    numbers = range(1, choices + 1)
    points = [0] * (choices + 1)
    duels = []
    for first in numbers:
        for second in range(first + 1, choices + 1):
            duel = Duel(first, second, above[first][second], above[second][first])
            duels.append(duel)
            points[first] += 1 + (duel.for_first > duel.for_second) - (duel.for_first < duel.for_second)
            points[second] += 1 + (duel.for_second > duel.for_first) - (duel.for_second < duel.for_first)
    # half of the average support is less than one point; times 2 (choices - 1) total, all are whole numbers
    strengths = [2 * (choices - 1) * total * points[number] + sum(above[number]) for number in numbers]
    whole = sum(strengths)
    scores = tuple(total * strength // whole if whole else 0 for strength in strengths)
    return Count(scores=scores, winners=strongest(strengths), bound=int(bool(whole)), steps=tuple(duels))


METHOD = Method("copeland", "vote-array", check_choices, check, count)
