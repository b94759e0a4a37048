"""The pieces that schedules are made of. Each vests its own amount by one rule, in whole base units.

A piece is checked when it is made, so that a piece which exists can be paid to the last unit: its amount is exact at
its end, and before that every rule rounds down, once. What never vests is said (`Geometric.dust`), never lost.
Pieces know nothing of each other; `proposals.schedule.schedule` adds them up.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from proposals.parts import TIME_LIMIT
from proposals.schedule.errors import ScheduleError

AMOUNT_MAX = 2**256 - 1
"""Base units; no contract can hold more."""
TRANCHES_MAX = 1200
"""Of one piece: a hundred years of months."""
SHARE_LEAST = 100
"""A geometric piece pays at least a hundredth of the rest at each step, so that its steps can be counted."""


def check_amount(amount: int) -> None:
    """Refuse what is no number of base units."""
    if type(amount) is not int or not 0 <= amount <= AMOUNT_MAX:
        raise ScheduleError("E_SCHEDULE", "amount", amount=amount)


def check_time(time: int) -> None:
    """Refuse what is no moment in Unix seconds; milliseconds are beyond the range."""
    if type(time) is not int or not 0 <= time < TIME_LIMIT:
        raise ScheduleError("E_SCHEDULE", "time", time=time)


@dataclass(frozen=True, slots=True, kw_only=True)
class Jump:
    """Everything at one moment: immediate, or a pure lock."""

    amount: int
    at: int

    def __post_init__(self) -> None:
        check_amount(self.amount)
        check_time(self.at)

    @property
    def end(self) -> int:
        """When the last unit vests."""
        return self.at

    @property
    def dates(self) -> tuple[int, ...]:
        """The moments at which the rule itself changes."""
        return (self.at,)

    def vested(self, time: int) -> int:
        """Base units that are vested at a moment."""
        return self.amount if time >= self.at else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Linear from `start` to `end`.

    Before `cliff` nothing is vested, and at the cliff what the line has reached by then (the jump of OpenZeppelin and
    Curve); a cliff without a jump is a line that starts at the cliff. Time counts in whole `grain` seconds from the
    start, and at the end all of it.
    """

    amount: int
    start: int
    end: int
    cliff: int = 0
    """The moment; 0, or any moment up to `start`, is no cliff."""
    grain: int = 1

    def __post_init__(self) -> None:
        check_amount(self.amount)
        for time in (self.start, self.end, self.cliff):
            check_time(time)
        if self.end <= self.start:
            raise ScheduleError("E_SCHEDULE", "window", start=self.start, end=self.end)
        if self.cliff > self.end:
            raise ScheduleError("E_SCHEDULE", "cliff", cliff=self.cliff, end=self.end)
        if type(self.grain) is not int or not 1 <= self.grain <= self.end - self.start:
            raise ScheduleError("E_SCHEDULE", "grain", grain=self.grain, duration=self.end - self.start)

    @property
    def dates(self) -> tuple[int, ...]:
        """Start, cliff if there is one, and end."""
        return tuple(sorted({self.start, max(self.start, self.cliff), self.end}))

    def vested(self, time: int) -> int:
        """Base units that are vested at a moment: floor(amount · elapsed / duration)."""
        if time >= self.end:
            return self.amount
        if time < max(self.start, self.cliff):
            return 0
        elapsed = time - self.start
        return self.amount * (elapsed - elapsed % self.grain) // (self.end - self.start)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tranches:
    """Equal parts on given dates: after k of n dates floor(amount · k / n), so that the sum is exact."""

    amount: int
    dates: tuple[int, ...]
    """Ascending."""

    def __post_init__(self) -> None:
        check_amount(self.amount)
        for time in self.dates:
            check_time(time)
        if not 1 <= len(self.dates) <= TRANCHES_MAX:
            raise ScheduleError("E_SCHEDULE", "tranches", count=len(self.dates), limit=TRANCHES_MAX)
        for before, after in pairwise(self.dates):
            if after <= before:
                raise ScheduleError("E_SCHEDULE", "tranche_order", before=before, after=after)

    @property
    def end(self) -> int:
        """The last date."""
        return self.dates[-1]

    def vested(self, time: int) -> int:
        """Base units that are vested at a moment."""
        return self.amount * bisect_right(self.dates, time) // len(self.dates)


