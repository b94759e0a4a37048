"""What a year and a month are, and the schedules that are written in months.

Two calendars: UTC anniversaries, where a month later is the same day and clock time of the next month (the 31st, and
29 February, become a shorter month's last day, counted from the first date each time so that nothing drifts), and
years of 365 days, where a month is a twelfth of it. Zones and leap seconds are not known here: Unix time has neither.
"""

from __future__ import annotations

from typing import Literal, get_args

from proposals.schedule.errors import ScheduleError
from proposals.schedule.pieces import TRANCHES_MAX, Line, Tranches, check_time
from proposals.schedule.schedule import Schedule
from proposals.times import add_months

Calendar = Literal["anniversaries", "365-days"]
Step = Literal["second", "day", "month"]
CALENDARS: tuple[Calendar, ...] = get_args(Calendar)
STEPS: tuple[Step, ...] = get_args(Step)

DAY = 86_400
_TWELFTH = 365 * DAY // 12
"""Seconds, without a rest."""


def later(time: int, months: int, calendar: Calendar) -> int:
    """Return the moment so many months after another."""
    check_time(time)
    check_months(months)
    moved = add_months(time, months) if calendar == "anniversaries" else time + months * _TWELFTH
    check_time(moved)
    return moved


def check_months(months: int, least: int = 0) -> None:
    """Refuse what is no number of months: up to a hundred years."""
    if type(months) is not int or not least <= months <= TRANCHES_MAX:
        raise ScheduleError("E_SCHEDULE", "months", months=months, least=least, limit=TRANCHES_MAX)


def linear_after_lock(
    amount: int,
    start: int,
    *,
    lock_months: int,
    months: int,
    calendar: Calendar = "anniversaries",
    step: Step = "second",
) -> Schedule:
    """Nothing until the lock ends, then linear over the months that follow: no cliff, so no jump when the lock ends."""
    check_months(months, 1)
    begin, end = later(start, lock_months, calendar), later(start, lock_months + months, calendar)
    if step == "month":
        return tranches(amount, start, lock_months=lock_months, months=months, every_months=1, calendar=calendar)
    return Schedule(pieces=(Line(amount=amount, start=begin, end=end, grain=DAY if step == "day" else 1),))


def tranches(
    amount: int,
    start: int,
    *,
    lock_months: int,
    months: int,
    every_months: int,
    calendar: Calendar = "anniversaries",
) -> Schedule:
    """Equal parts every so many months after a lock: 1 for monthly, 3 for quarterly."""
    check_months(every_months, 1)
    if months % every_months:
        raise ScheduleError("E_SCHEDULE", "every", months=months, every=every_months)
    dates = tuple(
        later(start, lock_months + month, calendar) for month in range(every_months, months + 1, every_months)
    )
    return Schedule(pieces=(Tranches(amount=amount, dates=dates),))
