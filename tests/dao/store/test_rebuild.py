"""`dao.store.rebuild`: the same rows in a new file, or the old file as it was.

That every history survives it is asserted where histories are made: after each test with a `stage`, and in
`tests.dao.crash`.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from chain.cid import raw_cid
from chain.errors import CodedError
from dao.store import durable
from dao.store.intents import Intent
from dao.store.journal import Journal
from dao.store.rebuild import Contents, examine, is_sound, rebuild
from tests.dao.conftest import Played
from tests.dao.store.dump import dump, survives_rebuilding
from tests.dao.store.test_journal import damage, leaf

DATA = b"a document"
INTENT = Intent(proposal=b"\x01" * 32, part=1, safe_tx=b"\x02" * 32, sender=b"\x03" * 20, nonce=2**64 - 1, raw=b"raw")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal of three leaves, one loose block, and an intention."""
    path = tmp_path / "journal.sqlite"
    with Journal(path, create=True) as journal:
        journal.append([leaf(1), leaf(2)], {})
        journal.append([leaf(3)], {raw_cid(DATA): DATA})
        journal.intents.keep(INTENT)
    return path


def nobody_objects(_: Journal) -> None:
    pass


def test_every_row_is_there_again(path: Path) -> None:
    """Leaves, blocks and intentions; counted, and the same file when it is done twice."""
    contents = Contents(leaves=3, blocks=4, intents=1)

    assert contents == examine(path) == rebuild(path, nobody_objects)
    assert survives_rebuilding(path)
    with Journal(path) as journal:
        assert [INTENT] == list(journal.intents.of(INTENT.safe_tx))


def test_the_history_of_the_demo(played: Played, tmp_path: Path) -> None:
    """A whole IIP, from the settings to two payouts."""
    path = tmp_path / "journal.sqlite"
    shutil.copy(played.folder / path.name, path)

    assert survives_rebuilding(path)


def test_a_database_of_before_there_were_intentions(path: Path) -> None:
    """A table that is not there is not made."""
    damage(path, "DROP TABLE intents")

    assert survives_rebuilding(path)
    assert {"leaves", "blocks"} == dump(path).keys()


def test_a_lost_index_is_mended(path: Path) -> None:
    """The index by which blocks are found has lost its entries: the journal does not open, and does after this."""
    before = dump(path)
    lose_index(path)
    with pytest.raises(CodedError):
        Journal(path)
    assert not is_sound(path)

    rebuild(path, nobody_objects)

    assert is_sound(path)
    assert before == dump(path)
    with Journal(path) as journal:
        assert (3, DATA) == (len(journal), journal.get(raw_cid(DATA)))


def test_a_block_that_came_in_twice_behind_a_lost_index(path: Path) -> None:
    """An index that does not know a block lets it in again; one of the two is kept."""
    before = dump(path)
    lose_index(path)
    damage(path, "INSERT INTO blocks VALUES (?, ?)", raw_cid(DATA).to_bytes(), DATA)

    rebuild(path, nobody_objects)

    assert before == dump(path)


def test_the_kind_beside_a_leaf_is_that_of_its_bytes(path: Path) -> None:
    """What a column says of a leaf follows from the leaf."""
    before = dump(path)
    damage(path, "UPDATE leaves SET kind = 'vote'")

    rebuild(path, nobody_objects)

    assert before == dump(path)


