"""The journal's database read in stretches, for work on more leaves than memory should hold.

A stretch is a range of indexes. Each reader opens the file for itself, so stretches can be read by many processes at
once; the journal only grows, so what stands in a stretch stays. Every leaf and block is compared with the hash that
names it, and every leaf's row with what the leaf says of itself. What leaves mean is decided elsewhere.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa

from chain.cid import CID, CidError
from chain.errors import CodedError
from dao.record.leaves import Leaf, decode
from dao.store.journal import STRANGE, JournalError
from dao.store.schema import open_engine

STRETCH = 4_096
"""Leaves in one stretch; a power of two, so that each is a whole subtree of the journal's tree."""

_DAG_CBOR, _RAW = b"\x01\x71\x12\x20", b"\x01\x55\x12\x20"
_ABSENT = object()
_AT_ONCE = 512
"""Blocks that one question names."""
_SPAN = 4
"""Rows that are read at most for each block that is sought among them."""

_LEAVES = "SELECT idx, kind, cid FROM leaves WHERE idx >= ? AND idx < ? ORDER BY idx"
_OTHERS = """SELECT l.idx, l.kind, l.cid, b.data FROM leaves l LEFT JOIN blocks b ON b.cid = l.cid
WHERE l.kind <> ? ORDER BY l.idx"""
_ROWID = "SELECT rowid FROM blocks WHERE cid = ?"
_NEAR = "SELECT cid, data FROM blocks NOT INDEXED WHERE rowid BETWEEN ? AND ?"
_NAMED = "SELECT cid, data FROM blocks WHERE cid IN (…)".replace("…", ",".join("?" * _AT_ONCE))


class LeafRow(NamedTuple):
    """A leaf as it is stored; its bytes have the hash that names them."""

    place: int
    """Its index."""
    kind: str
    """As the row says; `Reader.leaf` and whoever reads the bytes compare it."""
    data: bytes


