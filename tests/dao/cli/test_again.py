"""Commands that are run again: a step that stands is shown, and nothing of it is repeated, however late."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from chain.clients.devnet import Devnet
from dao.cli.start.demo import cast
from dao.cli.steps import find_part, queued
from dao.session import open_session
from dao.workflow import paying, sending
from tests.dao.cli import steps_workspace
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.nodes.proxy import Proxy, lies, when
from tests.dao.crash.serving import lead_through, served_port, serving
from tests.dao.store.dump import dump, survives_rebuilding
from tests.dao.store.test_journal import damage
from tests.dao.store.test_rebuild import lose_index

Dao = Callable[..., Outcome]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace to copy."""
    return steps_workspace.build(tmp_path_factory.mktemp("again") / "workspace")


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A workspace of one test's own."""
    return steps_workspace.copy_of(made, tmp_path / "workspace")


def sign(dao: Dao, folder: Path) -> None:
    for name in ("ann", "ben"):
        assert 0 == dao("sign", "IIP-1/1", "--key", name, "--dir", folder).status


def test_the_same_vote_is_not_cast_twice(dao: Dao, folder: Path) -> None:
    """The receipt of the first is shown, minutes later too; another choice, or another reason, is another vote."""
    words = ("vote", "cast", "IIP-2", "For", "--key", "eve", "--dir", folder, "--json")
    first = dao(*words)
    dao("devnet", "wait", "1h", "--dir", folder)
    between = steps_workspace.state(folder)
    second = dao(*words)
    by_number = dao("vote", "cast", "IIP-2", "1", "--key", "eve", "--dir", folder, "--json")

    assert (0, first.document | {"is_new": False}) == (second.status, second.document)
    assert (second.document, between) == (by_number.document, steps_workspace.state(folder))
    other = dao("vote", "cast", "IIP-2", "1", "--key", "eve", "--reason", "Now I know", "--dir", folder, "--json")
    assert (0, True, between.size) == (other.status, other.document["is_new"], other.document["leaf"])


def test_the_same_report_does_not_void_its_approvals(dao: Dao, folder: Path, tmp_path: Path) -> None:
    """A reporter who asks again, after a reviewer has approved, is shown the report that stands."""
    report = tmp_path / "report.md"
    report.write_text("# Report\n", "utf-8")
    words = ("IIP-1/2", "--file", report, "--dir", folder, "--json", "--key")
    first = dao("milestone", "report", *words, "nora")
    approved = dao("milestone", "approve", *words, "lea")
    dao("devnet", "wait", "1h", "--dir", folder)
    between = steps_workspace.state(folder)
    second = dao("milestone", "report", *words, "nora")

    assert (0, 0, first.document["leaf"], False) == (
        approved.status, second.status, second.document["leaf"], second.document["is_new"]
    )  # fmt: skip
    assert between == steps_workspace.state(folder)
    assert True is dao("milestone", "approve", *words, "max").document["released"]


def test_what_an_earlier_run_has_sent_is_found(dao: Dao, folder: Path) -> None:
    """Kept, sent and not booked: run again, the execution is found, and told as one's own."""
    sign(dao, folder)
    with open_session(folder) as session:
        named = find_part(session, "IIP-1/1")
        tx, ann = queued(session, named), cast.signer("ann")
        order = paying._order(session.desk, named.id, 1, tx, ann)
        (kept,) = sending.send(session.node, session.journal.intents, order, [], replace=False)

    found = dao("execute", "IIP-1/1", "--key", "ben", "--dir", folder, "--json")
    again = dao("execute", "IIP-1/1", "--key", "ben", "--dir", folder, "--json")

    assert (0, "found", "0x" + kept.transaction.hex()) == (
        found.status, found.document["state"], found.document["transaction"]
    ), found.err  # fmt: skip
    assert found.document | {"state": "already"} == again.document
    with Devnet.open(folder / "devnet.sqlite") as devnet:
        node = devnet.node()
        assert (1, 0) == (node.nonce(cast.address("ann")), node.nonce(cast.address("ben")))


