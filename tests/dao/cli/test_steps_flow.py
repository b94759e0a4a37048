"""The daily commands in their order: what each writes, what it answers, and that no step happens twice."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from chain.address import checksum
from chain.clients.devnet import Devnet
from chain.clients.safe_deploy import execute_safe_tx
from chain.safe import join_signatures
from dao.cli.start.demo import cast
from dao.cli.steps import find_part, find_proposal, queued
from dao.record.checks_vote import rules
from dao.record.verify import verify
from dao.session import open_session
from dao.workflow import voting
from dao.workflow.desk import Blocks, Fact
from dao.workflow.power_evidence import gather
from tests.dao.cli import steps_workspace
from tests.dao.cli.conftest import Outcome
from treasury.confirmations import sign_safe_tx

Dao = Callable[..., Outcome]

CLOSED = (10, 20, 21, 22, 23, 24, 30, 31, 32)
NORA = checksum(cast.address("nora"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace to copy."""
    return steps_workspace.build(tmp_path_factory.mktemp("steps") / "workspace")


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A workspace of one test's own."""
    return steps_workspace.copy_of(made, tmp_path / "workspace")


def test_a_draft_has_the_next_number_and_no_errors(dao: Dao, folder: Path) -> None:
    """Its payments are parts 1 and 2, it lints, and it is not published as it is; said again it is that draft, until it
    was edited.
    """
    values = ("--title", "A title", "--description", "A description.", "--author", "Dora (@dora)")
    pays = ("--pay", f"0.5 ETH to devnet:{NORA}", "--pay", f"0.25 ETH to devnet:{NORA} after m1", "--due", "2026-03-01")

    drafted = dao("draft", *values, "--discussions-to", "https://forum.example.org/t/3", *pays,
                  "--dir", folder, "--json")  # fmt: skip

    file = folder / "iips" / "iip-3.md"
    expected = {
        "ok": True, "file": str(file), "number": 3, "is_new": True, "left_out": [], "annexes": [], "findings": [],
    }  # fmt: skip
    assert (0, expected) == (drafted.status, drafted.document)
    forum = ("--discussions-to", "https://forum.example.org/t/3")
    again = dao("draft", *values, *forum, *pays, "--dir", folder, "--json")
    assert (0, expected | {"is_new": False}) == (again.status, again.document)
    file.write_bytes(file.read_bytes() + b"\n")
    other = dao("draft", *values, *forum, *pays, "--dir", folder, "--json")
    assert (0, 4, True) == (other.status, other.document["number"], other.document["is_new"])
    assert "| 2 | 0.25 ETH to eip155:20200903:" in file.read_text("utf-8")
    assert "[E_LINT]" in dao("publish", file, "--key", "dora", "--dir", folder).err


def test_two_payments_can_be_one_part(dao: Dao, folder: Path) -> None:
    """`--part` numbers the payments in their order."""
    values = ("--title", "A title", "--description", "A description.", "--author", "Dora (@dora)")
    pays = [word for _ in range(2) for word in ("--pay", f"1 ETH to {NORA}", "--part", "1")]

    dao("draft", *values, "--discussions-to", "https://forum.example.org/t/3", *pays, "--dir", folder)

    assert 2 == (folder / "iips" / "iip-3.md").read_text("utf-8").count("| 1 | 1 ETH to 0x")


def test_a_document_is_published_once(dao: Dao, folder: Path) -> None:
    """Number, window and what was bound are told; a second time tells the same and writes nothing.

    Five facts enter the journal, and the entry of what is asked.
    """
    file = folder / "iips" / "iip-3.md"
    file.write_bytes((folder / "iips" / "iip-2.md").read_bytes().replace(b"iip: 2\n", b"iip: 3\n"))
    size = steps_workspace.state(folder).size

    first = dao("publish", file, "--key", "dora", "--dir", folder, "--json")
    between = steps_workspace.state(folder)
    second = dao("publish", file, "--key", "dora", "--dir", folder, "--json")

    assert (0, "IIP-3", 3 * cast.DAY) == (
        first.status,
        first.document["proposal"],
        first.document["end"] - first.document["start"],
    ), first.err
    assert [None, "m1"] == [part["release"] for part in first.document["parts"]]
    assert (size + 6, between) == (between.size, steps_workspace.state(folder))
    assert (0, first.document | {"is_new": False}) == (second.status, second.document)


