"""What was followed of one space, on disk: an append-only list of facts, in an SQLite file of its own.

No part of the DAO's journal: these are a hub's claims, nobody here signs them, and the journal stays as sound as if
they were never asked for. One commit takes the facts of one step of a round together with the note that the step is
done, so a process that dies at any moment leaves a round that goes on where it was, and ends with the same bytes. What
facts mean is decided by `governance.followed`.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa

from chain import log_tree
from dao.errors import DaoError
from dao.files import is_file
from dao.store.journal import STRANGE
from dao.store.schema import open_engine
from governance.followed import Fact, Followed, decode, read_kept

FOLDER = "follow"
SUFFIX = ".sqlite"
ROUND_SECONDS = 3_600
"""An open round that is older begins anew: what is seen now is not dated back further."""

_METADATA = sa.MetaData()
_FACTS = sa.Table(
    "facts",
    _METADATA,
    sa.Column("idx", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
)
_ROUND = sa.Table("round", _METADATA, sa.Column("began", sa.Integer, primary_key=True, autoincrement=False))
_DONE = sa.Table("done", _METADATA, sa.Column("step", sa.String, primary_key=True))


class FollowStoreError(DaoError):
    """What was followed cannot be read or written, or is of another hub (`E_FOLLOW`, `E_LOCKED`)."""


def path_of(folder: Path, space: str) -> Path:
    """Where what was followed of a space lies in a folder; a name that is no file name is hashed."""
    is_plain = 0 < len(space) <= 100 and space[0].isalnum() and all(char.isalnum() or char in "-_." for char in space)
    is_plain = is_plain and len(space.encode()) <= 200  # a file's name has 255 bytes, an ending of the database's too
    name = space if is_plain else "space-" + sha256(space.encode("utf-8", "backslashreplace")).hexdigest()[:32]
    return folder / FOLDER / f"{name}{SUFFIX}"


class FollowStore:
    """An open list of facts. Use it as a context manager; with `create` it is made, and held by this process alone."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        if not create and not is_file(path):
            raise FollowStoreError("E_FOLLOW", "absent", path=path.name)
        self._lock = _hold(path) if create else None
        self._name = path.name
        self._engine = open_engine(path)
        try:
            if create:
                with self._engine.begin() as connection:
                    _METADATA.create_all(connection)
            with self._engine.connect() as connection:
                strange = connection.execute(sa.text(STRANGE)).first()
                rows = [] if strange else connection.execute(sa.select(_FACTS).order_by(_FACTS.c.idx)).all()
            if strange or [row.idx for row in rows] != list(range(len(rows))):
                raise FollowStoreError("E_FOLLOW", "unreadable", path=path.name)
            self._bytes = [_bytes(row.data, path.name) for row in rows]
            self.known = Followed(map(read_kept, self._bytes))
        except (sa.exc.SQLAlchemyError, TypeError, ValueError) as error:
            self.close()
            raise FollowStoreError("E_FOLLOW", "unreadable", path=path.name) from error
        except DaoError:
            self.close()
            raise
        self._last = decode(self._bytes[-1]).seen if self._bytes else 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __len__(self) -> int:
        return len(self._bytes)

    @property
    def facts(self) -> Sequence[bytes]:
        """The facts' bytes, in order."""
        return tuple(self._bytes)

    def root(self) -> bytes:
        """The RFC 9162 root of all facts."""
        return log_tree.root([log_tree.leaf_hash(data) for data in self._bytes])

    def begin(self, now: int) -> int:
        """Begin a round, or go on with the open one; return when it began (Unix seconds, never before the last)."""
        with self._writing() as connection:
            began: int | None = connection.execute(sa.select(_ROUND.c.began)).scalar()
            if began is not None and began <= now < began + ROUND_SECONDS:
                return began
            began = max(now, self._last)
            connection.execute(sa.delete(_ROUND))
            connection.execute(sa.delete(_DONE))
            connection.execute(sa.insert(_ROUND), [{"began": began}])
        return began

    def is_done(self, step: str) -> bool:
        """Whether the open round has taken this step."""
        with self._engine.connect() as connection:
            return connection.execute(sa.select(_DONE).where(_DONE.c.step == step)).first() is not None

    def append(self, facts: Sequence[Fact], step: str = "", *, ends: bool = False) -> None:
        """Add the facts of one step, note it as done, and with `ends` end the round: all in one commit, or nothing."""
        encoded = [fact.encode() for fact in facts]
        fresh = [decode(data) for data in encoded]  # as they will be read, also by this process
        first = len(self._bytes)
        with self._writing() as connection:
            if encoded:
                rows = [{"idx": first + number, "data": data} for number, data in enumerate(encoded)]
                connection.execute(sa.insert(_FACTS), rows)
            if ends:
                connection.execute(sa.delete(_ROUND))
                connection.execute(sa.delete(_DONE))
            elif step:
                connection.execute(sa.insert(_DONE), [{"step": step}])
        self._bytes += encoded
        for fact in fresh:
            self.known.take(fact)
            self._last = fact.seen

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        assert self._lock is not None, "opened for reading"
        try:
            with self._engine.begin() as connection:
                yield connection
        except sa.exc.SQLAlchemyError as error:
            raise FollowStoreError("E_FOLLOW", "write", path=self._name) from error


def _bytes(data: object, name: str) -> bytes:
    if not isinstance(data, bytes):
        raise FollowStoreError("E_FOLLOW", "unreadable", path=name)
    return data


def _hold(path: Path) -> int:
    """Lock the file for this process; one that is not there is made empty, with its folder."""
    handle: Any = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise FollowStoreError("E_LOCKED", "follow", path=path.name) from None
    except OSError as error:
        if handle is not None:
            os.close(handle)
        raise FollowStoreError("E_FOLLOW", "write", path=path.name) from error
    return int(handle)
