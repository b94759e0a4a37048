"""What a workspace holds on to: its own anchors, and the last checkpoint of the journal that it kept.

Before anything is queued, reviewed, signed or executed the guard compares them with what the journal says now. Nothing
that came in with a file can change an anchor, and a journal that no longer begins with the leaves of the kept
checkpoint is a split view (`E_SPLIT_VIEW`), whoever rewrote it.
"""

from __future__ import annotations

from pathlib import Path

from chain import log_tree
from chain.checkpoint import MAX_NOTE, Checkpoint, NoteError, open_note, sign
from dao.errors import DaoError
from dao.files import read_file, replace_file
from dao.store.journal import Journal
from dao.workspace import Anchors
from governance.settings import Settings


class GuardError(DaoError):
    """The journal or the settings are not the workspace's own (`E_SPLIT_VIEW`), or a checkpoint cannot be kept
    (`E_IO_WRITE`).
    """


def read_kept(path: Path) -> bytes | None:
    """The note of the kept checkpoint; None where none was kept yet, `E_SPLIT_VIEW` where it cannot be read."""
    try:
        return read_file(path, MAX_NOTE)
    except OSError as error:
        if isinstance(error, FileNotFoundError) and not path.is_symlink():
            return None
        problem = error.strerror or type(error).__name__
        raise GuardError("E_SPLIT_VIEW", "unreadable", problem=problem) from error


class Guard:
    """The anchors of a workspace, the file of its kept checkpoint, and the journal's key where this is its writer."""

    def __init__(self, anchors: Anchors, kept: Path, journal_key: bytes | None = None) -> None:
        self._anchors = anchors
        self._kept = kept
        self._journal_key = journal_key

    def keep(self, journal: Journal, origin: str) -> None:
        """Sign the journal as it is now and keep the note, replacing the older one; nothing without the key."""
        if self._journal_key is None:
            return
        hashes = journal.leaf_hashes()
        note = sign(Checkpoint(origin, len(hashes), log_tree.root(hashes)), origin, self._journal_key)
        try:
            replace_file(self._kept, note)
        except OSError as error:
            raise GuardError("E_IO_WRITE", "checkpoint", problem=error.strerror or type(error).__name__) from error

    def check(self, journal: Journal, settings: Settings, chain_id: int) -> None:
        """Raise `E_SPLIT_VIEW` unless journal, settings and chain are those that this workspace holds on to."""
        safe = settings.treasury()
        anchors = self._anchors
        for field, found, expected in (
            ("space", settings.space, anchors.space),
            ("chain", chain_id, anchors.chain_id),
            ("Safe", (safe.chain_id, safe.address), (anchors.chain_id, anchors.safe)),
            ("journal key", settings.journal.key, anchors.journal_key),
        ):
            if found != expected:
                raise GuardError("E_SPLIT_VIEW", "anchor", field=field, found=found, expected=expected)
        self._check_kept(journal, settings.journal.origin)

    def _check_kept(self, journal: Journal, origin: str) -> None:
        note = read_kept(self._kept)
        if note is None:
            return
        try:
            kept = open_note(note, origin, self._anchors.journal_key)
        except NoteError as error:
            raise GuardError("E_SPLIT_VIEW", "checkpoint") from error
        first = journal.leaf_hashes()[: kept.size]
        if len(first) < kept.size or log_tree.root(first) != kept.root:
            raise GuardError("E_SPLIT_VIEW", "kept", size=kept.size)