def test_how_an_execution_is_waited_for_and_outbid(dao: Dao, folder: Path) -> None:
    """A transaction of which nobody can say what became of it ends with 2; --replace needs one that is on its way."""
    sign(dao, folder)
    before = dump(folder / "journal.sqlite")
    early = dao("execute", "IIP-1/1", "--key", "ann", "--replace", "--dir", folder, "--json")
    long = dao("execute", "IIP-1/1", "--key", "ann", "--wait", "-1", "--dir", folder, "--json")

    assert (1, "E_STATE") == (early.status, early.document["error"]["code"])
    assert (64, "E_USAGE") == (long.status, long.document["error"]["code"])
    assert before == dump(folder / "journal.sqlite")

    with serving(folder), Proxy(f"http://127.0.0.1:{served_port(folder)}") as proxy:
        lead_through(folder, proxy.server_port)
        proxy.fault = when("eth_getTransactionReceipt", lies(None))  # a node that has no block for it yet
        waiting = dao("execute", "IIP-1/1", "--key", "ann", "--wait", "0", "--dir", folder, "--json")
    sent = dao("execute", "IIP-1/1", "--key", "ann", "--wait", "0", "--dir", folder, "--json")

    assert (2, "E_PENDING") == (waiting.status, waiting.document["error"]["code"])
    assert "--replace" in waiting.document["error"]["message"]
    assert (0, "found") == (sent.status, sent.document["state"])


def test_a_checkpoint_that_was_not_kept_is_kept_by_the_next_run(dao: Dao, folder: Path) -> None:
    """After the commit and before its checkpoint nothing is lost: the longer journal is the same journal."""
    dao("vote", "cast", "IIP-2", "For", "--key", "eve", "--dir", folder)
    dao("devnet", "wait", "73h", "--dir", folder)
    kept = (folder / "checkpoint").read_bytes()
    first = dao("tally", "IIP-2", "--dir", folder, "--json")
    fresh = (folder / "checkpoint").read_bytes()
    (folder / "checkpoint").write_bytes(kept)

    assert 0 == dao("journal", "list", "--dir", folder).status
    second = dao("tally", "IIP-2", "--dir", folder, "--json")

    assert (first.document, fresh) == (second.document, (folder / "checkpoint").read_bytes())


def test_nothing_is_closed_or_kept_on_a_rewritten_journal(dao: Dao, folder: Path) -> None:
    """A journal that does not extend the kept checkpoint gets no new one: the evidence of the old one stays."""
    older = folder.with_name("older.sqlite")
    shutil.copy(folder / "journal.sqlite", older)
    dao("vote", "cast", "IIP-2", "For", "--key", "eve", "--dir", folder)
    dao("devnet", "wait", "73h", "--dir", folder)
    dao("tally", "IIP-2", "--dir", folder)
    kept = (folder / "checkpoint").read_bytes()
    shutil.copy(older, folder / "journal.sqlite")
    before = dump(folder / "journal.sqlite")

    outcome = dao("tally", "IIP-2", "--dir", folder, "--json")

    assert (1, "E_SPLIT_VIEW") == (outcome.status, outcome.document["error"]["code"])
    assert (kept, before) == ((folder / "checkpoint").read_bytes(), dump(folder / "journal.sqlite"))


def test_a_lost_index_is_told_and_mended(dao: Dao, folder: Path) -> None:
    """`dao doctor` says that the rows are all there, `dao rebuild` writes them anew, and every table is as it was."""
    path = folder / "journal.sqlite"
    before = dump(path)
    lose_index(path)
    ill = dao("doctor", "--dir", folder, "--json")

    rebuilt = dao("rebuild", "--dir", folder, "--json")

    (finding,) = [row for row in ill.document["findings"] if row["examination"] == "journal"]
    assert (1, "E_IO_JOURNAL", True) == (ill.status, finding["code"], "dao rebuild" in finding["message"])
    assert (0, True, len(before["leaves"]), len(before["blocks"])) == (
        rebuilt.status, rebuilt.document["ok"], rebuilt.document["leaves"], rebuilt.document["blocks"]
    )  # fmt: skip
    assert before == dump(path)
    assert 0 == dao("doctor", "--dir", folder).status
    assert survives_rebuilding(path)


def test_what_rebuilding_cannot_mend(dao: Dao, folder: Path) -> None:
    """A journal that was cut is a split view, and a block that is gone is gone: the file stays as it is."""
    path = folder / "journal.sqlite"
    with open_session(folder) as session:
        size = len(session.journal)
    damage(path, f"DELETE FROM leaves WHERE idx >= {size // 3}")
    cut = path.read_bytes()
    outcome = dao("rebuild", "--dir", folder, "--json")
    assert (1, "E_SPLIT_VIEW", cut) == (outcome.status, outcome.document["error"]["code"], path.read_bytes())

    damage(path, "DELETE FROM blocks WHERE cid NOT IN (SELECT cid FROM leaves)")
    torn = path.read_bytes()
    outcome = dao("rebuild", "--dir", folder, "--json")
    assert (1, "E_IO_JOURNAL", torn) == (outcome.status, outcome.document["error"]["code"], path.read_bytes())
