"""`proposals.durations`: one number, one unit, one meaning."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proposals.durations import find_duration, parse_duration, spell_duration
from proposals.parts import TIME_LIMIT
from proposals.times import TimeError

DAY = 86_400


@pytest.mark.parametrize(
    ("text", "seconds", "spelled"),
    [
        ("3d", 3 * DAY, "3d"),
        ("36h", 36 * 3_600, "36h"),
        ("24h", DAY, "1d"),
        ("90m", 5_400, "90m"),
        ("120m", 7_200, "2h"),
        ("61s", 61, "61s"),
        ("2w", 14 * DAY, "14d"),
        ("0s", 0, "0s"),
        ("0d", 0, "0s"),
    ],
)
def test_durations_are_spelled_back_in_the_largest_unit(text: str, seconds: int, spelled: str) -> None:
    """What is typed is read in seconds and told again as people would say it."""
    assert seconds == parse_duration(text)
    assert spelled == spell_duration(seconds)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("3", "duration_bare"),
        ("86400", "duration_bare"),
        ("", "duration"),
        ("3 d", "duration"),
        ("3D", "duration"),
        ("1.5d", "duration"),
        ("-1d", "duration"),
        ("03d", "duration"),
        ("1d12h", "duration"),
        ("３d", "duration"),
        ("3d\n", "duration"),
        ("P3D", "duration"),
        ("9999999999w", "duration_range"),
        (3, "duration_bare"),
        (None, "duration"),
        (True, "duration"),
    ],
)
def test_what_could_mean_two_things_is_refused(text: object, reason: str) -> None:
    """A bare number, fractions, blanks and other spellings are no durations."""
    with pytest.raises(TimeError) as caught:
        parse_duration(text)

    assert ("E_TIME", reason) == (caught.value.code, caught.value.reason)


def test_other_texts_are_left_to_others() -> None:
    """Whoever takes a duration or a moment can ask which it is."""
    assert None is find_duration("2026-01-05T00:00:00Z")
    assert 60 == find_duration("1m")


@given(st.integers(0, TIME_LIMIT - 1))
def test_every_duration_reads_back(seconds: int) -> None:
    """Spelling loses nothing."""
    assert seconds == parse_duration(spell_duration(seconds))
