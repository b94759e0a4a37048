"""The folder of a new workspace: what may not be there before, and what is taken away again if the making fails.

Decides which files are a workspace's own. Whatever else lies in the folder is left alone, and so is every key: a folder
may hold keys before it is a workspace. While one is made, a file says so: whoever is killed leaves it, no other command
works there, and the next making takes away what lies beside it and begins anew, with the keys that are there.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from dao.cli.proposals.draft_file import DRAFT_FILE, SIGNATURES_FILE, DraftFileError
from dao.files import is_there
from dao.keys import KeyFileError
from dao.passphrase import DEVNET_FILE as PASSPHRASE_FILE
from dao.store import durable
from dao.store.journal import FILE_NAME as JOURNAL_FILE
from dao.workspace import (
    CONFIG_FILE,
    DEVNET_FILE,
    DOCUMENTS,
    JOURNAL_KEY,
    KEYS,
    LOCK_FILE,
    MAKING_FILE,
    WorkspaceError,
    make_folder,
)

_FRESH = (DEVNET_FILE, JOURNAL_FILE, DRAFT_FILE, SIGNATURES_FILE)
"""Files that would be taken for those of the new space."""
_SHARED = (CONFIG_FILE, LOCK_FILE, f"{DEVNET_FILE}.lock")
_SCRATCH = tuple(f"{name}-{kind}" for name in (DEVNET_FILE, JOURNAL_FILE) for kind in ("wal", "shm", "journal"))


def refuse_workspace(folder: Path) -> None:
    """Raise `E_WORKSPACE` or `E_IO_EXISTS` where there is a workspace, or files that look like one's; those of a making
    that was cut off are no workspace.
    """
    if is_unfinished(folder):
        return
    if is_there(folder / CONFIG_FILE):
        raise WorkspaceError("E_WORKSPACE", "exists", folder=str(folder))
    for name in _FRESH:
        if is_there(folder / name):
            raise DraftFileError("E_IO_EXISTS", "init", path=str(folder / name))


def is_unfinished(folder: Path) -> bool:
    """Whether a making was begun here and has not ended."""
    return is_there(folder / MAKING_FILE)


class NewFolder:
    """A folder that becomes a workspace, or is left as it was: a `with` statement that fails takes its files away."""

    def __init__(self, folder: Path, names: list[str]) -> None:
        refuse_workspace(folder)
        self.folder = folder
        self._begins_anew = is_unfinished(folder)
        keys = [folder / KEYS / f"{name}.json" for name in names]
        for file in () if self._begins_anew else keys:
            if is_there(file):
                raise KeyFileError("E_KEY_FILE", "exists", name=file.name)
        self._own = [folder / name for name in (*_FRESH, *_SHARED, *_SCRATCH)]
        ours = [*keys, folder / KEYS / JOURNAL_KEY, folder / KEYS / PASSPHRASE_FILE, *self._own]
        self._made = [file for file in ours if not is_there(file) or (self._begins_anew and file in self._own)]
        self._folders = [path for path in (folder / KEYS, folder / DOCUMENTS, folder) if not is_there(path)]

    def __enter__(self) -> Self:
        make_folder(self.folder)
        try:
            self._making = os.open(self.folder / MAKING_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise WorkspaceError(
                "E_WORKSPACE", "unwritable", folder=self.folder.name, problem=error.strerror
            ) from error
        try:
            fcntl.flock(self._making, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._making)
            raise WorkspaceError("E_LOCKED", "workspace", folder=self.folder.name) from error
        durable.sync_folder(self.folder)
        if self._begins_anew:
            self._take_away(self._own)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._take_away(self._made)
        self._take_away([self.folder / MAKING_FILE])
        os.close(self._making)
        if kind is None:
            durable.sync_folder(self.folder)
            return
        for path in self._folders:
            with contextlib.suppress(OSError):  # somebody else's file in it keeps it
                path.rmdir()

    @staticmethod
    def _take_away(files: list[Path]) -> None:
        for file in files:
            with contextlib.suppress(OSError):
                file.unlink(missing_ok=True)
