"""The devnet's state: rows of key and value in one SQLite file, held by one process at a time.

Decides how the embedded chain survives between commands: rows are read when asked for, new rows are added by `save` in
one commit, and nothing is ever rewritten whole. A crash before `save` loses the unsaved blocks and damages nothing.
What the keys mean is py-evm's business; which blocks exist is `devnet`'s.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from chain.errors import ChainError
from chain.networks import DEVNET_CHAIN_ID

FORMAT_VERSION = 1


class DevnetError(ChainError):
    """The embedded chain refuses: its file is in use, damaged or of another version, or time would run backwards."""


class Store:
    """A mutable mapping of bytes to bytes, as py-evm's `AtomicDB` wants it, over one SQLite file.

    The lock is a `flock` on a file beside it (`<name>.lock`) and not on the file itself, because SQLite keeps locks of
    its own there and some systems let the two kinds collide. It is held from opening to `close`. Threads take turns
    outside (`devnet_rpc`).
    """

    def __init__(self, connection: sqlite3.Connection, lock: int | None, name: str) -> None:
        self._connection = connection
        self._lock = lock
        self._name = name
        self._known: dict[bytes, bytes] = {}
        self._new: dict[bytes, bytes | None] = {}

    @classmethod
    def create(cls, path: Path | None) -> Store:
        """Make an empty store; without a path it lives in memory and dies with the process."""
        if path is None:
            connection, lock = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False), None
        else:
            lock = _lock(path)
            if path.exists():
                os.close(lock)
                raise DevnetError("E_IO_EXISTS", path=path.name)
            connection = _connect(path)
        # Committed by the first `save`, with block 0: a half-made chain is never found in a file.
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL)")
        connection.execute("CREATE TABLE kv (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID")
        meta = [("version", FORMAT_VERSION), ("chain_id", DEVNET_CHAIN_ID)]
        connection.executemany("INSERT INTO meta VALUES (?, ?)", meta)
        return cls(connection, lock, path.name if path is not None else "")

    @classmethod
    def open(cls, path: Path) -> Store:
        """Open a store that `create` made; refuse at once when another process holds it (`E_LOCKED`)."""
        if not path.is_file():
            raise DevnetError("E_IO_MISSING", path=path.name)
        lock = _lock(path)
        try:
            connection = _connect(path)
        except DevnetError:
            os.close(lock)
            raise
        store = cls(connection, lock, path.name)
        try:
            store._check()
        except DevnetError:
            store.close()
            raise
        return store

    def _check(self) -> None:
        try:
            meta = dict(self._connection.execute("SELECT name, value FROM meta"))
        except sqlite3.DatabaseError:
            raise self.damaged() from None
        if meta.get("version") != FORMAT_VERSION:
            raise DevnetError("E_VERSION", "devnet", path=self._name, version=meta.get("version"), known=FORMAT_VERSION)
        if meta.get("chain_id") != DEVNET_CHAIN_ID:
            raise DevnetError("E_DEVNET", "chain", expected=DEVNET_CHAIN_ID, found=meta.get("chain_id"))

    def damaged(self) -> DevnetError:
        """Make the error for a file that does not hold what it should."""
        return DevnetError("E_IO_DAMAGED", path=self._name)

    def save(self) -> None:
        """Write the rows that came since the last save, in one commit."""
        if not self._new and not self._connection.in_transaction:
            return
        written = [(key, value) for key, value in self._new.items() if value is not None]
        deleted = [(key,) for key, value in self._new.items() if value is None]
        try:
            if not self._connection.in_transaction:
                self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany("INSERT OR REPLACE INTO kv VALUES (?, ?)", written)
            self._connection.executemany("DELETE FROM kv WHERE key = ?", deleted)
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise DevnetError("E_IO_WRITE", error=str(error)) from None
        self._known.update(written)
        self._new.clear()

    def close(self) -> None:
        """Let go of file and lock. What was not saved is gone."""
        self._connection.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __getitem__(self, key: bytes) -> bytes:
        value = self._new[key] if key in self._new else self._known.get(key) or self._read(key)
        if value is None:
            raise KeyError(key)
        return value

    def _read(self, key: bytes) -> bytes | None:
        try:
            row = self._connection.execute("SELECT value FROM kv WHERE key = ?", (key,)).fetchone()
        except sqlite3.DatabaseError:
            raise self.damaged() from None
        if row is None:
            return None
        value = bytes(row[0])
        self._known[key] = value
        return value

    def __contains__(self, key: bytes) -> bool:
        try:
            self[key]
        except KeyError:
            return False
        return True

    def __setitem__(self, key: bytes, value: bytes) -> None:
        self._new[bytes(key)] = bytes(value)

    def __delitem__(self, key: bytes) -> None:
        if key not in self:
            raise KeyError(key)
        self._known.pop(key, None)
        self._new[bytes(key)] = None

    def __iter__(self) -> Iterator[bytes]:
        raise NotImplementedError("the store is never read whole")


def _connect(path: Path) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(path, isolation_level=None, timeout=5, check_same_thread=False)
        # WAL with NORMAL: a commit per block costs no fsync, a killed process loses nothing, and a power cut loses
        # the last commits but never the file.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
    except sqlite3.OperationalError as error:
        raise DevnetError("E_IO_WRITE", error=str(error)) from None
    except sqlite3.Error:
        raise DevnetError("E_IO_DAMAGED", path=path.name) from None
    return connection


def _lock(path: Path) -> int:
    try:
        handle = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise DevnetError("E_IO_WRITE", error=error.strerror) from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise DevnetError("E_LOCKED", path=path.name) from None
    return handle
