"""`proposals.times`: one moment everywhere, or none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proposals.parts import TIME_LIMIT
from proposals.times import TimeError, add_months, parse_day, parse_day_or_utc, parse_instant, spell_day, spell_instant


@given(st.integers(0, TIME_LIMIT - 1))
def test_instants_come_back(time: int) -> None:
    """What is spelled in UTC is read back as the same second, and its day as that day's start."""
    assert time == parse_instant(spell_instant(time))
    assert time - time % 86_400 == parse_day(spell_day(time))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-01-31T12:00:00Z", 1_769_860_800),
        ("2026-01-31T20:00:00+08:00", 1_769_860_800),
        ("2026-01-31T02:30:00-09:30", 1_769_860_800),
        ("2028-02-29T00:00:00Z", 1_835_395_200),
    ],
)
def test_offsets_are_taken_into_account(text: str, expected: int) -> None:
    """One moment has many spellings."""
    assert expected == parse_instant(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026-01-31", "naive"),
        ("2026-01-31T12:00:00", "naive"),
        ("2026-01-31 12:00:00", "naive"),
        ("2026-01-31T12:00:00-00:00", "naive"),
        ("2026-01-31T12:00:00.5Z", "form"),
        ("2026-01-31t12:00:00z", "form"),
        ("2026-1-31T12:00:00Z", "form"),
        ("２026-01-31T12:00:00Z", "form"),
        ("2026-01-31T12:00:00Z\n", "form"),
        ("tomorrow", "form"),
        ("", "form"),
        ("1769860800", "unix"),
        ("1769860800000", "milliseconds"),
        ("9" * 5_000, "milliseconds"),
        ("2026-02-29T12:00:00Z", "impossible"),
        ("2026-01-31T24:00:00Z", "impossible"),
        ("2016-12-31T23:59:60Z", "impossible"),
        ("2026-01-31T12:00:00+24:00", "impossible"),
        ("2026-01-31T12:00:00+08:60", "impossible"),
        ("1969-12-31T23:59:59Z", "impossible"),
        ("0001-01-01T00:00:00+23:00", "impossible"),
        ("9999-12-31T23:59:59Z", "impossible"),
    ],
)
def test_other_instants_are_refused(text: str, reason: str) -> None:
    """Naive times, fractions, leap seconds, numbers and days that do not exist each have their sentence."""
    with pytest.raises(TimeError) as refused:
        parse_instant(text)

    assert ("E_TIME", reason) == (refused.value.code, refused.value.reason)


@pytest.mark.parametrize("text", ["2026-02-30", "31.01.2026", "2026-01-31T00:00:00+01:00", "2026-1-1", "1969-12-31"])
def test_header_dates_are_days_or_utc(text: str) -> None:
    """A header's date is a day or a time that ends with Z."""
    assert 1_769_860_800 == parse_day_or_utc("2026-01-31T12:00:00Z")
    assert 1_769_817_600 == parse_day_or_utc("2026-01-31")
    with pytest.raises(TimeError):
        parse_day_or_utc(text)


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        ("2026-01-31", 3, "2026-04-30"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2027-11-30", 3, "2028-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
    ],
)
def test_months_end_where_the_month_ends(start: str, months: int, expected: str) -> None:
    """The 31st becomes the last day of a shorter month."""
    assert expected == spell_day(add_months(parse_day(start), months))
