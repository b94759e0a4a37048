"""When a part of this proposal may be signed and executed, with what a dispute added; and from when on it is over."""

from __future__ import annotations

from dao.record.case import Case, need
from treasury.window import Window, window


def window_of(case: Case, number: int) -> Window:
    """When part `number` may be signed and executed; `E_MILESTONE` (`unreleased`) while it waits for one."""
    settings = need(case.settings)
    released = need(case.releases).get(number)
    dispute = need(case.disputes).get(number)
    return window(
        need(case.parts)[number - 1],
        need(case.closed).leaf.time,
        None if released is None else released.time,
        settings.timelock,
        settings.grace,
        extension=0 if dispute is None else dispute.extension,
    )


def latest_of(case: Case, number: int) -> int | None:
    """The last second of a part; None where no end is known, because it waits for a milestone and names no end."""
    wanted, dispute = need(case.parts)[number - 1], need(case.disputes).get(number)
    if not wanted.release or number in need(case.releases):
        return window_of(case, number).latest
    return wanted.not_after + (0 if dispute is None else dispute.extension) if wanted.not_after else None
