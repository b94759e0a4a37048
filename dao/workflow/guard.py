"""What a workspace holds on to: its own anchors, and the last checkpoint of the journal that it kept.

Before anything is queued, reviewed, signed or executed the guard compares them with what the journal says now. Nothing
that came in with a file can change an anchor, and a journal that no longer begins with the leaves of the kept
checkpoint is a split view (`E_SPLIT_VIEW`), whoever rewrote it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from chain import log_tree
from chain.checkpoint import MAX_NOTE, Checkpoint, NoteError, open_note, sign
from dao.errors import DaoError
from dao.files import read_file
from dao.store import durable
from dao.store.journal import Journal
from dao.workspace import Anchors
from governance.settings import Settings


class GuardError(DaoError):
    """The journal or the settings are not the workspace's own (`E_SPLIT_VIEW`), no checkpoint can be kept
    (`E_IO_WRITE`), or this is not the journal's writer (`E_WRITER`).
    """


def read_kept(path: Path) -> bytes | None:
    """The note of the kept checkpoint; None where none was kept yet, `E_SPLIT_VIEW` where it cannot be read."""
    try:
        return _bytes_of(path)
    except OSError as error:
        problem = error.strerror or type(error).__name__
        raise GuardError("E_SPLIT_VIEW", "unreadable", problem=problem) from error


def _bytes_of(path: Path) -> bytes | None:
    """The bytes of a file; None where nothing stands, which a link that leads nowhere is not."""
    try:
        return read_file(path, MAX_NOTE)
    except FileNotFoundError:
        if path.is_symlink():
            raise
        return None


class Guard:
    """The anchors of a workspace, the file of its kept checkpoint, and the journal's key where this is its writer."""

    def __init__(self, anchors: Anchors, kept: Path, journal_key: bytes | None = None) -> None:
        self._anchors = anchors
        self._kept = kept
        self._journal_key = journal_key

    def refuse_reader(self) -> None:
        """Raise `E_WRITER` unless this workspace has the journal's key: a journal has one writer."""
        if self._journal_key is None:
            raise GuardError("E_WRITER", "facts")

    def keep(self, journal: Journal, origin: str) -> None:
        """Sign the journal as it is now and keep the note, replacing the older one; nothing without the key.

        `E_SPLIT_VIEW` if the journal does not extend the older one, which stays. A process that died after its commit
        kept nothing, so whoever finds the step done keeps again: the same journal gives the same note.
        """
        if self._journal_key is not None:
            self.keep_note(self._signed(journal, origin, self._journal_key), journal.leaf_hashes(), origin)

    def keep_note(self, note: bytes, leaf_hashes: Sequence[bytes], origin: str) -> None:
        """Keep a note of a journal with these leaf hashes, replacing the older one if that is of its beginning."""
        try:
            kept = _bytes_of(self._kept)
            if kept == note:
                return
            if kept is not None:
                self.check_kept(leaf_hashes, origin)
            durable.replace(self._kept, note)
        except OSError as error:
            problem = error.strerror or type(error).__name__
            raise GuardError("E_IO_WRITE", "checkpoint", path=self._kept.name, problem=problem) from error

    def note(self, journal: Journal, origin: str) -> bytes:
        """A note of the journal as it is now: signed here, or the writer's own that was kept. `E_WRITER` where neither
        can be had.
        """
        if self._journal_key is not None:
            return self._signed(journal, origin, self._journal_key)
        hashes = journal.leaf_hashes()
        kept = self.kept(origin)
        if kept is None or (kept.size, kept.root) != (len(hashes), log_tree.root(hashes)):
            raise GuardError("E_WRITER", "note", size=len(hashes))
        return self._kept.read_bytes()

    @staticmethod
    def _signed(journal: Journal, origin: str, key: bytes) -> bytes:
        hashes = journal.leaf_hashes()
        return sign(Checkpoint(origin, len(hashes), log_tree.root(hashes)), origin, key)

    def kept(self, origin: str) -> Checkpoint | None:
        """The kept checkpoint, None where there is none yet; `E_SPLIT_VIEW` if it is not the journal's."""
        note = read_kept(self._kept)
        if note is None:
            return None
        try:
            return open_note(note, origin, self._anchors.journal_key)
        except NoteError as error:
            raise GuardError("E_SPLIT_VIEW", "checkpoint") from error

    def check(self, journal: Journal, settings: Settings, chain_id: int) -> None:
        """Raise `E_SPLIT_VIEW` unless journal, settings and chain are those that this workspace holds on to."""
        self.check_anchors(settings, chain_id)
        self.check_kept(journal.leaf_hashes(), settings.journal.origin)

    def check_anchors(self, settings: Settings, chain_id: int) -> None:
        """Raise `E_SPLIT_VIEW` unless settings and chain are those of the workspace's anchors."""
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

    def check_kept(self, leaf_hashes: Sequence[bytes], origin: str) -> None:
        """Raise `E_SPLIT_VIEW` unless a journal with these hashes begins with the leaves of the kept checkpoint."""
        self.check_kept_root(len(leaf_hashes), lambda size: log_tree.root(leaf_hashes[:size]), origin)

    def check_kept_root(self, size: int, root_of: Callable[[int], bytes], origin: str) -> None:
        """As `check_kept`, of a journal of this size and whoever computes the root of its first leaves."""
        kept = self.kept(origin)
        if kept is not None and (size < kept.size or root_of(kept.size) != kept.root):
            raise GuardError("E_SPLIT_VIEW", "kept", size=kept.size)
