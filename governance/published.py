"""An exact count of votes that a hub published.

The powers are taken from their decimal text, digit for digit, and every ballot is read as strictly as one of ours. One
that is refused counts nowhere and is named: what Snapshot makes of such rows is `governance.counting.doubles`. Nothing
here is signed, so nothing here is proved.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from governance.choice import Choice, read_choice, weights_of
from governance.counting import Count, Method, method
from governance.errors import GovernanceError
from governance.hub_answer import HubAnswer, Number


class Refused(NamedTuple):
    """A ballot that counts for nothing here."""

    voter: str
    code: str
    power: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballots:
    """Published ballots, read strictly; powers are whole numbers of units of 10**-decimals."""

    valid: tuple[tuple[Choice, int], ...]
    refused: tuple[Refused, ...]
    decimals: int

    @property
    def total(self) -> int:
        """The power of the ballots that count."""
        return sum(power for _, power in self.valid)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recount:
    """An exact count of published votes."""

    count: Count
    ballots: Ballots


def recount(answer: HubAnswer) -> Recount:
    """Count published votes exactly; an unknown system is `E_VERSION`, too few choices are `E_OPTION_MAP`."""
    ballots = read_ballots(answer)
    return Recount(count=method(answer.system).count(ballots.valid, len(answer.choices)), ballots=ballots)


def read_ballots(answer: HubAnswer, *, least_decimals: int = 18) -> Ballots:
    """Read every ballot; the powers get as many decimals as the longest of them has, and at least so many."""
    system = method(answer.system)
    system.check_choices(len(answer.choices))
    decimals = max((_places(row.power) for row in answer.rows), default=0)
    decimals = max(decimals, least_decimals)
    valid: list[tuple[Choice, int]] = []
    refused: list[Refused] = []
    for row in answer.rows:
        power = _in_units(row.power, decimals)
        try:
            choice = _choice(system, row.choice, len(answer.choices))
        except GovernanceError as error:
            refused.append(Refused(row.voter, error.code, power))
            continue
        if power < 0:
            refused.append(Refused(row.voter, "E_VP_TYPE", power))
        else:
            valid.append((choice, power))
    return Ballots(valid=tuple(valid), refused=tuple(refused), decimals=decimals)


def _choice(system: Method, said: object, choices: int) -> Choice:
    """A ballot as strictly as if it were signed to us. A hub shows weights as an object, not as its text."""
    choice = weights_of(said) if system.action == "vote-string" else read_choice(system.action, said)
    system.check(choice, choices)
    return choice


def _places(power: Number) -> int:
    """Digits behind the point."""
    return max(0, -int(power.as_tuple().exponent)) if isinstance(power, Decimal) else 0


def _in_units(power: Number, decimals: int) -> int:
    """The power as a whole number of units, digit for digit."""
    sign, digits, exponent = Decimal(power).as_tuple()
    scale: int = 10 ** (decimals + int(exponent))
    whole = int("".join(map(str, digits))) * scale
    return -whole if sign else whole
