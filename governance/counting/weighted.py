"""Weighted: each ballot splits its power among choices by the weights that it gives them.

A ballot's share is rounded down to 1e-18 of voting power; `bound` says by how much the scores may fall short, and the
winner is decided without it. Source: snapshot.js `voting/weighted.ts`, which works in percent of doubles.
"""

from __future__ import annotations

from governance.counting.method import Count, Method, Weighed, refuse_few
from governance.counting.split import Measured, check, decided, whole_weights


def check_choices(choices: int) -> None:
    """Refuse fewer than two choices."""
    refuse_few(choices, "weighted")


def count(ballots: Weighed, choices: int) -> Count:
    """Add up every ballot's shares."""
    found = _measured(ballots, choices, 0)
    winners = decided(found, lambda bits: _measured(ballots, choices, bits))
    return Count(scores=tuple(found.scores), winners=winners, bound=max(found.cuts))


def _measured(ballots: Weighed, choices: int, bits: int) -> Measured:
    """Add up the shares in units of 2**-bits."""
    scores, cuts = [0] * (choices + 1), [0] * (choices + 1)
    for choice, power in ballots:
        weights, whole = whole_weights(choice)
        lifted = power << bits
        for number, weight in weights.items():
            share, rest = divmod(lifted * weight, whole)
            scores[number] += share
            if rest:
                cuts[number] += 1
    return Measured(scores[1:], cuts[1:])


METHOD = Method("weighted", "vote-string", check_choices, check, count)
