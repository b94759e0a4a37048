"""The shape of a counting method: four functions and two names, without any of their contents."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from governance.choice import Choice
from governance.errors import GovernanceError


class CountingError(GovernanceError):
    """A choice or a number of choices that a method cannot count (`E_CHOICE`, `E_OPTION_MAP`, `E_VERSION`)."""


class Method(NamedTuple):
    """One voting system."""

    name: str
    """Snapshot's name of it."""
    action: str
    """The form of its votes: `vote` (a number), `vote-array` or `vote-string`."""
    check_choices: Callable[[int], None]
    """Refuse a number of choices for which the method makes no sense."""
    check: Callable[[Choice, int], None]
    """Refuse a choice that is not one of so many (`E_CHOICE`)."""
    scores: Callable[[Iterable[tuple[Choice, int]], int], tuple[int, ...]]
    """From checked choices with their powers, and the number of choices, to a score for each choice."""
