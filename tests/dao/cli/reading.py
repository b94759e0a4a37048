"""What the tests of the reading commands share: copies of the demo's workspace, and what a command may not change."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chain import log_tree
from dao.store.journal import Journal


def copied(folder: Path, to: Path) -> Path:
    """A copy of a workspace that a test may change."""
    shutil.copytree(folder, to)
    return to


def state(folder: Path) -> tuple[int, bytes]:
    """Size and root of the journal."""
    with Journal(folder / "journal.sqlite") as journal:
        return len(journal), log_tree.root(journal.leaf_hashes())


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the workspace as another command would."""
    with (folder / ".dao.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
