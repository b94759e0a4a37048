"""Reading the files that a command names: whole, bounded, and refused with one sentence when that fails.

What the bytes mean is decided by whoever asked for them.
"""

from __future__ import annotations

from pathlib import Path

from chain.errors import UncheckableError
from dao.errors import DaoError
from dao.files import TooLargeError, read_file

LIMIT = 64 * 2**20
"""Bytes that any command reads of one file; what is smaller and still too large is refused by whoever reads it."""


class UnreadableError(DaoError, UncheckableError):
    """A file that cannot be read, so nothing about it is known (`E_IO_READ`, exit status 2)."""


def read(path: Path, limit: int = LIMIT) -> bytes:
    """Read a file of at most `limit` bytes."""
    try:
        return read_file(path, limit)
    except FileNotFoundError:
        raise UnreadableError("E_IO_READ", "missing", path=str(path)) from None
    except IsADirectoryError:
        raise UnreadableError("E_IO_READ", "directory", path=str(path)) from None
    except TooLargeError:
        raise UnreadableError("E_IO_READ", "size", path=str(path), limit=limit) from None
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or "the path is malformed"
        raise UnreadableError("E_IO_READ", "denied", path=str(path), problem=problem) from None
