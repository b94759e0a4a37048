"""What `dao`, the composition root, refuses: workspace, journal, record, command line."""

from __future__ import annotations

from chain.errors import CodedError


class DaoError(CodedError):
    """Root of the refusals of this room."""


class UsageError(DaoError):
    """The command was called wrongly: exit status 64."""
