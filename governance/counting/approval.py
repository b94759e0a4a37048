"""Approval: each ballot gives its whole power to every choice that it names.

So the scores may add up to more than the power that voted, and only the latter is held against a quorum.
Source: snapshot.js `voting/approval.ts`, in integers. There a ballot that approves nothing counts to the total; here it
is refused, as everywhere, because nobody can tell it from a mistake.
"""

from __future__ import annotations

from governance.choice import Choice
from governance.counting.method import Count, CountingError, Method, Weighed, refuse_few, refuse_unknown, strongest


def check_choices(choices: int) -> None:
    """Refuse fewer than two choices."""
    refuse_few(choices, "approval")


def check(choice: Choice, choices: int) -> None:
    """Refuse anything but different numbers of choices, at least one."""
    if not isinstance(choice, tuple) or not choice or len(set(choice)) != len(choice):
        raise CountingError("E_CHOICE", "approved", choice=ascii(choice)[:80], choices=choices)
    for number in choice:
        refuse_unknown(number, choices)


def count(ballots: Weighed, choices: int) -> Count:
    """Add each ballot's power to every choice that it approves."""
    scores = [0] * (choices + 1)
    for choice, power in ballots:
        for number in choice:  # type: ignore[union-attr]  # a tuple, as checked
            scores[number] += power
    return Count(scores=tuple(scores[1:]), winners=strongest(scores[1:]))


METHOD = Method("approval", "vote-array", check_choices, check, count)
