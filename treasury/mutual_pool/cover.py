"""When a purchase covers: UTC days, the day of the purchase included.

Decides first and last day and the moment of expiry. Days run from midnight to midnight UTC, so a policy bought late in
the day is shorter in seconds; the contract compares days only. What the days cost is `curve`'s.
"""

from __future__ import annotations

from typing import NamedTuple

from treasury.mutual_pool.curve import days_covered
from treasury.mutual_pool.state import DAY_SECONDS


class Cover(NamedTuple):
    """What a purchase at some second covers."""

    days: int
    """After clipping."""
    first_day: int
    """Unix time // 86,400 of the purchase."""
    last_day: int | None
    """None where only shares were bought."""
    expires_at: int | None
    """Unix time at which the cover is over."""
    seconds: int
    """From the purchase to the expiry."""


def cover(bought_at: int, days: int) -> Cover:
    """The cover of a purchase made at `bought_at` (Unix seconds) for `days`; 0 days cover nothing."""
    days, first = days_covered(days), bought_at // DAY_SECONDS
    if not days:
        return Cover(0, first, None, None, 0)
    expires_at = (first + days) * DAY_SECONDS
    return Cover(days, first, first + days - 1, expires_at, expires_at - bought_at)
