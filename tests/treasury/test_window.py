"""Windows: when a part may be signed and executed, to the second."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.treasury.cases import part
from treasury.window import Window, WindowError, check_window, window

CLOSE, DAY, WEEK = 1_700_000_000, 86_400, 604_800


def refusal(span: Window, now: int, **options: bool) -> str:
    with pytest.raises(WindowError) as refused:
        check_window(span, now, **options)
    return refused.value.code


@pytest.mark.parametrize(
    ("fields", "released", "expected"),
    [
        ({}, None, Window(CLOSE + DAY, CLOSE + DAY + WEEK)),
        ({"not_before": CLOSE - 1}, None, Window(CLOSE + DAY, CLOSE + DAY + WEEK)),
        ({"not_before": CLOSE + 5}, None, Window(CLOSE + 5 + DAY, CLOSE + 5 + DAY + WEEK)),
        ({"release": "m1"}, CLOSE + 9, Window(CLOSE + 9 + DAY, CLOSE + 9 + DAY + WEEK)),
        ({"release": "m1", "not_before": CLOSE + 20}, CLOSE + 9, Window(CLOSE + 20 + DAY, CLOSE + 20 + DAY + WEEK)),
        ({"not_after": CLOSE + 2 * DAY}, None, Window(CLOSE + DAY, CLOSE + 2 * DAY)),
        ({}, CLOSE + 9, Window(CLOSE + DAY, CLOSE + DAY + WEEK)),
    ],
)
def test_window_of_a_part(fields: dict[str, object], released: int | None, expected: Window) -> None:
    """The latest of close, notBefore and release starts the timelock; notAfter ends it, else eta and the grace."""
    assert expected == window(part(**fields), CLOSE, released, DAY, WEEK)  # type: ignore[arg-type]


def test_H95_milestone_without_a_release() -> None:
    """A part that waits for a milestone has no window before the milestone is released."""
    with pytest.raises(WindowError) as refused:
        window(part(release="m1"), CLOSE, None, DAY, WEEK)

    assert ("E_MILESTONE", "unreleased", "m1") == (
        refused.value.code, refused.value.reason, refused.value.facts["release"],
    )  # fmt: skip


def test_H86_both_bounds_are_inside() -> None:
    """The first and the last second count; the seconds beside them do not."""
    span = Window(CLOSE, CLOSE + DAY)
    check_window(span, span.eta)
    check_window(span, span.latest)

    assert "E_TIMELOCK" == refusal(span, span.eta - 1)
    assert "E_EXPIRED" == refusal(span, span.latest + 1)


def test_H97_nothing_is_signed_while_disputed() -> None:
    """An open dispute stops a part inside its window, and what is over stays over."""
    span = Window(CLOSE, CLOSE + DAY)
    check_window(span, CLOSE + 1, disputed=False)

    assert "E_DISPUTED" == refusal(span, CLOSE + 1, disputed=True)
    assert "E_EXPIRED" == refusal(span, span.latest + 1, disputed=True)


def test_disputes_move_the_end_by_as_much() -> None:
    """What a dispute took from the window is given back at its end, also where the part names one."""
    assert (
        3 == window(part(), CLOSE, None, DAY, WEEK, extension=3).latest - window(part(), CLOSE, None, DAY, WEEK).latest
    )
    assert CLOSE + 2 * DAY + 3 == window(part(not_after=CLOSE + 2 * DAY), CLOSE, None, DAY, WEEK, extension=3).latest


@given(st.integers(0, 10**9), st.integers(0, 2 * 10**9), st.integers(0, 10**7), st.integers(0, 10**7))
def test_no_time_passes_before_the_timelock(closed: int, not_before: int, timelock: int, grace: int) -> None:
    """Whatever the part says, nothing is executed before the close and the timelock have passed."""
    span = window(part(not_before=not_before), closed, None, timelock, grace)

    assert span.eta >= closed + timelock
    assert "E_TIMELOCK" == refusal(span, span.eta - 1)


def test_a_window_that_closes_before_it_opens() -> None:
    """A notAfter before eta leaves no second at all: too early, and then too late."""
    span = window(part(not_after=CLOSE + 5), CLOSE, None, DAY, WEEK)

    assert "E_TIMELOCK" == refusal(span, CLOSE + 5)
    assert "E_EXPIRED" == refusal(span, CLOSE + 6)
    assert "E_EXPIRED" == refusal(span, span.eta)