@pytest.mark.parametrize(
    ("statement", "code", "reason"),
    [
        ("DELETE FROM leaves WHERE idx = 0", "E_LOG_INCONSISTENT", "gap"),
        ("UPDATE leaves SET idx = 7 WHERE idx = 2", "E_LOG_INCONSISTENT", "gap"),
        ("DELETE FROM blocks WHERE cid = (SELECT cid FROM leaves WHERE idx = 1)", "E_LOG_INCONSISTENT", "gap"),
        ("UPDATE leaves SET cid = (SELECT cid FROM leaves WHERE idx = 2) WHERE idx = 0", "E_LOG_INCONSISTENT", "time"),
        ("UPDATE blocks SET data = x'00'", "E_CANONICAL", "leaf"),
        ("UPDATE blocks SET data = 'text'", "E_IO_JOURNAL", "unreadable"),
        ("UPDATE intents SET raw = x'00'", "E_IO_JOURNAL", "intents"),
        ("UPDATE intents SET nonce = '-1'", "E_IO_JOURNAL", "intents"),
        ("UPDATE intents SET sender = 'text'", "E_IO_JOURNAL", "intents"),
        ("CREATE TABLE projections (a)", "E_IO_JOURNAL", "tables"),
        ("DROP TABLE leaves", "E_IO_JOURNAL", "tables"),
        ("ALTER TABLE blocks RENAME COLUMN data TO body", "E_IO_JOURNAL", "unreadable"),
        ("ALTER TABLE leaves RENAME COLUMN idx TO number", "E_IO_JOURNAL", "unreadable"),
    ],
)
def test_what_does_not_match_is_left_as_it_is(statement: str, code: str, reason: str, path: Path) -> None:
    """Nothing is guessed: a row that is gone, changed or strange is refused, and the old file stays, alone."""
    damage(path, statement)
    before = path.read_bytes()

    with pytest.raises(CodedError) as refused:
        rebuild(path, nobody_objects)

    assert code == refused.value.code
    assert reason == refused.value.reason or code == "E_CANONICAL"
    assert before == path.read_bytes()
    assert [path] == list(path.parent.iterdir())


def test_a_loose_block_that_was_changed(path: Path) -> None:
    """Also a block that no leaf names must have the bytes of its name."""
    damage(path, "UPDATE blocks SET data = x'00' WHERE cid = ?", raw_cid(DATA).to_bytes())
    before = path.read_bytes()

    with pytest.raises(CodedError, match="E_CID_MISMATCH"):
        rebuild(path, nobody_objects)

    assert before == path.read_bytes()


def test_a_block_that_another_names_and_that_is_gone(played: Played, tmp_path: Path) -> None:
    """What only a link leads to is missed here, before anybody needs it."""
    path = tmp_path / "journal.sqlite"
    shutil.copy(played.folder / path.name, path)
    damage(path, "DELETE FROM blocks WHERE cid NOT IN (SELECT cid FROM leaves) AND rowid % 5 = 0")

    with pytest.raises(CodedError) as refused:
        rebuild(path, nobody_objects)

    assert ("E_IO_JOURNAL", "block") == (refused.value.code, refused.value.reason)


def test_whoever_knows_better_may_refuse(path: Path) -> None:
    """The new journal is shown before it comes to its place; a refusal leaves the old one, and nothing else."""
    before = path.read_bytes()

    def refuse(journal: Journal) -> None:
        assert 3 == len(journal)
        raise CodedError("E_SPLIT_VIEW", "kept")

    with pytest.raises(CodedError, match="E_SPLIT_VIEW"):
        rebuild(path, refuse)

    assert before == path.read_bytes()
    assert [path] == list(path.parent.iterdir())


def test_the_mode_of_the_file_stays(path: Path) -> None:
    """Who may read and write the journal is not changed by mending it."""
    path.chmod(0o660)

    rebuild(path, nobody_objects)

    assert 0o660 == path.stat().st_mode & 0o777


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_while_the_file_comes_to_its_place(
    moment: str, path: Path, in_a_child: Callable[[str, Path], int]
) -> None:
    """Before that moment the old file stands there, afterwards the new one; both hold the same."""
    before = dump(path)

    assert -9 == in_a_child(KILLED.format(moment=moment), path)

    durable.remove_leftovers(path.parent)
    assert before == dump(path)
    assert [path] == list(path.parent.iterdir())


KILLED = """
import os, sys
from pathlib import Path
from dao.store.rebuild import rebuild

replace = os.replace
def dying(*arguments):
    if "{moment}" == "after":
        replace(*arguments)
    os.kill(os.getpid(), 9)
os.replace = dying
rebuild(Path(sys.argv[1]), lambda journal: None)
"""


def lose_index(path: Path) -> None:
    """Write an empty page over the root of the index on the blocks' names."""
    with closing(sqlite3.connect(path)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name LIKE 'sqlite_autoindex_blocks%'")
        (size,) = connection.execute("PRAGMA page_size")
    empty_leaf = bytes([10, 0, 0, 0, 0]) + size[0].to_bytes(2, "big") + b"\0"
    with path.open("r+b") as file:
        file.seek((page[0] - 1) * size[0])
        file.write(empty_leaf.ljust(size[0], b"\0"))
        os.fsync(file.fileno())
