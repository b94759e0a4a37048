"""A ballot that ranks: every choice once, the best first. What the ranks count for is decided by the methods.

A partial ranking is refused (H52): two readers disagree about what it says of the choices that it leaves out.
"""

from __future__ import annotations

from governance.choice import Choice
from governance.counting.method import CountingError, Weighed

CHOICES_MAX = 100
"""Choices that are ranked: a duel of all pairs grows with their square."""

Ranking = tuple[int, ...]


def refuse_number(choices: int, voting: str) -> None:
    """Refuse fewer than two choices to rank, and more than anybody ranks."""
    if not 2 <= choices <= CHOICES_MAX:
        raise CountingError(
            "E_OPTION_MAP", "count", count=choices, voting=voting, expected=f"at least 2 and at most {CHOICES_MAX}"
        )


def check(choice: Choice, choices: int) -> None:
    """Refuse anything but all numbers from 1 to `choices`, each once."""
    if (
        not isinstance(choice, tuple)
        or len(choice) != choices
        or any(type(number) is not int for number in choice)
        or set(choice) != set(range(1, choices + 1))
    ):
        raise CountingError("E_CHOICE", "ranking", choice=ascii(choice)[:80], choices=choices)


def gathered(ballots: Weighed) -> dict[Ranking, int]:
    """Add up the power of equal rankings; those without power say nothing."""
    powers: dict[Ranking, int] = {}
    for choice, power in ballots:
        assert isinstance(choice, tuple), "checked before it is counted"
        powers[choice] = powers.get(choice, 0) + power
    return {ranking: power for ranking, power in powers.items() if power}
