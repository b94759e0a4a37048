"""When what unlocks: rows for statements, calendars and charts.

Decides which dates are shown and what vests by each, so that the rows of a whole schedule add up to what it vests.
Amounts are base units; nothing here knows who is told, or in which form.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from proposals.parts import TIME_LIMIT
from proposals.schedule import Calendar, Line, Schedule, later
from proposals.times import add_months, parse_day, spell_day

MONTHS_MAX = 600


class Unlock(NamedTuple):
    """One date of one schedule."""

    at: int
    amount: int
    """What vested since the date before."""
    vested: int
    """All that is vested by then."""


class Month(NamedTuple):
    """One UTC month of several schedules."""

    since: int
    """Its first moment; of the first row, the moment that was asked about."""
    until: int
    """The first moment that no more belongs to it."""
    amounts: tuple[int, ...]
    """What vests in it, by schedule; in the first row, what vests after the moment itself."""
    vested: int
    """All that is vested when it ends."""
    locked: int


def unlocks(schedule: Schedule, calendar: Calendar) -> tuple[Unlock, ...]:
    """List the dates by which more is vested: those of the rules, and of lines a date each month."""
    times = set(schedule.dates)
    for piece in schedule.pieces:
        if isinstance(piece, Line):
            times |= _months_of(piece, calendar)
    if schedule.revoked_at is not None:
        times = {time for time in times if time <= schedule.revoked_at} | {schedule.revoked_at}
    found, before = [], 0
    for time in sorted(times):
        vested = schedule.vested(time)
        if vested > before:
            found.append(Unlock(time, vested - before, vested))
            before = vested
    return tuple(found)


def _months_of(line: Line, calendar: Calendar) -> set[int]:
    found, month = set(), 1
    while (time := later(line.start, month, calendar)) < line.end:
        found.add(time)
        month += 1
    return found


def months(schedules: Sequence[Schedule], since: int, count: int) -> tuple[Month, ...]:
    """List what vests in the next months of UTC's calendar, of which the first has begun."""
    first = parse_day(spell_day(since)[:7] + "-01")
    starts = [since, *(time for time in (add_months(first, n) for n in range(1, count + 1)) if time < TIME_LIMIT)]
    whole = sum(schedule.total for schedule in schedules)
    rows, before = [], [schedule.vested(since) for schedule in schedules]
    for begin, end in pairwise(starts):
        after = [schedule.vested(end - 1) for schedule in schedules]
        amounts = tuple(now - then for now, then in zip(after, before, strict=True))
        rows.append(Month(begin, end, amounts, sum(after), whole - sum(after)))
        before = after
    return tuple(rows)


def span(schedules: Sequence[Schedule], tge: int, at: int) -> tuple[int, int]:
    """From when to when something is to be seen: the event, every date of the rules, the moment asked about, and a
    twentieth more at the end.
    """
    times = [tge, at, *(time for schedule in schedules for time in schedule.dates)]
    first, last = min(times), max(times)
    return first, min(last + max(86_400, (last - first) // 20), TIME_LIMIT - 1)


def table_times(first: int, last: int, at: int) -> tuple[int, ...]:
    """Dates for a table of at most 25 rows: by the month, quarter, half-year, year or decade, and the moment itself."""
    for step in (1, 3, 6, 12, 60, 120, 1200):
        found = [time for time in (add_months(first, n * step) for n in range(26)) if time <= last]
        if len(found) < 26:
            break
    return tuple(sorted({*found, at}))