def test_votes_give_receipts_and_the_count_is_provisional(dao: Dao, folder: Path, tmp_path: Path) -> None:
    """By name, by number, by file; counting an open vote writes nothing."""
    by_name = dao("vote", "cast", "IIP-2", "For", "--key", "eve", "--reason", "Why not", "--dir", folder, "--json")
    by_number = dao("vote", "cast", "iip-2", "2", "--key", "finn", "--dir", folder, "--json")
    proposal = dao("tally", "IIP-2", "--dir", folder, "--json").document["id"]
    with open_session(folder) as session:
        raw = steps_workspace.ballot(session.desk, bytes.fromhex(proposal[2:]), "gil", 3)
    (tmp_path / "vote.json").write_bytes(raw)
    by_file = dao("vote", "cast", "IIP-2", "--file", tmp_path / "vote.json", "--dir", folder, "--json")
    before = steps_workspace.state(folder)
    again = dao("vote", "cast", "IIP-2", "--file", tmp_path / "vote.json", "--dir", folder)
    other = dao("vote", "cast", "IIP-1", "--file", tmp_path / "vote.json", "--dir", folder)
    count = dao("tally", "IIP-2", "--dir", folder, "--json")

    assert ["For", "Against", "Abstain"] == [found.document["option"] for found in (by_name, by_number, by_file)]
    assert before.size - 1 == by_file.document["leaf"]
    assert (1, 1) == (again.status, other.status)
    assert "[E_PROPOSAL]" in other.err
    assert before == steps_workspace.state(folder)
    assert (True, "passed", "210000" + "0" * 18) == (
        count.document["provisional"],
        count.document["verdict"],
        count.document["scores"]["For"],
    )


def test_the_result_is_written_once(dao: Dao, folder: Path) -> None:
    """After the end the vote is closed and counted; a second run answers the same and writes nothing."""
    dao("vote", "cast", "IIP-2", "For", "--key", "eve", "--dir", folder)
    dao("devnet", "wait", "73h", "--dir", folder)
    size = steps_workspace.state(folder).size

    first = dao("tally", "IIP-2", "--dir", folder, "--json")
    between = steps_workspace.state(folder)
    second = dao("tally", "IIP-2", "--dir", folder, "--json")
    late = dao("vote", "cast", "IIP-2", "For", "--key", "finn", "--dir", folder)

    assert (0, False, "passed") == (first.status, first.document["provisional"], first.document["verdict"])
    assert (size < between.size, first.document) == (True, second.document)
    assert (1, between) == (late.status, steps_workspace.state(folder))


@pytest.mark.parametrize("reached", ["closed", "power"])
def test_an_interrupted_count_is_taken_up(dao: Dao, folder: Path, reached: str) -> None:
    """A process that died after the close, or after the powers were proved, left nothing that stands in the way."""
    dao("vote", "cast", "IIP-2", "For", "--key", "eve", "--dir", folder)
    dao("devnet", "wait", "73h", "--dir", folder)
    with open_session(folder) as session:
        proposal = find_proposal(session, "IIP-2").id
        voting.close(session.desk, proposal)
        if reached == "power":
            case = session.desk.case(proposal, *CLOSED)
            blocks = Blocks()
            links = gather(session.node, rules(case), [cast.address("eve")], blocks, lambda _: None)
            session.desk.take([Fact("power", {"proposal": proposal, "evidence": links})], blocks, proposal)

    counted = dao("tally", "IIP-2", "--dir", folder, "--json")

    assert (0, "passed", 1) == (counted.status, counted.document["verdict"], counted.document["votes"]), counted.err


