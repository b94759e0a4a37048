"""`dao tally IIP --recount`: the signed result held to every stored vote, whatever happened to the database since."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from chain import dag_cbor
from chain.cid import dag_cbor_cid
from dao import cores
from dao.cli.start.demo.play import DOCUMENT
from dao.record import checks_vote
from dao.record.case import need
from dao.store import stretches
from dao.workflow import recounting
from dao.workflow.guard import Guard
from dao.workspace import CHECKPOINT_FILE, read_anchors
from tests.dao.cli.conftest import Outcome
from tests.dao.conftest import Played

Dao = Callable[..., Outcome]
Change = Callable[[sqlite3.Connection], object]


@pytest.fixture
def folder(played: Played, tmp_path: Path) -> Path:
    """The demo's workspace, to spoil."""
    return shutil.copytree(played.folder, tmp_path / "workspace")


@pytest.fixture
def database(folder: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(folder / "journal.sqlite", isolation_level=None)) as opened:
        yield opened


def test_the_result_is_what_the_votes_give(dao: Dao, folder: Path, played: Played) -> None:
    """Scores, counts and the journal's root, without a node or a key, and nothing is written."""
    for path in ("devnet.sqlite", "keys"):
        shutil.rmtree(folder / path) if (folder / path).is_dir() else (folder / path).unlink()
    before = sha256((folder / "journal.sqlite").read_bytes()).digest()

    recounted = dao("tally", "IIP-1", "--recount", "--dir", folder, "--json")
    told = dao("tally", "iip-1", "--recount", "--dir", folder)

    verified = dao("verify", played.file, "--json").document
    found = recounted.document
    assert (0, True, "passed") == (recounted.status, found["recounted"], found["verdict"])
    assert verified["scores"] == list(found["scores"].values())
    assert (6, 5, 1) == (found["votes"], found["voters"], found["superseded"])
    assert found["journal"]["root"] in dao("journal", "list", "--dir", folder, "--json").out
    assert "6 votes verified, weighed and counted again" in " ".join(told.out.split())
    assert before == sha256((folder / "journal.sqlite").read_bytes()).digest()


def test_two_processes_and_small_stretches_find_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tree put together from stretches is the journal's; the kept checkpoint is of its whole or of a beginning."""
    monkeypatch.setattr(stretches, "STRETCH", 8)
    monkeypatch.setattr(recounting, "STRETCH", 8)
    monkeypatch.setattr(checks_vote, "_SUBTREE", 4)
    anchors = read_anchors(folder)
    guard = Guard(anchors, folder / CHECKPOINT_FILE)
    with recounting.opened(folder / "journal.sqlite", guard, anchors.chain_id) as journal:
        proposal = journal.rows("proposal")[0].leaf.body["id"]
        assert isinstance(proposal, bytes)
        here = recounting.recount(journal, proposal, guard)
        with cores.spread_over(2) as spread:
            told: list[tuple[int, int]] = []
            there = recounting.recount(journal, proposal, guard, spread, lambda *read: told.append(read))

    kept = guard.kept(journal.settings.journal.origin)
    assert kept is not None
    assert (here.root, need(here.case.expected)) == (there.root, need(there.case.expected))
    assert kept.root == here.root
    assert [(8, journal.size), (journal.size, journal.size)] == [told[0], told[-1]]


def leaf_of_result(**changed: object) -> Change:
    """Put another result into the journal, under its own right name."""

    def change(database: sqlite3.Connection) -> None:
        ((index, data),) = database.execute(
            "SELECT idx, data FROM leaves l JOIN blocks b ON b.cid = l.cid WHERE kind = 'result'"
        ).fetchall()
        value = dag_cbor.decode(data)
        assert isinstance(value, dict)
        forged = dag_cbor.encode({**value, **changed})
        cid = dag_cbor_cid(forged).to_bytes()
        database.execute("INSERT INTO blocks (cid, data) VALUES (?, ?)", (cid, forged))
        database.execute("UPDATE leaves SET cid = ? WHERE idx = ?", (cid, index))

    return change


def sql(statement: str) -> Change:
    return lambda database: database.execute(statement)


