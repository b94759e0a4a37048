"""`dao.store.journal`: an append-only sequence of leaves, whole or not at all."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chain import dag_cbor, log_tree
from chain.blocks import BlockRef
from chain.cid import CID, dag_cbor_cid, raw_cid
from chain.errors import ChainError, CodedError
from dao.record.leaves import Leaf
from dao.store.journal import Journal
from dao.store.stretches import reading

BLOCK = BlockRef(20200903, 1, bytes(32))


def leaf(number: int, time: int = 0) -> Leaf:
    """A fact that links to nothing."""
    body = {"hash": number.to_bytes(32, "big"), "owner": bytes(20), "signature": bytes(65)}
    return Leaf(kind="confirmation", time=time or number, block=BLOCK, body=body)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    with Journal(path, create=True) as opened:
        opened.append([leaf(1), leaf(2)], {})
        yield opened


def state(journal: Journal) -> tuple[int, bytes]:
    return len(journal), log_tree.root(journal.leaf_hashes())


def refused(code: str, reason: str, step: Callable[[], object]) -> None:
    with pytest.raises(CodedError) as caught:
        step()
    assert (code, reason) == (caught.value.code, caught.value.reason)


def damage(path: Path, statement: str, *values: object) -> None:
    """Change the database behind the journal's back."""
    with sqlite3.connect(path) as connection:
        connection.execute(statement, values)


def test_leaves_keep_their_order_and_their_bytes(journal: Journal, path: Path) -> None:
    """What was appended is read again, also by whoever opens the file later."""
    data = b"a document"
    journal.append([leaf(3)], {raw_cid(data): data})
    before = (journal.leaves, journal.leaf_hashes())

    with Journal(path) as again:
        assert before == (again.leaves, again.leaf_hashes())
        assert data == again.get(raw_cid(data))
        assert leaf(2).encode() == again.leaf_bytes(1)


def test_an_empty_journal_has_the_empty_root(path: Path) -> None:
    """A new journal holds nothing, and opening it as new twice changes nothing."""
    with Journal(path, create=True) as journal:
        assert (0, log_tree.EMPTY_ROOT) == state(journal)
        journal.append([], {})
    with Journal(path, create=True) as again:
        assert 0 == len(again)


def test_a_batch_is_taken_whole_or_not_at_all(journal: Journal, path: Path) -> None:
    """When the database refuses one leaf of a batch, no leaf and no block of it stays."""
    before = state(journal)
    damage(path, "INSERT INTO leaves VALUES (3, 'vote', x'00')")  # the second leaf of the next batch will find it there
    data = b"a document"

    refused("E_IO_JOURNAL", "write", lambda: journal.append([leaf(3), leaf(4)], {raw_cid(data): data}))

    assert before == state(journal)
    refused("E_IO_JOURNAL", "block", lambda: journal.get(raw_cid(data)))
    damage(path, "DELETE FROM leaves WHERE idx = 3")
    journal.append([leaf(3), leaf(4)], {})
    with Journal(path) as again:
        assert state(journal) == state(again)


@pytest.mark.parametrize(
    ("code", "reason", "batch"),
    [
        ("E_LOG_INCONSISTENT", "time", [leaf(3), leaf(4, time=1)]),
        ("E_LOG_INCONSISTENT", "time", [leaf(3, time=1)]),
        ("E_VERSION", "leaf", [leaf(3), Leaf(kind="bribe", time=9, block=BLOCK, body={})]),
        ("E_CANONICAL", "leaf", [leaf(3), Leaf(kind="confirmation", time=9, block=BLOCK, body={})]),
        ("E_CANONICAL", "leaf", [Leaf(kind="parts", time=9, block=BLOCK, body={"parts": raw_cid(b"")})]),
        ("E_CANONICAL", "leaf", [Leaf(kind="confirmation", time=2**63, block=BLOCK, body=leaf(1).body)]),
        ("E_PROOF", "form", [Leaf(kind="confirmation", time=9, block=BlockRef(0, 1, bytes(32)), body=leaf(1).body)]),
        ("E_PROOF", "form", [Leaf(kind="confirmation", time=9, block=BlockRef(1, 1, bytes(31)), body=leaf(1).body)]),
    ],
)
def test_what_could_not_be_read_back_is_not_written(
    code: str, reason: str, batch: list[Leaf], journal: Journal, path: Path
) -> None:
    """A leaf that falls back in time, or that no reader would take, is refused with its whole batch."""
    before = state(journal)

    refused(code, reason, lambda: journal.append(batch, {}))

    assert before == state(journal)
    with Journal(path) as again:
        assert before == state(again)


def test_a_block_keeps_its_own_name(journal: Journal) -> None:
    """A block offered under the name of another is refused, and nothing of the batch is kept."""
    before = state(journal)

    refused("E_CID_MISMATCH", "block", lambda: journal.append([leaf(3)], {raw_cid(b"one"): b"other"}))

    assert before == state(journal)


