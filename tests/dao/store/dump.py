"""The ordered dump of every table of a database, and that a rebuilt one has the same."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from dao.store.rebuild import rebuild


def dump(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every table by name, with its rows in the order of their first column."""
    with closing(sqlite3.connect(path)) as connection:
        names = sorted(name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'"))
        return {name: connection.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall() for name in names}


def survives_rebuilding(path: Path) -> bool:
    """Rebuild a database and compare the dumps; the rebuilt file, rebuilt once more, is the same file."""
    before = dump(path)
    rebuild(path, lambda _: None)
    once = path.read_bytes()
    rebuild(path, lambda _: None)
    assert before == dump(path)
    assert once == path.read_bytes()
    return True
