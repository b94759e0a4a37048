"""The folder of a new workspace: what may not be there before, and what is taken away again if the making fails.

Decides which files are a workspace's own. Whatever else lies in the folder is left alone, and so is every key: a folder
may hold keys before it is a workspace.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from types import TracebackType
from typing import Self

from dao.cli.draft_file import DRAFT_FILE, SIGNATURES_FILE, DraftFileError
from dao.keys import KeyFileError
from dao.passphrase import DEVNET_FILE as PASSPHRASE_FILE
from dao.store.journal import FILE_NAME as JOURNAL_FILE
from dao.workspace import CONFIG_FILE, DEVNET_FILE, DOCUMENTS, JOURNAL_KEY, KEYS, LOCK_FILE, WorkspaceError, make_folder

_FRESH = (DEVNET_FILE, JOURNAL_FILE, DRAFT_FILE, SIGNATURES_FILE)
"""Files that would be taken for those of the new space."""
_SHARED = (CONFIG_FILE, LOCK_FILE, f"{DEVNET_FILE}.lock")


def refuse_workspace(folder: Path) -> None:
    """Raise `E_WORKSPACE` or `E_IO_EXISTS` where there is a workspace, or files that look like one's."""
    if (folder / CONFIG_FILE).exists():
        raise WorkspaceError("E_WORKSPACE", "exists", folder=str(folder))
    for name in _FRESH:
        if (folder / name).exists():
            raise DraftFileError("E_IO_EXISTS", "init", path=str(folder / name))


class NewFolder:
    """A folder that becomes a workspace, or is left as it was: a `with` statement that fails takes its files away."""

    def __init__(self, folder: Path, names: list[str]) -> None:
        refuse_workspace(folder)
        self.folder = folder
        keys = [folder / KEYS / f"{name}.json" for name in names]
        for file in keys:
            if file.exists():
                raise KeyFileError("E_KEY_FILE", "exists", name=file.name)
        ours = [*keys, folder / KEYS / JOURNAL_KEY, folder / KEYS / PASSPHRASE_FILE]
        ours += [folder / name for name in (*_FRESH, *_SHARED)]
        self._made = [file for file in ours if not file.exists()]
        self._folders = [path for path in (folder / KEYS, folder / DOCUMENTS, folder) if not path.exists()]

    def __enter__(self) -> Self:
        make_folder(self.folder)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            return
        for file in self._made:
            with contextlib.suppress(OSError):
                file.unlink(missing_ok=True)
        for path in self._folders:
            with contextlib.suppress(OSError):  # somebody else's file in it keeps it
                path.rmdir()
