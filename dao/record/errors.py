"""What a record is refused for, beyond what the rooms refuse themselves."""

from __future__ import annotations

from dao.errors import DaoError


class RecordError(DaoError):
    """A record, or a fact offered to the journal, that contradicts itself."""


class NotDueError(RecordError):
    """A check of something that a cancelled proposal never comes to (`E_STATE`, `cancelled`)."""


class UnreadableError(DaoError):
    """A file that is no decision record of a version this tool knows: nothing could be checked."""
