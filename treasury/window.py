"""When a part may be executed.

Decides the first and the last second of a part: a Safe has no clock, a transaction that is fully signed can be executed
by anybody and for ever, so the signers keep the time. Nobody signs before `eta`, after `latest`, or while a dispute is
open. It does not decide what happened when: the times of the close, of a milestone's release and of now are arguments.

    eta    = max(close, not_before, release) + timelock
    latest = not_after, or eta + grace where the part names none; later by as long as disputes were open
"""

from __future__ import annotations

from typing import NamedTuple

from proposals.parts import Part
from treasury.errors import TreasuryError


class WindowError(TreasuryError):
    """A part whose time has not come (`E_TIMELOCK`, `E_MILESTONE`), is over (`E_EXPIRED`) or stopped (`E_DISPUTED`)."""


class Window(NamedTuple):
    """The seconds in which a part may be signed and executed, both included (Unix time)."""

    eta: int
    latest: int


def window(
    part: Part, closed_at: int, released_at: int | None, timelock: int, grace: int, *, extension: int = 0
) -> Window:
    """Return a part's window. Times are Unix seconds, `timelock`, `grace` and `extension` (by disputes) are seconds.

    A part that waits for a milestone and has no release (`released_at` None) raises `E_MILESTONE` (`unreleased`); a
    part that waits for none ignores `released_at`.
    """
    earliest = max(closed_at, part.not_before)
    if part.release:
        if released_at is None:
            raise WindowError("E_MILESTONE", "unreleased", release=part.release)
        earliest = max(earliest, released_at)
    eta = earliest + timelock
    return Window(eta, (part.not_after or eta + grace) + extension)


def check_window(window: Window, now: int, *, disputed: bool = False) -> None:
    """Raise unless `now` (Unix seconds) lies in the window and no dispute is open."""
    if now > window.latest:
        raise WindowError("E_EXPIRED", latest=window.latest, now=now)
    if disputed:
        raise WindowError("E_DISPUTED", latest=window.latest)
    if now < window.eta:
        raise WindowError("E_TIMELOCK", eta=window.eta, now=now)
