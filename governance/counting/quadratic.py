"""Quadratic: a choice's strength is the square of the sum of the square roots of the shares that ballots give it.

So many small shares weigh more than one of the same size. The scores share out the power that voted in proportion to
these strengths, as Snapshot does, so that a quorum means the same as elsewhere. Roots are whole numbers in units of
2**-32 of the root of 1e-18; `bound` says how far a score may be from the true one, and the winner is decided beyond it.
Source: snapshot.js `voting/quadratic.ts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt

from governance.counting.method import Count, Method, Weighed, refuse_few
from governance.counting.split import Measured, check, decided, whole_weights

BITS = 32
"""Binary digits of each root below the root of 1e-18."""


def check_choices(choices: int) -> None:
    """Refuse fewer than two choices."""
    refuse_few(choices, "quadratic")


def count(ballots: Weighed, choices: int) -> Count:
    """Add up the roots of every ballot's shares, and square the sums."""
    roots = _measured(ballots, choices, BITS)
    winners = decided(roots, lambda bits: _measured(ballots, choices, bits))
    total = sum(power for _, power in ballots)
    strengths = [root * root for root in roots.scores]
    whole = sum(strengths)
    scores = tuple(total * strength // whole if whole else 0 for strength in strengths)
    return Count(scores=scores, winners=winners, bound=_bound(roots, total, scores) if whole else 0)


def _measured(ballots: Weighed, choices: int, bits: int) -> Measured:
    """Add up the roots in units of 2**-bits. Every root counts as cut: that of what was rounded down is, like the root
    itself, less than one unit too small.
    """
    scores, cuts = [0] * (choices + 1), [0] * (choices + 1)
    twice = 2 * bits
    for choice, power in ballots:
        weights, whole = whole_weights(choice)
        lifted = power << twice
        for number, weight in weights.items():
            if power and weight:
                scores[number] += isqrt(lifted if weight == whole else lifted * weight // whole)
                cuts[number] += 1
    return Measured(scores[1:], cuts[1:])


def _bound(roots: Measured, total: int, scores: Sequence[int]) -> int:
    """Return how far any score may be off: its own root and those of the others taken at their worst."""
    low = [root * root for root in roots.scores]
    high = [(root + cut) ** 2 for root, cut in zip(roots.scores, roots.cuts, strict=True)]
    whole_low, whole_high = sum(low), sum(high)
    worst = 0
    for score, least, most in zip(scores, low, high, strict=True):
        above = -(-total * most // (whole_low - least + most)) if most else 0
        below = total * least // (whole_high - most + least) if least else 0
        worst = max(worst, above - score, score - below)
    return worst


METHOD = Method("quadratic", "vote-string", check_choices, check, count)