def test_the_same_block_twice_is_one(journal: Journal) -> None:
    """Blocks are named by their content, so adding one again changes nothing."""
    data = dag_cbor.encode({"a": 1})
    journal.append([leaf(3)], {dag_cbor_cid(data): data})
    journal.append([leaf(4)], {dag_cbor_cid(data): data})

    assert data == journal.get(dag_cbor_cid(data))


def test_a_block_that_was_changed_on_disk_is_named(journal: Journal, path: Path) -> None:
    """A block whose bytes are not those of its name is refused by whoever asks for it."""
    data = b"a document"
    journal.append([leaf(3)], {raw_cid(data): data})
    damage(path, "UPDATE blocks SET data = x'00' WHERE cid = ?", raw_cid(data).to_bytes())

    refused("E_CID_MISMATCH", "block", lambda: journal.get(raw_cid(data)))


def test_a_leaf_that_was_changed_on_disk_is_named(journal: Journal, path: Path) -> None:
    """A journal one of whose leaves was exchanged for another sound one does not open."""
    cid = dag_cbor_cid(leaf(2).encode())
    damage(path, "UPDATE blocks SET data = ? WHERE cid = ?", leaf(7).encode(), cid.to_bytes())

    with pytest.raises(ChainError, match="E_CID_MISMATCH"):
        Journal(path)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM leaves WHERE idx = 0",
        "UPDATE leaves SET idx = 9 WHERE idx = 1",
        "DELETE FROM blocks WHERE cid = (SELECT cid FROM leaves WHERE idx = 0)",
        "DELETE FROM blocks WHERE cid = (SELECT cid FROM leaves WHERE idx = 1)",
    ],
)
def test_H70_journal_with_a_gap(statement: str, journal: Journal, path: Path) -> None:
    """A leaf dropped or renumbered behind the journal's back is found when it is opened, the last one too."""
    damage(path, statement)

    refused("E_LOG_INCONSISTENT", "gap", lambda: Journal(path))


def test_journal_whose_times_fall(journal: Journal, path: Path) -> None:
    """Two leaves exchanged on disk are found by their times."""
    damage(path, "UPDATE leaves SET idx = 5 WHERE idx = 0")
    damage(path, "UPDATE leaves SET idx = 0 WHERE idx = 1")
    damage(path, "UPDATE leaves SET idx = 1 WHERE idx = 5")

    refused("E_LOG_INCONSISTENT", "time", lambda: Journal(path))


@pytest.mark.parametrize("value", ["x", 7, None, b"", b"\xa0"])
def test_damaged_leaves_are_refused_by_name(value: object, journal: Journal, path: Path) -> None:
    """Whatever stands where a leaf's bytes should stand, opening the journal ends in a refusal."""
    damage(path, "CREATE TABLE loose AS SELECT * FROM blocks")
    damage(path, "DROP TABLE blocks")
    damage(path, "ALTER TABLE loose RENAME TO blocks")
    damage(path, "UPDATE blocks SET data = ?", value)

    with pytest.raises(CodedError):
        Journal(path)


@pytest.mark.parametrize("kind", ["vote", "", b"vote", 1])
def test_a_leaf_that_is_filed_as_another(kind: object, journal: Journal, path: Path) -> None:
    """The column beside a leaf decides nothing, and is refused where it says something else."""
    journal.append([leaf(3)], {})
    damage(path, "UPDATE leaves SET kind = ? WHERE idx = 0", kind)

    refused("E_LOG_INCONSISTENT", "kind", lambda: Journal(path))


def _size(path: Path) -> int:
    with reading(path) as reader:
        return reader.size()


@pytest.mark.parametrize("data", [b"", b"no database at all", b"SQLite format 3\x00" + bytes(100)])
def test_file_that_is_no_journal(data: bytes, path: Path) -> None:
    """A file that is no database, or one without our tables, is refused and left as it is."""
    path.write_bytes(data)

    refused("E_IO_JOURNAL", "unreadable", lambda: Journal(path))
    refused("E_IO_JOURNAL", "unreadable", lambda: _size(path))

    assert data == path.read_bytes()


def test_journal_that_is_not_there(path: Path) -> None:
    """A journal is only made when that is asked for."""
    refused("E_IO_JOURNAL", "absent", lambda: Journal(path))

    assert not path.exists()


def test_second_writer_loses(journal: Journal, path: Path) -> None:
    """Two journals open on one file cannot both write leaf 3: the later one is refused whole."""
    with Journal(path) as other:
        other.append([leaf(3)], {})
        refused("E_IO_JOURNAL", "write", lambda: journal.append([leaf(4)], {}))

    with Journal(path) as again:
        assert leaf(3) == again.leaves[-1]


