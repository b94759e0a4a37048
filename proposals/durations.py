"""Durations as people write them: `3d`, `36h`, `90m`; seconds inside.

Decides spelling and range only: one whole number and one unit, `s`, `m`, `h`, `d` or `w`. A bare number is refused
rather than guessed (`E_TIME`): to one reader 3 means days, to the other seconds. A duration is spelled back in the
largest unit, up to days, that gives a whole number.
"""

from __future__ import annotations

import re
from types import MappingProxyType

from proposals.parts import TIME_LIMIT
from proposals.times import TimeError

_SPAN = re.compile(r"(0|[1-9][0-9]{0,9})([smhdw])\Z", re.ASCII)
_BARE = re.compile(r"[0-9]+\Z", re.ASCII)
_SECONDS = MappingProxyType({"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1})
_SPELLED = ("d", "h", "m", "s")


def find_duration(text: str) -> int | None:
    """Return the seconds of a text that has the form of a duration, else None; `E_TIME` for one out of range."""
    span = _SPAN.match(text)
    if span is None:
        return None
    seconds = int(span[1]) * _SECONDS[span[2]]
    if seconds >= TIME_LIMIT:
        raise TimeError("E_TIME", "duration_range", time=text)
    return seconds


def parse_duration(text: object) -> int:
    """Read a duration as seconds; raise `TimeError` (`E_TIME`) for anything else."""
    seconds = find_duration(text) if isinstance(text, str) else None
    if seconds is None:
        told = text if isinstance(text, str) else repr(text)
        raise TimeError("E_TIME", "duration_bare" if _BARE.match(told) else "duration", time=told)
    return seconds


def spell_duration(seconds: int) -> str:
    """Spell seconds as `parse_duration` reads them back: 86400 as `1d`, 129600 as `36h`."""
    assert 0 <= seconds < TIME_LIMIT, "a duration of ours"
    unit = next(unit for unit in _SPELLED if seconds and seconds % _SECONDS[unit] == 0) if seconds else "s"
    return f"{seconds // _SECONDS[unit]}{unit}"