VOTE = "(SELECT idx FROM leaves WHERE kind = 'vote' LIMIT 1)"
ENVELOPE = "substr((SELECT data FROM blocks WHERE cid = (SELECT cid FROM leaves WHERE kind = 'vote' LIMIT 1)), -79, 36)"
SPOILED = {
    "a vote filed as a premium": (sql(f"UPDATE leaves SET kind = 'premium' WHERE idx = {VOTE}"), "E_LOG_INCONSISTENT"),
    "a premium filed as a vote": (
        sql("UPDATE leaves SET kind = 'vote' WHERE idx = (SELECT MIN(idx) FROM leaves WHERE kind = 'premium')"),
        "E_LOG_INCONSISTENT",
    ),
    "an act filed as a vote": (sql("UPDATE leaves SET kind = 'vote' WHERE kind = 'act'"), "E_LOG_INCONSISTENT"),
    "a vote that is gone": (sql(f"DELETE FROM leaves WHERE idx = {VOTE}"), "E_LOG_INCONSISTENT"),
    "a vote twice": (
        sql(f"UPDATE leaves SET cid = (SELECT cid FROM leaves WHERE idx = {VOTE}) WHERE idx = {VOTE} + 1"),
        "E_DUPLICATE",
    ),
    "an envelope with another byte": (
        sql(f"UPDATE blocks SET data = CAST(replace(CAST(data AS TEXT), 'snapshot', 'snapshat') AS BLOB)"
            f" WHERE cid = {ENVELOPE}"),
        "E_CID_MISMATCH",
    ),
    "an envelope that is gone": (sql(f"DELETE FROM blocks WHERE cid = {ENVELOPE}"), "E_IO_JOURNAL"),
    "an envelope that is no bytes": (sql(f"UPDATE blocks SET data = 7 WHERE cid = {ENVELOPE}"), "E_IO_JOURNAL"),
    "a leaf without a block": (sql("DELETE FROM blocks WHERE cid = (SELECT cid FROM leaves WHERE idx = 3)"),
                               "E_LOG_INCONSISTENT"),
    "a view": (sql("CREATE VIEW more AS SELECT * FROM leaves"), "E_IO_JOURNAL"),
    "another score": (leaf_of_result(scores=["475000000000000000000001", "90000000000000000000000",
                                             "60000000000000000000000"]), "E_SPLIT_VIEW"),
}  # fmt: skip


@pytest.mark.parametrize("line", SPOILED)
def test_nothing_spoiled_is_counted(dao: Dao, folder: Path, database: sqlite3.Connection, line: str) -> None:
    """Whatever was done to the rows, and nothing is mended on the way."""
    change, code = SPOILED[line]
    change(database)
    before = list(database.iterdump())

    outcome = dao("tally", "IIP-1", "--recount", "--dir", folder, "--json")

    assert code == outcome.document["error"]["code"], outcome.document
    assert outcome.status in (1, 2)
    assert before == list(database.iterdump())


def test_H67_a_result_with_another_score_is_refused_by_a_recount(
    dao: Dao, folder: Path, database: sqlite3.Connection
) -> None:
    """Also where no checkpoint was kept that would tell it first; the option is named."""
    leaf_of_result(scores=["475000000000000000000001", "90000000000000000000000", "60000000000000000000000"])(database)
    (folder / CHECKPOINT_FILE).unlink()

    outcome = dao("tally", "IIP-1", "--recount", "--dir", folder, "--json")

    assert (1, "E_RESULT_MISMATCH") == (outcome.status, outcome.document["error"]["code"])
    assert "For" in outcome.document["error"]["message"]


def test_what_cannot_be_recounted_is_said(dao: Dao, folder: Path, database: sqlite3.Connection, tmp_path: Path) -> None:
    """A number that nobody knows, a vote without a result, a file, and a folder that is no workspace."""
    unknown = dao("tally", "IIP-7", "--recount", "--dir", folder, "--json")
    file = dao("tally", folder / "iips" / DOCUMENT, "--recount", "--dir", folder, "--json")
    nowhere = dao("tally", "IIP-1", "--recount", "--dir", tmp_path / "nowhere", "--json")
    database.execute("DELETE FROM leaves WHERE idx >= (SELECT idx FROM leaves WHERE kind = 'closed')")
    early = dao("tally", "IIP-1", "--recount", "--dir", folder, "--json")

    codes = [outcome.document["error"]["code"] for outcome in (unknown, file, nowhere, early)]
    assert ["E_PROPOSAL", "E_USAGE", "E_WORKSPACE", "E_STATE"] == codes
    assert "no result yet" in json.dumps(early.document)
