"""What schedules refuse."""

from __future__ import annotations

from proposals.errors import ProposalsError


class ScheduleError(ProposalsError):
    """A schedule that could not be paid exactly as it is written, or a state that it cannot have (`E_SCHEDULE`)."""