def test_read_only_file_is_not_written(journal: Journal, path: Path) -> None:
    """A journal that cannot be written stays readable and says so."""
    if os.geteuid() == 0:
        pytest.skip("root may write to anything")
    path.chmod(0o400)

    refused("E_IO_JOURNAL", "write", lambda: journal.append([leaf(3)], {}))

    assert 2 == len(journal)


WRITER = """
import sys
from pathlib import Path
from dao.store.journal import Journal
from tests.dao.store.test_journal import leaf

with Journal(Path(sys.argv[1]), create=True) as journal:
    number = 1
    while True:
        journal.append([leaf(number), leaf(number + 1)], {})
        number += 2
        print(len(journal), flush=True)
"""


def test_H75_writer_that_was_killed(path: Path) -> None:
    """After kill -9 the journal opens at its last whole batch, and nothing that was acknowledged is lost."""
    root = Path(__file__).resolve().parents[3]
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], cwd=root, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )  # fmt: skip
    assert writer.stdout is not None
    acknowledged = [int(writer.stdout.readline()) for _ in range(5)][-1]
    writer.send_signal(signal.SIGKILL)
    acknowledged = max([acknowledged, *map(int, writer.stdout.read().split())])
    writer.wait()
    writer.stdout.close()

    with Journal(path) as journal:
        assert acknowledged <= len(journal) <= acknowledged + 2
        assert 0 == len(journal) % 2
        assert [leaf(number) for number in range(1, len(journal) + 1)] == list(journal.leaves)


def test_links_of_a_batch_are_kept_with_it(journal: Journal) -> None:
    """A leaf and what it links to come in one commit."""
    data = dag_cbor.encode({"v": 1})
    link = dag_cbor_cid(data)
    journal.append([Leaf(kind="parts", time=9, block=BLOCK, body={"parts": link})], {link: data})
    found = journal.leaves[-1].body["parts"]

    assert isinstance(found, CID)
    assert data == journal.get(found)


HALFWAY = """
import os, sqlite3, sys

connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size = 1")  # a page that does not fit is written to the file before the commit
connection.execute("BEGIN")
for number in range(2_000):
    connection.execute("INSERT INTO blocks VALUES (?, ?)", (number.to_bytes(36, "big"), bytes(500)))
connection.execute("DELETE FROM leaves")
os.kill(os.getpid(), 9)
"""


def test_H75_a_transaction_that_was_cut_off_is_rolled_back(
    journal: Journal, path: Path, in_a_child: Callable[[str, Path], int]
) -> None:
    """A writer dies with half of its pages in the file: whoever opens it next finds the last whole batch."""
    before = state(journal)
    journal.close()
    whole = path.read_bytes()

    assert -9 == in_a_child(HALFWAY, path)
    assert whole != path.read_bytes()
    assert path.with_name(f"{path.name}-journal").exists()

    with Journal(path) as again:
        assert before == state(again)
    assert not path.with_name(f"{path.name}-journal").exists()


def test_a_commit_outlives_the_power(journal: Journal) -> None:
    """SQLite is told to wait for the disk, the removal of its rollback journal included."""
    assert ("delete", 3) == tuple(
        journal._reader.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")
    )


ENDLESS = (
    "CREATE VIEW leaves AS WITH RECURSIVE n(idx) AS (SELECT 0 UNION ALL SELECT idx + 1 FROM n) "
    "SELECT idx, 'x' AS kind, x'00' AS cid FROM n"
)


@pytest.mark.parametrize(
    "statements",
    [
        ("ALTER TABLE leaves RENAME TO old", ENDLESS),
        ("ALTER TABLE blocks RENAME TO old", "CREATE VIEW blocks AS SELECT * FROM old"),
        ("CREATE VIEW more AS SELECT * FROM leaves",),
        ("CREATE TRIGGER more AFTER INSERT ON blocks BEGIN DELETE FROM leaves; END",),
        ("CREATE VIRTUAL TABLE more USING fts5(words)",),
    ],
)
def test_tables_are_their_rows_and_nothing_else(statements: tuple[str, ...], journal: Journal, path: Path) -> None:
    """A view may have rows without end, and a trigger writes what nobody appended: neither is opened."""
    journal.close()
    for statement in statements:
        damage(path, statement)

    refused("E_IO_JOURNAL", "schema", lambda: Journal(path))


def test_tables_of_others_are_left_alone(journal: Journal, path: Path) -> None:
    """Beside the two tables there may be more: what is derived from them can be kept there."""
    journal.close()
    damage(path, "CREATE TABLE projection (name TEXT PRIMARY KEY)")
    damage(path, "CREATE INDEX by_kind ON leaves (kind)")

    with Journal(path) as opened:
        assert 2 == len(opened)
