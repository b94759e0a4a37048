"""Single choice: each ballot gives its whole power to one choice.

Source: snapshot.js `voting/singleChoice.ts`, in integers. There an invalid ballot still adds to the total; here it is
refused before anything is counted.
"""

from __future__ import annotations

from governance.choice import Choice
from governance.counting.method import Count, Method, Weighed, refuse_few, refuse_unknown, strongest


def check_choices(choices: int) -> None:
    """Refuse fewer than two choices."""
    refuse_few(choices, "single-choice")


def check(choice: Choice, choices: int) -> None:
    """Refuse anything but the number of a choice, from 1."""
    refuse_unknown(choice, choices)


def count(ballots: Weighed, choices: int) -> Count:
    """Add up each choice's power."""
    scores = [0] * (choices + 1)
    for choice, power in ballots:
        scores[choice] += power  # type: ignore[index]  # a number, as checked
    return Count(scores=tuple(scores[1:]), winners=strongest(scores[1:]))


METHOD = Method("single-choice", "vote", check_choices, check, count)
