"""Single choice: each ballot gives its whole power to one choice.

Source: snapshot.js `voting/singleChoice.ts`, in integers. There an invalid ballot still adds to the total; here it is
refused before anything is counted.
"""

from __future__ import annotations

from collections.abc import Iterable

from governance.choice import Choice
from governance.counting.method import CountingError, Method


def check_choices(choices: int) -> None:
    """Refuse fewer than two choices: such a vote decides nothing."""
    if choices < 2:
        raise CountingError("E_OPTION_MAP", "count", count=choices, voting="single-choice", expected="at least 2")


def check(choice: Choice, choices: int) -> None:
    """Refuse anything but the number of a choice, from 1."""
    if type(choice) is not int or not 1 <= choice <= choices:
        raise CountingError("E_CHOICE", "range", choice=ascii(choice)[:80], choices=choices)


def count(ballots: Iterable[tuple[Choice, int]], choices: int) -> tuple[int, ...]:
    """Add up each choice's power."""
    scores = [0] * choices
    for choice, power in ballots:
        assert isinstance(choice, int), "checked before it is counted"
        scores[choice - 1] += power
    return tuple(scores)


METHOD = Method("single-choice", "vote", check_choices, check, count)