def test_a_queued_part_goes_to_a_wallet_without_a_service(dao: Dao, folder: Path, tmp_path: Path) -> None:
    """The builder's file makes, with the nonce that is shown, exactly the transaction that is queued."""
    batch = tmp_path / "batch.json"

    assert 0 == dao("queue", "IIP-1/1", "--builder", batch, "--dir", folder, "--json").status
    assert 0 == dao("devnet", "wait", "1h", "--dir", folder).status
    queued_now = dao("queue", "IIP-1/1", "--builder", batch, "--dir", folder, "--json")  # the same bytes again

    hash_, nonce = queued_now.document["safe_tx_hash"], queued_now.document["nonce"]
    reviewed, other = (dao("review", batch, "--nonce", n, "--dir", folder, "--json") for n in (nonce, nonce + 1))
    assert ("sign", hash_) == (reviewed.document["verdict"], reviewed.document["safe_tx_hash"])
    assert "W_NO_VOTE" not in {finding["code"] for finding in reviewed.document["findings"]}
    assert ("refuse", {"E_NO_VOTE"}) == (
        other.document["verdict"],
        {finding["code"] for finding in other.document["findings"]},
    )


def test_a_part_is_paid_once(dao: Dao, folder: Path) -> None:
    """Queued before; reviewed, signed by two, executed; every second time says so and writes nothing."""
    before = steps_workspace.state(folder)
    again = dao("queue", "IIP-1/1", "--dir", folder, "--json")
    review = dao("review", "IIP-1/1", "--dir", folder, "--json")
    assert review.document == dao("review", again.document["safe_tx_hash"], "--dir", folder, "--json").document
    assert 1 == dao("review", "0x" + "11" * 32, "--dir", folder, "--json").status
    assert (False, "sign", before) == (
        again.document["is_new"],
        review.document["verdict"],
        steps_workspace.state(folder),
    )

    ann = dao("sign", "IIP-1/1", "--key", "ann", "--dir", folder, "--json")
    signed = steps_workspace.state(folder)
    twice = dao("sign", "IIP-1/1", "--key", "ann", "--dir", folder)
    alone = dao("execute", "IIP-1/1", "--key", "ann", "--dir", folder)
    assert (1, 2, 1, 1) == (ann.document["confirmations"], ann.document["threshold"], twice.status, alone.status)
    assert ("[E_SAFE_SIGS]" in twice.err, "[E_SAFE_SIGS]" in alone.err) == (True, True)
    assert signed == steps_workspace.state(folder)

    dao("sign", "IIP-1/1", "--key", "cho", "--dir", folder)
    sent = dao("execute", "IIP-1/1", "--key", "cho", "--dir", folder, "--json")
    paid = steps_workspace.state(folder)
    later = dao("execute", "IIP-1/1", "--key", "ann", "--dir", folder, "--json")
    assert (0, "sent", 0, "already") == (sent.status, sent.document["state"], later.status, later.document["state"])
    assert sent.document["transaction"] == later.document["transaction"]
    after = dao("sign", "IIP-1/1", "--key", "ben", "--dir", folder)
    assert (1, True) == (after.status, "[E_ALREADY]" in after.err)
    assert 0 == dao("queue", "IIP-1/1", "--dir", folder).status
    assert paid == steps_workspace.state(folder)


def test_what_somebody_else_sent_is_adopted(dao: Dao, folder: Path) -> None:
    """The Safe was asked by another way; the payout is booked and nothing is sent."""
    for name in ("ann", "ben"):
        dao("sign", "IIP-1/1", "--key", name, "--dir", folder)
    with open_session(folder) as session:
        tx = queued(session, find_part(session, "IIP-1/1"))
        blob = join_signatures(
            {cast.address(name): sign_safe_tx(tx, cast.signer(name)).signature for name in ("ann", "ben")}
        )
        other = execute_safe_tx(session.node, cast.key("pat"), tx, blob).transaction_hash

    adopted = dao("execute", "IIP-1/1", "--key", "ann", "--dir", folder, "--json")

    assert (0, "adopted", "0x" + other.hex()) == (
        adopted.status,
        adopted.document["state"],
        adopted.document["transaction"],
    )


