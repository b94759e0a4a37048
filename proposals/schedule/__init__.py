"""What vests when: a small algebra of pieces, exact to the base unit, and the contracts that it equals.

Decides how much of a total is vested, released, releasable and locked at any moment, and when that next changes. It
reads no clock and no chain, pays nobody, and does not know who is paid: that is the allocation's and the treasury's.
"""

from __future__ import annotations

from proposals.schedule.calendars import CALENDARS, STEPS, Calendar, Step, later
from proposals.schedule.errors import ScheduleError
from proposals.schedule.pieces import AMOUNT_MAX, Gate, Geometric, Jump, Line, Piece, Tranches
from proposals.schedule.schedule import Revocation, Schedule

__all__ = [
    "AMOUNT_MAX",
    "CALENDARS",
    "STEPS",
    "Calendar",
    "Gate",
    "Geometric",
    "Jump",
    "Line",
    "Piece",
    "Revocation",
    "Schedule",
    "ScheduleError",
    "Step",
    "Tranches",
    "later",
]
