"""The settings' key `periods`: which periods a space has, and that they let a text come to its vote.

Decides form and limits only; what a period holds up is decided by `proposals.periods`.
"""

from __future__ import annotations

from governance.errors import GovernanceError
from governance.settings import Settings
from governance.strict_map import SECONDS_MAX, StrictMap
from proposals.periods import NO_PERIODS, Periods

YEAR = 31_536_000
_NAMES = " ".join(Periods._fields)


class PeriodsError(GovernanceError):
    """Periods under which no text could ever be voted on (`E_RULE_UNSAFE`)."""


def read_periods(opened: StrictMap) -> Periods:
    """Take the periods, if there are any. One that may be left out is refused where it says what its absence says."""
    if "periods" not in opened.values:
        return NO_PERIODS
    periods = opened.open_with("periods", "", _NAMES)
    if not periods.values:
        opened.refuse("periods", "at least one period")
    return Periods(**{name: periods.integer(name, 1, SECONDS_MAX) for name in periods.values})


def texts_can_reach_their_vote(settings: Settings) -> None:
    """A text that only waits for its time must not be stagnant before it."""
    periods = settings.periods
    for name, seconds in periods._asdict().items():
        if seconds > YEAR:
            raise PeriodsError("E_RULE_UNSAFE", "seconds", setting=f"periods.{name}", seconds=seconds, high=YEAR)
    wait = max(periods.review, periods.last_call)
    if 0 < periods.stagnation <= wait:
        raise PeriodsError("E_RULE_UNSAFE", "stagnation", seconds=periods.stagnation, wait=wait)