def test_a_milestone_releases_its_part(dao: Dao, folder: Path, tmp_path: Path) -> None:
    """Reported by the payee, approved by two reviewers over the same bytes, queued."""
    report, other = tmp_path / "report.md", tmp_path / "other.md"
    report.write_text("# Report\n", "utf-8")
    other.write_text("# Another report\n", "utf-8")
    act = ("--dir", folder, "--json")

    reported = dao("milestone", "report", "IIP-1/2", "--file", report, "--key", "nora", *act)
    state = steps_workspace.state(folder)
    wrong = dao("milestone", "approve", "IIP-1/2", "--file", other, "--key", "lea", *act)
    assert (0, 1, "E_MILESTONE") == (reported.status, wrong.status, wrong.document["error"]["code"])
    assert state == steps_workspace.state(folder)

    lea = dao("milestone", "approve", "IIP-1/2", "--file", report, "--key", "lea", *act)
    early = dao("queue", "IIP-1/2", "--dir", folder)
    again = dao("milestone", "approve", "IIP-1/2", "--file", report, "--key", "lea", *act)
    last = dao("milestone", "approve", "IIP-1/2", "--file", report, "--key", "max", *act)
    queued_now = dao("queue", "IIP-1/2", "--dir", folder, "--json")
    soon = dao("sign", "IIP-1/2", "--key", "ann", "--dir", folder)

    assert [False, True] == [lea.document["released"], last.document["released"]]
    assert (1, 1, 0, True) == (early.status, again.status, queued_now.status, queued_now.document["is_new"])
    assert (1, True) == (soon.status, "[E_TIMELOCK]" in soon.err)


def test_only_a_vote_moves_the_safe(dao: Dao, folder: Path, tmp_path: Path) -> None:
    """A file that says what was queued is reviewed by its vote; any other of the Safe is refused."""
    with open_session(folder) as session:
        tx = queued(session, find_part(session, "IIP-1/1"))
    shape = {
        "safe": checksum(tx.safe), "to": checksum(tx.to), "value": str(tx.value), "data": "0x" + tx.data.hex(),
        "operation": tx.operation, "gasToken": "0x" + "00" * 20, "safeTxGas": "0", "baseGas": "0", "gasPrice": "0",
        "refundReceiver": "0x" + "00" * 20, "nonce": tx.nonce,
    }  # fmt: skip
    file = tmp_path / "tx.json"

    file.write_text(json.dumps(shape), "utf-8")
    voted = dao("review", file, "--dir", folder, "--json")
    file.write_text(json.dumps(shape | {"to": NORA, "value": "1", "data": "0x", "operation": 0}), "utf-8")
    unvoted = dao("review", file, "--dir", folder, "--json")
    outside = dao("review", file, "--chain-id", "20200903", "--safe-version", "1.4.1", "--json")

    assert (0, "sign", []) == (voted.status, voted.document["verdict"], voted.document["findings"])
    assert (1, {"E_NO_VOTE"}) == (unvoted.status, {row["code"] for row in unvoted.document["findings"]})
    assert (0, {"W_NO_VOTE"}) == (outside.status, {row["code"] for row in outside.document["findings"]})


def test_time_is_only_moved_on_a_devnet(dao: Dao, folder: Path) -> None:
    """A workspace whose chain is a node's has the node's time."""
    config = folder / "dao.toml"
    config.write_text(
        config.read_text("utf-8").replace("chain_id = 20200903\n", 'chain_id = 20200903\nrpc_env = "X"\n')
    )

    outcome = dao("devnet", "wait", "1d", "--dir", folder)

    assert (1, True) == (outcome.status, "[E_DEVNET]" in outcome.err)
    with Devnet.open(folder / "devnet.sqlite") as devnet:
        assert devnet.now() < cast.GENESIS + 12 * cast.DAY


def anchors_of(record: Path, folder: Path) -> Path:
    """What an owner wrote down when the DAO was founded: its settings and its journal's key."""
    case = verify(record.read_bytes()).case
    assert case is not None
    assert case.journal_key is not None
    file = folder / "trust.json"
    known = {"settings": [str(row.cid) for row in case.settings_rows or ()], "journal_key": case.journal_key.hex()}
    file.write_text(json.dumps(known), "utf-8")
    return file


