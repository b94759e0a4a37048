"""Times as documents write them: RFC 3339 with an offset, or a calendar day; Unix seconds inside.

Decides spelling and range only. Whether a time is early enough, or what the time is now, is decided by callers. Refused
rather than guessed (`E_TIME`): a time without an offset, fractions, leap seconds, numbers of seconds or milliseconds.
"""

from __future__ import annotations

import re
from calendar import monthrange, timegm
from datetime import UTC, date, datetime, timedelta

from proposals.errors import ProposalsError
from proposals.parts import TIME_LIMIT

_DAY = r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
_DATE = re.compile(_DAY + r"\Z", re.ASCII)
_CLOCK = r"([0-9]{2}):([0-9]{2}):([0-9]{2})"
_INSTANT = re.compile(rf"{_DAY}T{_CLOCK}(?:Z|([+-])([0-9]{{2}}):([0-9]{{2}}))\Z", re.ASCII)
_NAIVE = re.compile(rf"{_DAY}(?:[T ]{_CLOCK}(?:-00:00)?)?\Z", re.ASCII)


class TimeError(ProposalsError):
    """Text that is not a time, or not one that means the same everywhere (`E_TIME`)."""


def parse_instant(text: str) -> int:
    """Read `2026-01-31T12:00:00Z` or `…+08:00` as Unix seconds."""
    match = _INSTANT.match(text)
    if match is None or text.endswith("-00:00"):  # RFC 3339 §4.3: -00:00 says that the offset is not known
        raise TimeError("E_TIME", _why_not(text), time=text)
    year, month, day, hour, minute, second, sign, hours, minutes = match.groups()
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    if offset >= timedelta(days=1) or int(minutes or 0) > 59:
        raise TimeError("E_TIME", "impossible", time=text)
    try:
        local = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second), tzinfo=UTC)
        instant = local + offset if sign == "-" else local - offset
    except (ValueError, OverflowError):
        raise TimeError("E_TIME", "impossible", time=text) from None
    return _in_range(timegm(instant.timetuple()), text)


def parse_day(text: str) -> int:
    """Read `2026-01-31` as the Unix seconds of its first moment in UTC."""
    match = _DATE.match(text)
    if match is None:
        raise TimeError("E_TIME", "day", time=text)
    try:
        day = date(*(int(number) for number in match.groups()))
    except ValueError:
        raise TimeError("E_TIME", "impossible", time=text) from None
    return _in_range(timegm(day.timetuple()), text)


def parse_day_or_utc(text: str) -> int:
    """Read a day, or an instant that is written in UTC with `Z`: what a header's date may be."""
    return parse_instant(text) if text.endswith("Z") else parse_day(text)


def spell_instant(time: int) -> str:
    """Spell Unix seconds in UTC, as `parse_instant` reads them back."""
    assert 0 <= time < TIME_LIMIT, "a time of a document"
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=time)).strftime("%Y-%m-%dT%H:%M:%SZ")


def spell_day(time: int) -> str:
    """Spell the UTC day that holds a moment."""
    return spell_instant(time)[:10]


def add_months(time: int, months: int) -> int:
    """Return the same UTC clock time `months` calendar months later; the 31st becomes a shorter month's last day."""
    start = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=time)
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    day = min(start.day, monthrange(year, month + 1)[1])
    return timegm(start.replace(year=year, month=month + 1, day=day).timetuple())


def _why_not(text: str) -> str:
    if _NAIVE.match(text):
        return "naive"
    if text.isascii() and text.isdigit():
        return "milliseconds" if int(text[:20]) >= TIME_LIMIT else "unix"
    return "form"


def _in_range(time: int, text: str) -> int:
    if not 0 <= time < TIME_LIMIT:
        raise TimeError("E_TIME", "impossible", time=text)
    return time
