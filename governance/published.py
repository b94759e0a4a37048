"""What a hub published of a closed vote, as far as counting it again needs it: the proposal and its rows of votes.

The powers are taken from their decimal text, digit for digit, and every ballot is read as strictly as one of ours. One
that is refused counts nowhere and is named: what Snapshot makes of such rows is `governance.counting.doubles`. Nothing
here is signed, so nothing here is proved.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from chain.json_text import loads
from governance.choice import Choice, read_choice
from governance.counting import Count, Method, method
from governance.errors import GovernanceError

PLACES_MAX = 60
"""Decimal places of a power. Snapshot stores 30."""


class PublishedError(GovernanceError):
    """A file that is no hub's answer (`E_HUB`), or a power that is none (`E_VP_TYPE`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recount:
    """An exact count of published votes."""

    system: str
    options: tuple[str, ...]
    count: Count
    decimals: int
    """Of the powers: the scores are whole numbers of units of 10**-decimals."""
    total: int
    """The power of the ballots that count."""
    left_out: tuple[str, ...]
    """Voters whose ballot is no valid choice."""


def recount(data: bytes, *, max_bytes: int) -> Recount:
    """Count `{"proposal": {"type", "choices", …}, "votes": [{"voter", "choice", "vp", …}, …]}` exactly."""
    answer = loads(data, max_bytes=max_bytes, allow_floats=True)
    proposal, votes = _member(answer, "proposal"), _member(answer, "votes")
    options = _member(proposal, "choices")
    if not isinstance(votes, list):
        raise PublishedError("E_HUB", "member", member="votes")
    if not isinstance(options, list) or not all(isinstance(option, str) for option in options):
        raise PublishedError("E_HUB", "member", member="choices")
    system = method(_member(proposal, "type"))
    system.check_choices(len(options))
    rows = [(str(_member(row, "voter")), _member(row, "choice"), _power(row)) for row in votes]
    decimals = max([18, *(places for _, _, (_, places) in rows)])
    ballots: list[tuple[Choice, int]] = []
    left_out = []
    for voter, said, (digits, places) in rows:
        choice = _choice(system, said, len(options))
        if choice is None:
            left_out.append(voter)
        else:
            ballots.append((choice, digits * 10 ** (decimals - places)))
    return Recount(
        system=system.name,
        options=tuple(options),
        count=system.count(ballots, len(options)),
        decimals=decimals,
        total=sum(power for _, power in ballots),
        left_out=tuple(left_out),
    )


def _member(value: object, name: str) -> object:
    if not isinstance(value, Mapping) or name not in value:
        raise PublishedError("E_HUB", "member", member=name)
    return value[name]


def _power(row: object) -> tuple[int, int]:
    """The digits of a power as a whole number, and how many of them stand behind the point."""
    power = _member(row, "vp")
    if isinstance(power, bool) or not isinstance(power, int | Decimal) or power < 0:
        raise PublishedError("E_VP_TYPE", "published", power=ascii(power)[:80])
    _, digits, exponent = Decimal(power).as_tuple()
    assert isinstance(exponent, int), "JSON has neither NaN nor infinity here"
    if exponent < -PLACES_MAX:
        raise PublishedError("E_VP_TYPE", "published", power=ascii(power)[:80])
    whole = int("".join(map(str, digits)))
    return (whole * 10**exponent, 0) if exponent > 0 else (whole, -exponent)


def _choice(system: Method, said: object, choices: int) -> Choice | None:
    """A ballot as strictly as if it were signed to us, or None. A hub shows weights as an object, not as its text."""
    if system.action == "vote-string":
        if not isinstance(said, dict) or not all(isinstance(weight, int | Decimal) for weight in said.values()):
            return None
        said = "{" + ",".join(f"{json.dumps(name)}:{weight}" for name, weight in said.items()) + "}"
    try:
        choice = read_choice(system.action, said)
        system.check(choice, choices)
    except GovernanceError:
        return None
    return choice
