"""A schedule: pieces that vest side by side, until they end or until what is not vested is taken back.

Decides what is vested, releasable and locked at a moment, when that next changes, and what a revocation leaves to whom.
All of it follows from the schedule and the moment alone: how often or how late somebody claimed changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from proposals.parts import TIME_LIMIT
from proposals.schedule.errors import ScheduleError
from proposals.schedule.pieces import Gate, Geometric, Piece, check_amount, check_time


class Revocation(NamedTuple):
    """Both halves of a schedule that was revoked; their totals add up to its total."""

    kept: Schedule
    """What stays the beneficiary's: all that was vested by then, whenever he claims it."""
    clawback: int
    """Base units that go back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Pieces, added up."""

    pieces: tuple[Piece, ...]
    revoked_at: int | None = None
    """From when on nothing more vests."""

    def __post_init__(self) -> None:
        whole = sum(piece.amount for piece in self.pieces)
        if not self.pieces:
            raise ScheduleError("E_SCHEDULE", "empty")
        if self.revoked_at is not None:
            check_time(self.revoked_at)
        try:
            check_amount(whole)
        except ScheduleError:
            raise ScheduleError("E_SCHEDULE", "range", total=whole) from None
        gates = [piece.name for piece in self.pieces if isinstance(piece, Gate)]
        if len(set(gates)) != len(gates):
            raise ScheduleError("E_SCHEDULE", "gate_twice", name=max(gates, key=gates.count))

    @property
    def total(self) -> int:
        """Base units that this schedule can ever vest, and dust that never does; after a revocation what is kept."""
        if self.revoked_at is not None:
            return self.vested(self.revoked_at)
        return sum(piece.amount for piece in self.pieces)

    @property
    def end(self) -> int | None:
        """From when on nothing changes and all is vested; None where some never is, or nobody knows yet."""
        if self.revoked_at is not None:
            return self.revoked_at
        ends = [piece.end for piece in self.pieces if piece.amount]
        known = [end for end in ends if end is not None]
        return max(known, default=0) if len(known) == len(ends) else None

    @property
    def dust(self) -> int:
        """Base units that no step ever pays."""
        if self.revoked_at is not None:
            return 0
        return sum(piece.dust for piece in self.pieces if isinstance(piece, Geometric))

    @property
    def dates(self) -> tuple[int, ...]:
        """The moments at which a rule begins, ends or pays, ascending."""
        limit = TIME_LIMIT if self.revoked_at is None else self.revoked_at
        return tuple(sorted({time for piece in self.pieces for time in piece.dates if time <= limit}))

    def vested(self, time: int) -> int:
        """Base units that are vested at a moment."""
        if self.revoked_at is not None:
            time = min(time, self.revoked_at)
        return sum(piece.vested(time) for piece in self.pieces)

    def locked(self, time: int) -> int:
        """Base units of the total that are not vested at a moment."""
        return self.total - self.vested(time)

    def releasable(self, released: int, time: int) -> int:
        """Base units that can be released at a moment, after so many were.

        Raises `ScheduleError` where more was released than ever vested by then: the books or the chain are wrong.
        """
        check_amount(released)
        vested = self.vested(time)
        if released > vested:
            raise ScheduleError("E_SCHEDULE", "released", released=released, vested=vested, time=time)
        return vested - released

    def next_event(self, time: int) -> int | None:
        """Return the first moment after `time` at which more is vested; None if there is none, or nobody knows it."""
        now, low, high = self.vested(time), time, TIME_LIMIT - 1
        if self.vested(high) == now:
            return None
        while high - low > 1:  # vested is monotone: at `low` it is as now, at `high` it is more
            middle = (low + high) // 2
            low, high = (low, middle) if self.vested(middle) > now else (middle, high)
        return high

    def revoke(self, time: int) -> Revocation:
        """Take back what is not vested at a moment; what is vested stays claimable."""
        if self.revoked_at is not None:
            raise ScheduleError("E_SCHEDULE", "revoked", time=self.revoked_at)
        kept = replace(self, revoked_at=time)
        return Revocation(kept, self.total - kept.total)

    def opened(self, opened: Mapping[str, int]) -> Schedule:
        """Return the schedule with the gates open that were opened, each at its moment."""
        gates = {piece.name: piece for piece in self.pieces if isinstance(piece, Gate)}
        for name, time in opened.items():
            if name not in gates:
                raise ScheduleError("E_SCHEDULE", "gate", name=name, known=tuple(sorted(gates)))
            if gates[name].opened_at not in (None, time):
                raise ScheduleError("E_SCHEDULE", "gate_twice", name=name)
        return replace(
            self,
            pieces=tuple(
                replace(piece, opened_at=opened[piece.name])
                if isinstance(piece, Gate) and piece.name in opened
                else piece
                for piece in self.pieces
            ),
        )