def test_an_owner_signs_without_a_network(
    dao: Dao, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Record, trust file and key go in, one file comes out, no socket and no workspace is opened; the writer takes it
    and the part is paid. What nobody could look at is told.
    """
    record, signed = tmp_path / "iip-1.car", tmp_path / "ben.tx.json"
    assert 0 == dao("sign", "IIP-1/1", "--key", "ann", "--dir", folder).status
    assert 0 == dao("record", "IIP-1", "--out", record, "--dir", folder).status
    trust = anchors_of(record, tmp_path)
    monkeypatch.setenv("OWNER_KEY", "0x" + cast.key("ben").hex())
    by_record = ("sign", record, "--part", 1, "--trust", trust, "--out", signed, "--json")
    with monkeypatch.context() as alone:
        for name in ("socket", "create_connection", "getaddrinfo"):
            alone.setattr(socket, name, refuse)
        offline = dao(*by_record, "--key-env", "OWNER_KEY")
        wrong = tmp_path / "empty.json"
        wrong.write_text("{}", "utf-8")
        mistakes = [
            dao(*by_record),
            dao("sign", record, "--part", 1, "--out", signed, "--key-env", "OWNER_KEY", "--json"),
            dao("sign", record, "--trust", trust, "--out", signed, "--key-env", "OWNER_KEY", "--json"),
            dao("sign", record, "--part", 1, "--trust", trust, "--key-env", "OWNER_KEY", "--json"),
            dao("sign", record, "--part", 1, "--trust", wrong, "--out", signed, "--key-env", "OWNER_KEY", "--json"),
            dao(*by_record[:2], "--part", 2, *by_record[4:], "--key-env", "OWNER_KEY"),
        ]

    assert 0 == offline.status, offline.err
    assert ("sign", ["nonce", "configuration", "dry_run", "balances", "code", "limits", "since"]) == (
        offline.document["review"]["verdict"],
        offline.document["review"]["unchecked"],
    )
    assert {"A_SETTINGS", "A_JOURNAL_KEY"} & {*offline.document["assumed"]} == set()
    assert ["E_USAGE"] * 4 + ["E_SPLIT_VIEW", "E_STATE"] == [each.document["error"]["code"] for each in mistakes]
    assert 0 == dao("take", signed, "--dir", folder).status
    assert 0 == dao("execute", "IIP-1/1", "--key", "ann", "--dir", folder).status


def test_H97_a_record_has_its_time_too(dao: Dao, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a record without network nobody signs what was vetoed, nor a second time, nor who is no owner, nor by a record
    of which one byte is another; and no file is left.
    """
    record, signed = tmp_path / "iip-1.car", tmp_path / "x.tx.json"
    assert 0 == dao("sign", "IIP-1/1", "--key", "ann", "--dir", folder).status
    assert 0 == dao("record", "IIP-1", "--out", record, "--dir", folder).status
    trust = anchors_of(record, tmp_path)
    bent = tmp_path / "bent.car"
    bent.write_bytes(record.read_bytes().replace(b"devnet", b"devnex", 1))
    late = tmp_path / "late.car"
    for owner in ("ann", "cho"):
        assert 0 == dao("veto", "IIP-1", "--reason", "Too dear", "--key", owner, "--dir", folder).status
    assert 0 == dao("record", "IIP-1", "--out", late, "--dir", folder).status
    found = {}
    for name, file in (("ann", record), ("nora", record), ("ben", bent), ("ben ", late)):
        monkeypatch.setenv("OWNER_KEY", "0x" + cast.key(name.strip()).hex())
        words = ("--part", 1, "--trust", trust, "--out", signed, "--key-env", "OWNER_KEY", "--json")
        outcome = dao("sign", file, *words)
        found[name] = (outcome.status != 0, outcome.document["error"]["code"], outcome.document["error"]["message"])

    assert [True] * 4 == [refused for refused, _, _ in found.values()]
    assert ["E_SAFE_SIGS", "E_SAFE_SIGS", "E_VETO"] == [found[name][1] for name in ("ann", "nora", "ben ")]
    assert not signed.exists()


def refuse(*_: object, **__: object) -> object:
    raise AssertionError("a machine without network opened a socket")
