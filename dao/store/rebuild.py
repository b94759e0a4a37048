"""Writing the workspace's database anew from what no index, page or projection can falsify: the leaves and the blocks.

Decides what is read (every row, by scanning the tables and not their indexes), what must hold of it (each hash, each
link, the order and the times; each intention's hash), and what is written: the same rows in one order. Where anything
does not hold, nothing is written, because a guess about a journal is worth less than a refusal. Whether the journal is
the one that this workspace kept is decided by whoever asks (`dao rebuild`), before the file comes to its place.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa

from chain import dag_cbor
from chain.cid import CID, DAG_CBOR
from dao.record.leaves import decode
from dao.store import durable
from dao.store.intents import read_intent
from dao.store.journal import Journal, JournalError
from dao.store.schema import BLOCKS, INTENTS, LEAVES, METADATA, open_engine

_AT_ONCE = 1_000
"""Rows that are read and written together."""


class Contents(NamedTuple):
    """How many rows there are of each table."""

    leaves: int
    blocks: int
    intents: int


def examine(path: Path) -> Contents:
    """Read the whole database and check it; nothing is written.

    Raises what the journal raises: `E_IO_JOURNAL`, `E_LOG_INCONSISTENT`, `E_CID_MISMATCH`, and what a malformed leaf is
    refused for.
    """
    with _Old(path) as old:
        return Contents(len(old.leaves()), sum(1 for _ in old.blocks()), len(old.intents()))


def read_blocks(path: Path) -> Iterator[tuple[CID, bytes]]:
    """Every block by its name, each compared with it."""
    with _Old(path) as old:
        for row in old.blocks():
            cid, data = row["cid"], row["data"]
            assert isinstance(cid, bytes), "as it was checked"
            assert isinstance(data, bytes), "as it was checked"
            yield CID.from_bytes(cid), data


def is_sound(path: Path) -> bool:
    """Whether SQLite finds every index and page of the file in order; the rows are not looked at."""
    engine = open_engine(path)
    try:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql("PRAGMA integrity_check")] == [("ok",)]
    except sa.exc.SQLAlchemyError:
        return False
    finally:
        engine.dispose()


def rebuild(path: Path, check: Callable[[Journal], object]) -> Contents:
    """Write the database anew and put it in the place of the old one, which stays as it is if anything is refused.

    `check` is shown the new journal before that, and refuses it by raising.
    """
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}{durable.SUFFIX}")
    try:
        with _Old(path) as old:
            contents = _write(fresh, old)
        with Journal(fresh) as journal:
            check(journal)
        shutil.copymode(path, fresh)
        durable.put(fresh, path)
    except OSError as error:
        raise JournalError("E_IO_JOURNAL", "write") from error
    finally:
        for leftover in (fresh, fresh.with_name(f"{fresh.name}-journal")):
            leftover.unlink(missing_ok=True)
    return contents


class _Old:
    """The database as it is, read without its indexes."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise JournalError("E_IO_JOURNAL", "absent", path=path.name)
        self._name = path.name
        self._engine = open_engine(path)
        self.tables: set[str] = set()

    def __enter__(self) -> _Old:
        try:
            self._connection = self._engine.connect()
            found = self._connection.execute(sa.text("SELECT name FROM sqlite_schema WHERE type = 'table'")).scalars()
            self.tables = {name for name in found if not name.startswith("sqlite_")}
        except sa.exc.SQLAlchemyError as error:
            self._engine.dispose()
            raise JournalError("E_IO_JOURNAL", "unreadable", path=self._name) from error
        strange = self.tables - METADATA.tables.keys()
        if strange or not {LEAVES.name, BLOCKS.name} <= self.tables:
            self.__exit__()
            raise JournalError("E_IO_JOURNAL", "tables", path=self._name, found=sorted(self.tables))
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._engine.dispose()

    def leaves(self) -> list[dict[str, object]]:
        """The rows of the leaves, numbered without a gap; the kind is that of the bytes, whatever the row says."""
        found: list[dict[str, object]] = []
        names = self._names()
        last = 0
        for row in self._rows("SELECT idx, cid FROM leaves ORDER BY idx"):
            data = names.get(row.cid)
            if row.idx != len(found) or data is None:
                raise JournalError("E_LOG_INCONSISTENT", "gap", path=self._name)
            leaf = decode(self._block(data))
            if leaf.time < last:
                raise JournalError("E_LOG_INCONSISTENT", "time", kind=leaf.kind, time=leaf.time, last=last)
            last = leaf.time
            found.append({"idx": row.idx, "kind": leaf.kind, "cid": row.cid})
        return found

    def blocks(self) -> Iterator[dict[str, object]]:
        """The rows of the blocks by name, each compared with it, and each link of theirs leading to one of them."""
        names = self._names()
        last = b""
        for row in self._rows("SELECT cid, data FROM blocks NOT INDEXED ORDER BY cid"):
            if not isinstance(row.cid, bytes) or not isinstance(row.data, bytes):
                raise JournalError("E_IO_JOURNAL", "unreadable", path=self._name)
            cid = CID.from_bytes(row.cid)
            cid.check(row.data)
            for link in dag_cbor.links(dag_cbor.decode(row.data)) if cid.codec == DAG_CBOR else ():
                if link.to_bytes() not in names:
                    raise JournalError("E_IO_JOURNAL", "block", cid=str(link))
            if row.cid != last:  # a lost index lets a block in twice
                yield {"cid": row.cid, "data": row.data}
            last = row.cid

    def intents(self) -> list[dict[str, object]]:
        """The rows of the intentions, each with the hash that its bytes have."""
        if INTENTS.name not in self.tables:
            return []
        rows = list(self._rows("SELECT * FROM intents ORDER BY idx"))
        for row in rows:
            read_intent(row)
        return [dict(row._mapping) for row in rows]

    def _names(self) -> dict[object, int]:
        """The row of each block, by its name."""
        return {row.cid: row.rowid for row in self._rows("SELECT rowid, cid FROM blocks NOT INDEXED")}

    def _block(self, rowid: int) -> bytes:
        for row in self._rows("SELECT data FROM blocks WHERE rowid = :id", id=rowid):
            if isinstance(row.data, bytes):
                return row.data
        raise JournalError("E_IO_JOURNAL", "unreadable", path=self._name)

    def _rows(self, query: str, **values: object) -> Iterator[sa.Row[Any]]:
        try:
            yield from self._connection.execution_options(yield_per=_AT_ONCE).execute(sa.text(query), values)
        except sa.exc.SQLAlchemyError as error:
            raise JournalError("E_IO_JOURNAL", "unreadable", path=self._name) from error


def _write(fresh: Path, old: _Old) -> Contents:
    """Write a new database with the tables of the old one, in one commit."""
    engine = open_engine(fresh)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            METADATA.create_all(connection, tables=[METADATA.tables[name] for name in sorted(old.tables)])
            counts = Contents(
                _insert(connection, LEAVES, iter(old.leaves())),
                _insert(connection, BLOCKS, old.blocks()),
                _insert(connection, INTENTS, iter(old.intents())),
            )
            connection.commit()
    except sa.exc.SQLAlchemyError as error:
        raise JournalError("E_IO_JOURNAL", "write") from error
    finally:
        engine.dispose()
    return counts


def _insert(connection: sa.Connection, table: sa.Table, rows: Iterator[dict[str, object]]) -> int:
    count = 0
    while batch := list(islice(rows, _AT_ONCE)):
        connection.execute(sa.insert(table), batch)
        count += len(batch)
    return count
