"""`proposals.schedule`: what holds for every schedule, whatever it is made of, and what is refused by name."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proposals.parts import TIME_LIMIT
from proposals.schedule import AMOUNT_MAX, Gate, Geometric, Jump, Line, Schedule, ScheduleError, Tranches, later
from proposals.schedule.calendars import linear_after_lock, tranches
from proposals.times import parse_instant
from tests.proposals.schedule.schedules import KINDS, moments, schedules

END_OF_TIME = TIME_LIMIT - 1
EVERY_KIND = pytest.mark.parametrize("kind", KINDS)
EXAMPLES = settings(max_examples=settings.default.max_examples // 3)
"""Of each kind."""


@EVERY_KIND
@EXAMPLES
@given(data=st.data())
def test_vested_only_grows_and_ends_at_the_total(kind: str, data: st.DataObject) -> None:
    """0 before the first date, monotone, never more than the total; at the end all of it, but for dust that is told."""
    schedule = data.draw(KINDS[kind])
    early, late = sorted((data.draw(moments(schedule)), data.draw(moments(schedule))))

    assert 0 <= schedule.vested(early) <= schedule.vested(late) <= schedule.total
    assert schedule.total == schedule.vested(late) + schedule.locked(late)
    if schedule.dates and schedule.dates[0] > 0:
        assert 0 == schedule.vested(schedule.dates[0] - 1)
    if schedule.end is not None:
        assert schedule.total == schedule.vested(schedule.end)
        assert 0 == schedule.dust
    shut = sum(piece.amount for piece in schedule.pieces if isinstance(piece, Gate) and piece.end is None)
    assert schedule.total == schedule.vested(END_OF_TIME) + schedule.dust + shut


@EVERY_KIND
@EXAMPLES
@given(data=st.data())
def test_claims_in_any_order_add_up(kind: str, data: st.DataObject) -> None:
    """However often, late or partly somebody claims: never more than is vested, and in the end all of it."""
    schedule = data.draw(KINDS[kind])
    times = sorted(data.draw(st.lists(moments(schedule), max_size=12)))
    released = 0
    for time in times:
        can = schedule.releasable(released, time)
        assert schedule.vested(time) == released + can
        released += data.draw(st.sampled_from((0, can // 3, can)))

    assert schedule.vested(END_OF_TIME) == released + schedule.releasable(released, END_OF_TIME)


@EVERY_KIND
@EXAMPLES
@given(data=st.data())
def test_a_revocation_conserves_the_total(kind: str, data: st.DataObject) -> None:
    """What is kept and what goes back are the total; before, nothing changes; after, nothing more vests."""
    schedule = data.draw(KINDS[kind])
    at, time = data.draw(moments(schedule)), data.draw(moments(schedule))
    kept, clawback = schedule.revoke(at)

    assert schedule.total == kept.total + clawback
    assert schedule.vested(at) == kept.total
    assert schedule.vested(min(time, at)) == kept.vested(time)
    assert 0 == kept.locked(max(time, at))
    with pytest.raises(ScheduleError, match="revoked"):
        kept.revoke(time)


@given(st.data())
def test_the_next_event_is_the_first_change(data: st.DataObject) -> None:
    """One second before it nothing more is vested than now; at it there is."""
    schedule = data.draw(schedules())
    time = data.draw(moments(schedule))
    following = schedule.next_event(time)

    if following is None:
        assert schedule.vested(time) == schedule.vested(END_OF_TIME)
    else:
        assert schedule.vested(time) == schedule.vested(following - 1) < schedule.vested(following)


def test_a_gate_opens_by_a_decision() -> None:
    """Until then nobody knows when; the date that it names is waited for, too; a second decision is none."""
    shut = Schedule(pieces=(Jump(amount=1, at=10), Gate(amount=5, name="m1", not_before=50)))
    opened = shut.opened({"m1": 20})

    assert (1, None, None) == (shut.vested(10**9), shut.end, shut.next_event(10))
    assert [1, 6] == [opened.vested(49), opened.vested(50)]
    assert opened == opened.opened({"m1": 20})
    with pytest.raises(ScheduleError, match="gate_twice"):
        opened.opened({"m1": 21})
    with pytest.raises(ScheduleError, match="gate"):
        shut.opened({"m2": 20})


def test_more_released_than_vested_is_found() -> None:
    """Books that say so are wrong, and nothing is computed from them."""
    line = Schedule(pieces=(Line(amount=100, start=0, end=100),))

    assert 3 == line.releasable(47, 50)
    with pytest.raises(ScheduleError, match="released"):
        line.releasable(51, 50)


def test_a_geometric_piece_can_end() -> None:
    """With rounds the last one pays all; without, what no step pays is told as dust."""
    share = {"amount": 1000, "start": 0, "period": 10, "numerator": 1, "denominator": 2}
    endless, three = Geometric(**share), Geometric(**share, rounds=3)

    assert ([500, 750, 1000], 20) == ([three.vested(time) for time in (0, 10, 29)], three.end)
    assert (1, 999, None) == (endless.dust, endless.vested(END_OF_TIME), endless.end)


REFUSED: list[tuple[str, Callable[[], object]]] = [
    ("window", lambda: Line(amount=1, start=10, end=10)),
    ("window", lambda: Line(amount=1, start=10, end=9)),
    ("cliff", lambda: Line(amount=1, start=10, end=20, cliff=21)),
    ("grain", lambda: Line(amount=1, start=10, end=20, grain=11)),
    ("grain", lambda: Line(amount=1, start=10, end=20, grain=0)),
    ("amount", lambda: Jump(amount=-1, at=0)),
    ("amount", lambda: Jump(amount=AMOUNT_MAX + 1, at=0)),
    ("amount", lambda: Jump(amount=True, at=0)),
    ("time", lambda: Jump(amount=1, at=1_512_086_400_000)),
    ("time", lambda: Jump(amount=1, at=-1)),
    ("tranches", lambda: Tranches(amount=1, dates=())),
    ("tranche_order", lambda: Tranches(amount=1, dates=(1, 1))),
    ("share", lambda: Geometric(amount=1, start=0, period=1, numerator=0)),
    ("share", lambda: Geometric(amount=1, start=0, period=1, numerator=10**18 + 1)),
    ("slow", lambda: Geometric(amount=1, start=0, period=1, numerator=10**15)),
    ("period", lambda: Geometric(amount=1, start=0, period=0, numerator=10**17)),
    ("time", lambda: Geometric(amount=10**27, start=0, period=10**9, numerator=10**17)),
    ("empty", lambda: Schedule(pieces=())),
    ("range", lambda: Schedule(pieces=(Jump(amount=AMOUNT_MAX, at=0), Jump(amount=1, at=0)))),
    ("gate_twice", lambda: Schedule(pieces=(Gate(amount=1, name="m"), Gate(amount=1, name="m")))),
    ("months", lambda: linear_after_lock(1, 0, lock_months=0, months=0)),
    ("months", lambda: later(0, -1, "365-days")),
    ("every", lambda: tranches(1, 0, lock_months=0, months=10, every_months=3)),
    ("time", lambda: later(parse_instant("2286-01-01T00:00:00Z"), 12, "anniversaries")),
]


@pytest.mark.parametrize(("reason", "make"), REFUSED)
def test_H93_what_cannot_be_paid_exactly_is_refused_by_name(reason: str, make: Callable[[], object]) -> None:
    """End before start, cliff after the end, no dates, shares of nothing, milliseconds, more than 2**256 - 1."""
    with pytest.raises(ScheduleError) as refused:
        make()

    assert ("E_SCHEDULE", reason) == (refused.value.code, refused.value.reason)


def test_H93_the_greatest_total_is_exact() -> None:
    """2**256 - 1 units over a long time: one rounding, no overflow, nothing lost."""
    start, end = 1_700_000_000, 2_700_000_007
    line = Schedule(pieces=(Line(amount=AMOUNT_MAX, start=start, end=end),))

    assert AMOUNT_MAX * 500_000_003 // 1_000_000_007 == line.vested(start + 500_000_003)
    assert AMOUNT_MAX - AMOUNT_MAX // 1_000_000_007 - 1 == line.vested(end - 1)
    assert AMOUNT_MAX == line.vested(end)


def test_H93_fewer_units_than_seconds() -> None:
    """Seven units in a thousand seconds: each comes at its own second, and none is lost to a rate of 0."""
    line = Schedule(pieces=(Line(amount=7, start=0, end=1000),))
    found, time = [], 0
    while (following := line.next_event(time)) is not None:
        time = following
        found.append((time, line.vested(time)))

    assert [(143, 1), (286, 2), (429, 3), (572, 4), (715, 5), (858, 6), (1000, 7)] == found


def test_H93_a_revocation_in_the_cliff_gives_everything_back() -> None:
    """Before the cliff nothing is vested, so nothing is kept; at the cliff, what the line had reached."""
    line = Schedule(pieces=(Line(amount=1001, start=0, end=1000, cliff=300),))

    assert (0, 1001) == (line.revoke(299).kept.total, line.revoke(299).clawback)
    assert (300, 701) == (line.revoke(300).kept.total, line.revoke(300).clawback)


@pytest.mark.parametrize(
    ("tge", "months", "expected"),
    [
        ("2024-02-29T12:00:00Z", 12, "2025-02-28T12:00:00Z"),
        ("2024-02-29T12:00:00Z", 48, "2028-02-29T12:00:00Z"),
        ("2024-01-31T00:00:00Z", 1, "2024-02-29T00:00:00Z"),
        ("2024-01-31T00:00:00Z", 2, "2024-03-31T00:00:00Z"),
        ("2037-12-31T23:59:59Z", 2, "2038-02-28T23:59:59Z"),
        ("2020-02-29T00:00:00Z", 1200, "2120-02-29T00:00:00Z"),
    ],
)
def test_H93_anniversaries_are_counted_from_the_first_date(tge: str, months: int, expected: str) -> None:
    """The 29th and 31st become a shorter month's last day, and are themselves again where there is one."""
    assert parse_instant(expected) == later(parse_instant(tge), months, "anniversaries")


