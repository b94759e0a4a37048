"""The shape of a counting method, and of what it finds, without any of their contents.

A method turns checked choices and their powers into a `Count`: scores, the choices that won, and the steps that led
there. Whether the quorum is reached and what follows is decided by `governance.rules`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from governance.choice import Choice
from governance.errors import GovernanceError

Weighed = Sequence[tuple[Choice, int]]
"""Checked choices, each with the power of its voter, in 1e-18 of voting power."""


class CountingError(GovernanceError):
    """A choice or a number of choices that a method cannot count (`E_CHOICE`, `E_OPTION_MAP`, `E_VERSION`)."""


class Round(NamedTuple):
    """One round of ranked choice; choices by number, from 1."""

    counts: tuple[tuple[int, int], ...]
    """Every choice that is still in, ascending, with the power of the ballots that now name it first."""
    eliminated: tuple[int, ...]
    """Who leaves after this round: several only if together they hold less than the next; none after the last."""


class Branch(NamedTuple):
    """Who may win if, of several choices that are equally last, this one is eliminated."""

    eliminated: int
    winners: tuple[int, ...]


class Duel(NamedTuple):
    """One pair of choices, and the power of the ballots that rank the one above the other."""

    first: int
    second: int
    for_first: int
    for_second: int


Step = Round | Branch | Duel


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What a method finds; powers in 1e-18 of voting power."""

    scores: tuple[int, ...]
    """One for each choice, in their order."""
    winners: tuple[int, ...]
    """Numbers of the strongest choices, from 1, ascending. More than one is a declared tie; nobody is drawn by lot."""
    bound: int = 0
    """How far a true score may lie from the one shown. `winners` is decided beyond it, or else declares a tie."""
    steps: tuple[Step, ...] = ()
    """How it came about, where the scores alone do not say it."""


@dataclass(frozen=True, slots=True)
class Method:
    """One voting system."""

    name: str
    """Snapshot's name of it."""
    action: str
    """The form of its votes: `vote` (a number), `vote-array` or `vote-string`."""
    check_choices: Callable[[int], None]
    """Refuse a number of choices for which the method makes no sense."""
    check: Callable[[Choice, int], None]
    """Refuse a choice that is not one of so many (`E_CHOICE`)."""
    count: Callable[[Weighed, int], Count]
    """From checked choices with their powers, and the number of choices, to what they decide."""


def strongest(scores: Sequence[int]) -> tuple[int, ...]:
    """Return the numbers, from 1, of the greatest scores."""
    best = max(scores)
    return tuple(number for number, score in enumerate(scores, 1) if score == best)


def refuse_few(choices: int, voting: str) -> None:
    """Refuse fewer than two choices: such a vote decides nothing."""
    if choices < 2:
        raise CountingError("E_OPTION_MAP", "count", count=choices, voting=voting, expected="at least 2")


def refuse_unknown(number: object, choices: int) -> None:
    """Refuse anything but the number of a choice, from 1."""
    if type(number) is not int or not 1 <= number <= choices:
        raise CountingError("E_CHOICE", "range", choice=ascii(number)[:80], choices=choices)
