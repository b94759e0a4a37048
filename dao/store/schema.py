"""The tables of a workspace's database, and how SQLite is told to keep them.

`leaves` and `blocks` are the journal. `intents` are what this workspace was about to send when it last stopped: no
facts, in no record, and never a key. Whatever else is ever kept here must follow from the first two (`dao rebuild`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa

METADATA = sa.MetaData()

LEAVES = sa.Table(
    "leaves",
    METADATA,
    sa.Column("idx", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("cid", sa.LargeBinary, nullable=False),
)
BLOCKS = sa.Table(
    "blocks",
    METADATA,
    sa.Column("cid", sa.LargeBinary, primary_key=True),
    sa.Column("data", sa.LargeBinary, nullable=False),
)
INTENTS = sa.Table(
    "intents",
    METADATA,
    sa.Column("idx", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("proposal", sa.LargeBinary, nullable=False),
    sa.Column("part", sa.Integer, nullable=False),
    sa.Column("safe_tx", sa.LargeBinary, nullable=False),
    sa.Column("tx", sa.LargeBinary, nullable=False),
    sa.Column("sender", sa.LargeBinary, nullable=False),
    sa.Column("nonce", sa.String, nullable=False),
    sa.Column("raw", sa.LargeBinary, nullable=False),
)


def open_engine(path: Path) -> sa.Engine:
    """Open a database file; nothing is made or read before it is asked."""
    engine = sa.create_engine(f"sqlite:///{path}")
    sa.event.listen(engine, "connect", _set_up)
    return engine


def _set_up(connection: Any, _: object) -> None:
    """Keep a commit when it is acknowledged: a rollback journal, whose removal is on the disk too (EXTRA).

    What a killed process leaves is rolled back by whoever opens the file next. Write-ahead logging would lose the last
    commits with the power, and a file that is copied without its log would be of yesterday.
    """
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("PRAGMA synchronous = EXTRA")
