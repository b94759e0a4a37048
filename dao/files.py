"""Reading files whose place somebody else chose, and asking whether one is there.

Decides that reading always ends: of a regular file no more than a limit is read, of a pipe only what somebody is
writing into it, and of a device nothing. What the bytes mean, and what a person is told when they are not to be had,
is the business of whoever asked; `dao.store.durable` writes.
"""

from __future__ import annotations

import errno
import os
import select
import stat
from pathlib import Path

PATIENCE_SECONDS = 10
"""How long a pipe may be silent while somebody holds its other end."""


class TooLargeError(OSError):
    """A file of more bytes than are read of it."""


def read_file(path: Path, limit: int) -> bytes:
    """Return the bytes of a regular file, or of a pipe that somebody writes into: at most `limit`.

    Raises `TooLargeError` for more, another `OSError` for what cannot be read, and `ValueError` for a path that is
    none. A pipe that nobody writes into is empty.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        state = os.fstat(handle)
        if stat.S_ISDIR(state.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(state.st_mode) and not stat.S_ISFIFO(state.st_mode):
            raise OSError(errno.EINVAL, "it is neither a file nor a pipe")
        if state.st_size > limit:  # before anything is read: a file may be larger than the memory
            raise TooLargeError(errno.EFBIG, os.strerror(errno.EFBIG))
        return _read(handle, limit)
    finally:
        os.close(handle)


def is_there(path: Path) -> bool:
    """Whether anything stands there; a path that the system does not even take leads to nothing, where `Path.exists`
    would raise.
    """
    return os.path.exists(path)


def is_file(path: Path) -> bool:
    """Whether a file stands there, or a link to one."""
    return os.path.isfile(path)


def is_folder(path: Path) -> bool:
    """Whether a folder stands there, or a link to one."""
    return os.path.isdir(path)


def _read(handle: int, limit: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while size <= limit:
        try:
            chunk = os.read(handle, min(1 << 20, limit + 1 - size))
        except BlockingIOError:
            if not select.select([handle], [], [], PATIENCE_SECONDS)[0]:
                raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT)) from None
            continue
        if not chunk:
            return b"".join(chunks)
        chunks.append(chunk)
        size += len(chunk)
    raise TooLargeError(errno.EFBIG, os.strerror(errno.EFBIG))