class Reader:
    """One reader of a journal's file; a value of `reading`."""

    def __init__(self, connection: Any, name: str) -> None:
        self._connection = connection
        self._name = name
        self._near: dict[bytes, object] = {}

    def size(self) -> int:
        """How many leaves there are; refuses a database that holds more than rows."""
        for row in self._rows(STRANGE):
            raise JournalError("E_IO_JOURNAL", "schema", path=self._name, type=row[0], name=row[1])
        return int(self._rows("SELECT COUNT(*) FROM leaves")[0][0])

    def leaves(self, first: int, end: int) -> list[LeafRow]:
        """The leaves from `first` to before `end`, without a gap."""
        rows = self._rows(_LEAVES, (first, end))
        if [row[0] for row in rows] != list(range(first, end)):
            raise JournalError("E_LOG_INCONSISTENT", "gap", path=self._name)
        blocks = self._blocks([row[2] for row in rows])
        found = []
        for index, kind, cid in rows:  # a million times: `_leaf_row` is asked for its words only
            data = blocks.get(cid)
            if isinstance(data, bytes) and isinstance(kind, str) and cid == _DAG_CBOR + sha256(data).digest():
                found.append(LeafRow(index, kind, data))
            else:
                found.append(self._leaf_row(index, kind, cid, data))
        return found

    def others(self, kind: str) -> dict[int, Leaf]:
        """All leaves but those of one kind, by index; that no other leaf hides behind that kind's name is for whoever
        reads the stretches to see.
        """
        rows = (self._leaf_row(*row) for row in self._rows(_OTHERS, (kind,)))
        return {row.place: self.leaf(row) for row in rows}

    def leaf(self, row: LeafRow) -> Leaf:
        """Read a leaf whose kind is what its row says."""
        leaf = decode(row.data)
        if leaf.kind != row.kind:
            raise self.mislabelled(row)
        return leaf

    def mislabelled(self, row: LeafRow) -> JournalError:
        """The refusal of a row that says another kind than its leaf."""
        return JournalError("E_LOG_INCONSISTENT", "kind", path=self._name, index=row.place, kind=row.kind)

    def get(self, cid: CID) -> bytes:
        """The block behind a link, as `Journal.get` gives it."""
        rows = list(self._rows("SELECT data FROM blocks WHERE cid = ?", (cid.to_bytes(),)))
        if not rows:
            raise JournalError("E_IO_JOURNAL", "block", cid=str(cid))
        if not isinstance(rows[0][0], bytes):
            raise JournalError("E_IO_JOURNAL", "read", cid=str(cid))
        cid.check(rows[0][0])
        return rows[0][0]

    def raw_blocks(self, digests: Iterable[bytes]) -> Mapping[bytes, bytes]:
        """Raw blocks by the digests of their links; one that is absent is left out."""
        sought = list(digests)
        blocks = self._blocks([_RAW + digest for digest in sought])
        found: dict[bytes, bytes] = {}
        for digest in sought:
            data = blocks.get(_RAW + digest, _ABSENT)
            if isinstance(data, bytes) and sha256(data).digest() == digest:
                found[digest] = data
            elif data is not _ABSENT:
                raise self._unlike(_RAW + digest, data)
        return found

    def _blocks(self, cids: Sequence[bytes]) -> Mapping[bytes, object]:
        """What stands under these names, as far as it is there, and maybe under others. A journal is written in its
        order, so blocks that are asked for in this order lie near each other and are read as they lie; the others are
        looked up one by one.
        """
        near = self._near
        missing = [cid for cid in cids if cid not in near]
        if missing:
            ends = sorted(row[0] for cid in (missing[0], missing[-1]) for row in self._rows(_ROWID, (cid,)))
            if len(ends) == 2 and ends[1] - ends[0] <= _SPAN * len(missing):
                kept = {cid: near[cid] for cid in cids if cid in near}
                self._near = near = dict(self._rows(_NEAR, tuple(ends)))
                near.update(kept)
                missing = [cid for cid in missing if cid not in near]
        if not missing:
            return near
        found = {cid: near[cid] for cid in cids if cid in near}
        rest = iter(missing)
        while some := list(islice(rest, _AT_ONCE)):
            found |= dict(self._rows(_NAMED, tuple(some + some[-1:] * (_AT_ONCE - len(some)))))
        return found

    def _leaf_row(self, index: int, kind: object, cid: object, data: object) -> LeafRow:
        if data is None:
            raise JournalError("E_LOG_INCONSISTENT", "gap", path=self._name)
        if not isinstance(data, bytes) or not isinstance(cid, bytes) or not isinstance(kind, str):
            raise JournalError("E_IO_JOURNAL", "unreadable", path=self._name)
        if cid[:4] != _DAG_CBOR or sha256(data).digest() != cid[4:]:
            raise self._unlike(cid, data)
        return LeafRow(index, kind, data)

    def _unlike(self, cid: bytes, data: object) -> CodedError:
        if not isinstance(data, bytes):
            return JournalError("E_IO_JOURNAL", "unreadable", path=self._name)
        try:
            CID.from_bytes(cid).check(data)
        except CidError as error:
            return error
        return JournalError("E_LOG_INCONSISTENT", "gap", path=self._name)

    def _rows(self, query: str, values: tuple[object, ...] = ()) -> list[Any]:
        """Rows as the driver gives them: a million of SQLAlchemy's would cost as much as the hashes in them."""
        try:
            rows: list[Any] = self._connection.cursor().execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise JournalError("E_IO_JOURNAL", "unreadable", path=self._name) from error
        return rows


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """Open a journal's file for one reader."""
    if not path.is_file():
        raise JournalError("E_IO_JOURNAL", "absent", path=path.name)
    engine = open_engine(path)
    try:
        connection = engine.raw_connection()
    except (sa.exc.SQLAlchemyError, sqlite3.Error) as error:  # the second: of the driver, while it is set up
        engine.dispose()
        raise JournalError("E_IO_JOURNAL", "unreadable", path=path.name) from error
    try:
        yield Reader(connection, path.name)
    finally:
        connection.close()
        engine.dispose()


def stretches(size: int) -> Iterator[tuple[int, int]]:
    """First and end of each stretch of a journal of so many leaves."""
    for first in range(0, size, STRETCH):
        yield first, min(first + STRETCH, size)
