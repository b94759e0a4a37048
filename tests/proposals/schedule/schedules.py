"""Schedules for property tests: every kind of piece, alone and together, small numbers and the greatest."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import strategies as st

from proposals.parts import TIME_LIMIT
from proposals.schedule import AMOUNT_MAX, CALENDARS, STEPS, Gate, Geometric, Jump, Line, Piece, Schedule, Tranches
from proposals.schedule.calendars import linear_after_lock

AMOUNTS = st.one_of(st.integers(0, 50), st.integers(0, 10**27), st.integers(AMOUNT_MAX // 8 - 9, AMOUNT_MAX // 8))
TIMES = st.integers(0, 5000).map(lambda step: step * 400_001)
SPANS = st.one_of(st.integers(1, 200), st.integers(1, 10**8))


@st.composite
def lines(draw: st.DrawFn) -> Line:
    start, span = draw(TIMES), draw(SPANS)
    cliff, grain = draw(st.integers(0, span)), draw(st.one_of(st.just(1), st.integers(1, span)))
    return Line(amount=draw(AMOUNTS), start=start, end=start + span, cliff=start + cliff, grain=grain)


@st.composite
def tranches(draw: st.DrawFn) -> Tranches:
    dates = draw(st.lists(TIMES, min_size=1, max_size=40, unique=True))
    return Tranches(amount=draw(AMOUNTS), dates=tuple(sorted(dates)))


@st.composite
def geometrics(draw: st.DrawFn) -> Geometric:
    share, rounds = draw(st.integers(10**16, 10**18)), draw(st.integers(0, 30))
    start, period = draw(TIMES), draw(st.integers(1, 10**5))
    return Geometric(amount=draw(AMOUNTS), start=start, period=period, numerator=share, rounds=rounds)


@st.composite
def gates(draw: st.DrawFn) -> Gate:
    return Gate(amount=draw(AMOUNTS), name="m1", opened_at=draw(st.none() | TIMES), not_before=draw(st.just(0) | TIMES))


def jumps() -> st.SearchStrategy[Jump]:
    return st.builds(Jump, amount=AMOUNTS, at=TIMES)


def pieces() -> st.SearchStrategy[Piece]:
    return st.one_of(jumps(), lines(), tranches(), geometrics())


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """One to four pieces, and at most one gate, whose name must be its own."""
    found = draw(st.lists(pieces(), min_size=1, max_size=4))
    gate = draw(st.none() | gates())
    return Schedule(pieces=(*found, *([] if gate is None else [gate])))


@st.composite
def months(draw: st.DrawFn) -> Schedule:
    """A line after a lock as plans write it, by either calendar and any step."""
    return linear_after_lock(
        draw(AMOUNTS), draw(TIMES), lock_months=draw(st.integers(0, 30)), months=draw(st.integers(1, 60)),
        calendar=draw(st.sampled_from(CALENDARS)), step=draw(st.sampled_from(STEPS)),
    )  # fmt: skip


def _alone(piece: st.SearchStrategy[Piece]) -> st.SearchStrategy[Schedule]:
    return piece.map(lambda one: Schedule(pieces=(one,)))


KINDS: Mapping[str, st.SearchStrategy[Schedule]] = {
    "immediate": _alone(jumps()),
    "linear, cliff, step": _alone(lines()),
    "linear after lock": months(),
    "tranches": _alone(tranches()),
    "geometric": _alone(geometrics()),
    "milestone": _alone(gates()),
    "several": schedules(),
}
"""Every kind of schedule, each alone, and several together."""


def moments(schedule: Schedule) -> st.SearchStrategy[int]:
    """Any time, and with preference those beside which something happens."""
    near = [time + move for time in schedule.dates[:60] for move in (-1, 0, 1) if 0 <= time + move < TIME_LIMIT]
    anywhere = st.integers(0, TIME_LIMIT - 1)
    return st.one_of(anywhere, st.sampled_from(near)) if near else anywhere
