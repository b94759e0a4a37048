"""Reading and writing the files that a command names: whole, and refused with one sentence when that fails.

What is read is bounded; what is written stands there at once and in full, and never over a file with other bytes unless
that was asked for. What the bytes mean is decided by whoever asked for them.
"""

from __future__ import annotations

import os
from pathlib import Path

from chain.errors import UncheckableError
from dao.errors import DaoError
from dao.store import durable

LIMIT = 64 * 2**20
"""Bytes that any command reads of one file; what is smaller and still too large is refused by whoever reads it."""


class UnreadableError(DaoError, UncheckableError):
    """A file that cannot be read, so nothing about it is known (`E_IO_READ`, exit status 2)."""


class OutFileError(DaoError):
    """The file is there already with other bytes, or cannot be written (`E_IO_EXISTS`, `E_IO_WRITE`)."""


def read(path: Path, limit: int = LIMIT) -> bytes:
    """Read a file of at most `limit` bytes."""
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except FileNotFoundError:
        raise UnreadableError("E_IO_READ", "missing", path=str(path)) from None
    except IsADirectoryError:
        raise UnreadableError("E_IO_READ", "directory", path=str(path)) from None
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or "the path is malformed"
        raise UnreadableError("E_IO_READ", "denied", path=str(path), problem=problem) from None
    if len(data) > limit:
        raise UnreadableError("E_IO_READ", "size", path=str(path), limit=limit)
    return data


def write(path: Path, data: bytes, *, force: bool = False) -> bool:
    """Put the bytes in place in one step; False when the very same bytes are there already. A link is followed, and
    what is a device or a pipe is written to, never replaced.
    """
    place = Path(os.path.realpath(path))
    try:
        if place.exists() and not place.is_file() and not place.is_dir():
            place.write_bytes(data)
        elif place.exists():
            if place.read_bytes() == data:
                return False
            if not force:
                raise OutFileError("E_IO_EXISTS", "out", path=str(path))
            durable.replace(place, data)
        else:
            durable.write_new(place, data)
    except OSError as error:
        problem = error.strerror or type(error).__name__
        raise OutFileError("E_IO_WRITE", "out", path=str(path), problem=problem) from error
    return True
