"""What `governance` refuses."""

from __future__ import annotations

from chain.errors import CodedError


class GovernanceError(CodedError):
    """Root of the refusals of this room: settings, messages, admission, ballots, tallies, acts."""