@lru_cache(maxsize=256)
def _steps(amount: int, numerator: int, denominator: int, rounds: int) -> tuple[int, ...]:
    """Vested after 1, 2, … steps, until a step would pay nothing, or the last round pays the rest."""
    found: list[int] = []
    left = amount
    while len(found) + 1 != rounds and (paid := left * numerator // denominator) > 0:
        left -= paid
        found.append(amount - left)
    return (*found, amount) if rounds else tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Geometric:
    """A share of what is left, at `start` and then every `period` seconds, each payment rounded down.

    It never ends by itself: when a step would pay less than one unit, the rest stays for ever (`dust`). With `rounds`
    the last round pays all that is left.
    """

    amount: int
    start: int
    period: int
    numerator: int
    denominator: int = 10**18
    rounds: int = 0
    """0 for as many as pay something."""

    def __post_init__(self) -> None:
        check_amount(self.amount)
        check_time(self.start)
        shares = (self.numerator, self.denominator)
        if any(type(part) is not int for part in shares) or not 0 < self.numerator <= self.denominator <= AMOUNT_MAX:
            raise ScheduleError("E_SCHEDULE", "share", numerator=self.numerator, denominator=self.denominator)
        if self.numerator * SHARE_LEAST < self.denominator:
            raise ScheduleError("E_SCHEDULE", "slow", numerator=self.numerator, denominator=self.denominator)
        if type(self.period) is not int or not 1 <= self.period < TIME_LIMIT:
            raise ScheduleError("E_SCHEDULE", "period", period=self.period)
        if type(self.rounds) is not int or not 0 <= self.rounds <= TRANCHES_MAX:
            raise ScheduleError("E_SCHEDULE", "tranches", count=self.rounds, limit=TRANCHES_MAX)
        check_time(self.start + self.period * max(0, len(self._steps) - 1))

    @property
    def _steps(self) -> tuple[int, ...]:
        return _steps(self.amount, self.numerator, self.denominator, self.rounds)

    @property
    def dust(self) -> int:
        """Base units that no step ever pays."""
        return self.amount - (self._steps[-1] if self._steps else 0)

    @property
    def end(self) -> int | None:
        """When the last unit vests; None where some never do."""
        return None if self.dust else self.start + self.period * max(0, len(self._steps) - 1)

    @property
    def dates(self) -> tuple[int, ...]:
        """Every step that pays."""
        return tuple(self.start + self.period * step for step in range(len(self._steps)))

    def vested(self, time: int) -> int:
        """Base units that somebody has who withdrew at every step as soon as he could."""
        if time < self.start or not self._steps:
            return 0
        step = min((time - self.start) // self.period, len(self._steps) - 1)
        return self._steps[step]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Everything when something is decided, as a milestone that is approved, and not before a date."""

    amount: int
    name: str
    """What is waited for."""
    opened_at: int | None = None
    """When it was decided; None while it is not."""
    not_before: int = 0

    def __post_init__(self) -> None:
        check_amount(self.amount)
        check_time(self.not_before)
        if self.opened_at is not None:
            check_time(self.opened_at)

    @property
    def end(self) -> int | None:
        """When it vests; None while nobody knows."""
        return None if self.opened_at is None else max(self.opened_at, self.not_before)

    @property
    def dates(self) -> tuple[int, ...]:
        """The one moment, once it is known."""
        return () if self.end is None else (self.end,)

    def vested(self, time: int) -> int:
        """All of it once the gate is open and the date has come."""
        return self.amount if self.end is not None and time >= self.end else 0


Piece = Jump | Line | Tranches | Geometric | Gate