def test_H93_a_leap_day_event_in_monthly_tranches() -> None:
    """24 parts after a year, from 29 February: ascending dates, exact sum, through 2038 as through any year."""
    for tge in ("2024-02-29T00:00:00Z", "2036-02-29T23:59:59Z"):
        schedule = tranches(10**20 + 7, parse_instant(tge), lock_months=12, months=24, every_months=1)

        assert 24 == len(schedule.dates)
        assert later(parse_instant(tge), 36, "anniversaries") == schedule.end
        assert [(10**20 + 7) * k // 24 for k in range(1, 25)] == [schedule.vested(time) for time in schedule.dates]


def test_years_of_365_days_have_equal_months() -> None:
    """A month is a twelfth of 365 days, so twelve of them are the year to the second."""
    assert [0, 2_628_000, 365 * 86_400] == [later(0, months, "365-days") for months in (0, 1, 12)]


def test_steps_hold_back_and_never_add() -> None:
    """By day or month the same line is met where both change, and never run ahead of."""
    tge = parse_instant("2024-02-29T10:00:00Z")
    second, day, month = (
        linear_after_lock(10**9 + 7, tge, lock_months=12, months=24, step=step) for step in ("second", "day", "month")
    )
    lock_end = later(tge, 12, "anniversaries")
    for time in range(lock_end - 86_400, later(tge, 37, "anniversaries"), 86_400 * 3 + 11):
        assert day.vested(time) <= second.vested(time)
        if (time - lock_end) % 86_400 == 0:
            assert day.vested(time) == second.vested(time)
    assert [10**9 + 7] * 3 == [one.vested(later(tge, 36, "anniversaries")) for one in (second, day, month)]
    assert [(10**9 + 7) // 24] == [month.vested(later(tge, 13, "anniversaries"))]
