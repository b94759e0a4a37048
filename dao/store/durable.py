"""Writing a file so that whoever is killed, at any moment, leaves it whole or leaves it as it was.

Decides the order: a fresh file beside it, its bytes on the disk, its name, the folder on the disk. A process that dies
in between leaves at most the fresh file, which whoever opens the folder next takes away; one that is still being
written is locked and stays. What the bytes mean, and what a refusal says, is decided by whoever writes.
"""

from __future__ import annotations

import errno
import fcntl
import glob
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SUFFIX = ".tmp"


def write_new(path: Path, data: bytes, *, mode: int = 0o666) -> None:
    """Make a file that must not exist (`FileExistsError`); `mode` is cut by the umask."""
    fresh, handle = _write_beside(path, data, mode)
    try:
        os.link(fresh, path)  # unlike a rename it never takes the place of a file
    finally:
        os.unlink(fresh)
        os.close(handle)
    sync_folder(path.parent)


def replace(path: Path, data: bytes, *, mode: int = 0o666) -> None:
    """Put a file in place of the file or link of this name; `mode` is cut by the umask.

    A device, a pipe or a folder is never replaced (`OSError`).
    """
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "it is no regular file")
    fresh, handle = _write_beside(path, data, mode)
    try:
        os.replace(fresh, path)
    except BaseException:
        os.unlink(fresh)
        raise
    finally:
        os.close(handle)
    sync_folder(path.parent)


def put(fresh: Path, path: Path) -> None:
    """Put a finished file of the same folder in the place of another."""
    handle = os.open(fresh, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    os.replace(fresh, path)
    sync_folder(path.parent)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Give a fresh folder that is put in place when all is written; if anything fails nothing of it is left."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}{SUFFIX}")
    try:
        fresh.mkdir(parents=True)
        yield fresh
        os.rename(fresh, path)
        sync_folder(path.parent)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def sync_folder(folder: Path) -> None:
    """Put a folder's names on the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_beside(path: Path, data: bytes, mode: int) -> tuple[Path, int]:
    """Write a fresh file in the same folder; its handle stays open, because the lock on it goes with it."""
    remove_leftovers(path.parent, glob.escape(path.name))
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}{SUFFIX}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, mode)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with os.fdopen(handle, "wb", closefd=False) as file:
            file.write(data)
        os.fsync(handle)
    except BaseException:
        os.unlink(fresh)
        os.close(handle)
        raise
    return fresh, handle


def remove_leftovers(folder: Path, name: str = "*") -> None:
    """Take away what writers left in a folder when they were killed; nobody holds the lock of such a file."""
    for leftover in folder.glob(f".{name}.{'[0-9a-f]' * 16}{SUFFIX}*"):
        with suppress(OSError):  # it is being written, or somebody else was quicker
            handle = os.open(leftover, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.unlink(leftover)
            finally:
                os.close(handle)
