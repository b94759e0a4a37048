"""The journal on disk: an append-only sequence of leaves and the blocks they link to, in one SQLite file.

One commit takes a batch of leaves together with its blocks, or nothing of it. The journal keeps bytes and order; it
does not judge facts (`dao.workflow` does, before it appends) and holds no key (a checkpoint is signed by whoever has
one). Anything else that the workspace shows is derived from these two tables. What a killed writer left half done is
rolled back when the file is opened (`dao.store.schema`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa

from chain import log_tree
from chain.cid import CID, dag_cbor_cid
from chain.errors import CodedError
from dao.errors import DaoError
from dao.record.leaves import Leaf, decode
from dao.store.intents import Intents
from dao.store.schema import BLOCKS, LEAVES, METADATA, open_engine

FILE_NAME = "journal.sqlite"

_ALL = (
    sa.select(LEAVES.c.idx, LEAVES.c.kind, LEAVES.c.cid, BLOCKS.c.data)
    .outerjoin(BLOCKS, BLOCKS.c.cid == LEAVES.c.cid)
    .order_by(LEAVES.c.idx)
)


STRANGE = (
    "SELECT type, name FROM sqlite_master WHERE type IN ('view', 'trigger') OR sql LIKE 'CREATE VIRTUAL%' ORDER BY name"
)
"""What makes a table more than its rows: a view may have rows without end, a trigger writes what nobody appended."""


class JournalError(DaoError):
    """The journal cannot be read, or would stop being append-only (`E_IO_JOURNAL`, `E_LOG_INCONSISTENT`)."""


class Journal:
    """An open journal. Use it as a context manager: it holds a database connection."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        if not create and not path.is_file():
            raise JournalError("E_IO_JOURNAL", "absent", path=path.name)
        self._engine = open_engine(path)
        try:
            if create:
                self._create()
            # one connection for all reads: opening one a block would cost more than everything else
            self._reader = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            strange = self._reader.execute(sa.text(STRANGE)).first()
            rows = [] if strange else self._reader.execute(_ALL).all()
        except (sa.exc.SQLAlchemyError, TypeError, ValueError) as error:
            self._engine.dispose()
            raise JournalError("E_IO_JOURNAL", "unreadable", path=path.name) from error
        try:
            if strange:
                raise JournalError("E_IO_JOURNAL", "schema", path=path.name, type=strange.type, name=strange.name)
            self._bytes = list(_checked(rows, path.name))
            self._leaves = [decode(data) for data in self._bytes]
            _check_kinds(rows, self._leaves, path.name)
            _check_times(self._leaves, 0)
        except CodedError:
            self.close()
            raise

    def _create(self) -> None:
        """Make the tables that are not there, all in one commit."""
        with self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            METADATA.create_all(connection)
            connection.commit()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; everything that was appended is in it."""
        self._reader.close()
        self._engine.dispose()

    def __len__(self) -> int:
        return len(self._leaves)

    @property
    def intents(self) -> Intents:
        """What this workspace was about to send; no part of the journal."""
        return Intents(self._engine)

    @property
    def leaves(self) -> Sequence[Leaf]:
        """All leaves in order; the index of a leaf is its place here."""
        return tuple(self._leaves)

    def leaf_bytes(self, index: int) -> bytes:
        """The bytes of one leaf, as they are hashed into the tree."""
        return self._bytes[index]

    def leaf_hashes(self) -> list[bytes]:
        """The RFC 9162 leaf hashes, in order."""
        return [log_tree.leaf_hash(data) for data in self._bytes]

    def get(self, cid: CID) -> bytes:
        """The bytes behind a link, checked against it (`E_IO_JOURNAL` when absent, `E_CID_MISMATCH` when changed)."""
        data = self.find(cid)
        if data is None:
            raise JournalError("E_IO_JOURNAL", "block", cid=str(cid))
        return data

    def find(self, cid: CID) -> bytes | None:
        """The bytes behind a link, checked as by `get`, or None when absent."""
        try:
            row = self._reader.execute(sa.select(BLOCKS.c.data).where(BLOCKS.c.cid == cid.to_bytes())).first()
        except (sa.exc.SQLAlchemyError, TypeError, ValueError) as error:
            raise JournalError("E_IO_JOURNAL", "read", cid=str(cid)) from error
        if row is None:
            return None
        if not isinstance(row.data, bytes):
            raise JournalError("E_IO_JOURNAL", "read", cid=str(cid))
        cid.check(row.data)
        return row.data

    def append(self, leaves: Sequence[Leaf], blocks: Mapping[CID, bytes]) -> None:
        """Add a batch of leaves with the blocks that they link to: all of it in one commit, or nothing.

        Time never runs back: a leaf older than the last one is `E_LOG_INCONSISTENT`. A leaf that would not be read
        back as it is, and a block under another name than its own, are refused before anything is written.
        """
        if not leaves:
            return
        _check_times(leaves, self._leaves[-1].time if self._leaves else 0)
        encoded = [leaf.encode() for leaf in leaves]
        for leaf, data in zip(leaves, encoded, strict=True):
            if decode(data) != leaf:
                raise JournalError("E_CANONICAL", "leaf", kind=leaf.kind, field="body")
        for cid, data in blocks.items():
            cid.check(data)
        stored = {**blocks, **{dag_cbor_cid(data): data for data in encoded}}
        first = len(self._leaves)
        try:
            with self._engine.begin() as connection:
                connection.execute(
                    sa.insert(BLOCKS).prefix_with("OR IGNORE"),
                    [{"cid": cid.to_bytes(), "data": data} for cid, data in stored.items()],
                )
                connection.execute(
                    sa.insert(LEAVES),
                    [
                        {"idx": first + n, "kind": leaf.kind, "cid": dag_cbor_cid(data).to_bytes()}
                        for n, (leaf, data) in enumerate(zip(leaves, encoded, strict=True))
                    ],
                )
        except sa.exc.SQLAlchemyError as error:
            raise JournalError("E_IO_JOURNAL", "write") from error
        self._bytes += encoded
        self._leaves += leaves


def _checked(rows: Sequence[Any], name: str) -> Iterator[bytes]:
    """The bytes of the leaves, numbered without a gap, each compared with its link."""
    for number, row in enumerate(rows):
        if row.idx != number or row.data is None:
            raise JournalError("E_LOG_INCONSISTENT", "gap", path=name)
        if not isinstance(row.data, bytes) or not isinstance(row.cid, bytes):  # SQLite keeps any type in any column
            raise JournalError("E_IO_JOURNAL", "unreadable", path=name)
        CID.from_bytes(row.cid).check(row.data)
        yield row.data


def _check_kinds(rows: Sequence[Any], leaves: Sequence[Leaf], name: str) -> None:
    """Whoever asks the database for one kind of leaf finds all of them: a leaf is filed as what its bytes say."""
    for row, leaf in zip(rows, leaves, strict=True):
        if row.kind != leaf.kind:
            raise JournalError("E_LOG_INCONSISTENT", "kind", path=name, index=row.idx, kind=str(row.kind)[:80])


def _check_times(leaves: Sequence[Leaf], last: int) -> None:
    for leaf in leaves:
        if leaf.time < last:
            raise JournalError("E_LOG_INCONSISTENT", "time", kind=leaf.kind, time=leaf.time, last=last)
        last = leaf.time
