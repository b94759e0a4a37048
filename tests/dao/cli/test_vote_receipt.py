"""A vote's receipt, from the command that takes the vote to the record that leaves it out (H107)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from chain.address import checksum
from dao.cli.start.demo import cast
from dao.record.vote_receipt import read_receipt
from dao.store.journal import Journal
from tests.dao.cli import steps_workspace
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.poll import Poll

Dao = Callable[..., Outcome]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return steps_workspace.build(tmp_path_factory.mktemp("receipts") / "workspace")


@pytest.fixture
def poll(dao: Dao, made: Path, tmp_path: Path) -> Poll:
    return Poll(dao, steps_workspace.copy_of(made, tmp_path / "workspace"))


def counted(poll: Poll, file: Path) -> None:
    """Write the record of the vote, after its end."""
    poll.wait("73h")
    poll.tally()
    outcome = poll.run("record", "IIP-2", "--out", file)
    assert 0 == outcome.status, outcome.err


def test_H107_a_record_without_an_acknowledged_vote_is_found(dao: Dao, poll: Poll, tmp_path: Path) -> None:
    """The writer keeps two journals and shows the one without the last vote: only that voter's receipt tells."""
    hidden = Poll(dao, steps_workspace.copy_of(poll.folder, tmp_path / "hidden" / "workspace"))
    receipts = ["--receipt", tmp_path / "eve.json", "--receipt", tmp_path / "finn.json"]
    assert "taken" == hidden.take(poll.honest)["state"] == poll.take(poll.honest)["state"]
    eve = checksum(cast.address("eve"))
    assert 0 == poll.run("vote", "receipt", "IIP-2", eve, "--out", receipts[1]).status
    outcome = poll.run("vote", "cast", "IIP-2", "For", "--key", "finn", *receipts[2:], "--json")
    assert (0, str(receipts[3])) == (outcome.status, outcome.document["receipt"]), outcome.err
    counted(poll, tmp_path / "iip-2.car")
    counted(hidden, tmp_path / "forged.car")

    genuine = dao("verify", tmp_path / "iip-2.car", *receipts, "--json")
    eves = dao("verify", tmp_path / "forged.car", *receipts[:2], "--json")
    found = dao("verify", tmp_path / "forged.car", *receipts, "--json")

    assert (0, 0, 1) == (genuine.status, eves.status, found.status), (genuine.out, eves.out)
    (failed,) = [row for row in found.document["checks"] if row["ok"] is False]
    assert (90, "E_LOG_INCONSISTENT") == (failed["number"], failed["code"])


def test_a_receipt_is_had_afterwards_too(poll: Poll, tmp_path: Path) -> None:
    """For a vote that came as a file: by its voter's address, his latest, or by its id; nothing is overwritten."""
    assert "taken" == poll.take(poll.honest)["state"]
    eve = checksum(cast.address("eve"))

    first = poll.run("vote", "receipt", "IIP-2", eve, "--out", tmp_path / "a.json", "--json")
    second = poll.run("vote", "receipt", "IIP-2", first.document["id"], "--out", tmp_path / "b.json", "--json")
    again = poll.run("vote", "receipt", "IIP-2", eve, "--out", tmp_path / "a.json", "--json")

    assert [0, 0, 0] == [outcome.status for outcome in (first, second, again)]
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    receipt = read_receipt((tmp_path / "a.json").read_bytes())
    with Journal(poll.folder / "journal.sqlite") as journal:
        assert (receipt.place, receipt.leaf_hash) == (first.document["leaf"], journal.leaf_hashes()[receipt.place])


@pytest.mark.parametrize("who", [checksum(cast.address("nora")), "0x" + "00" * 32])
def test_nobodys_vote_has_no_receipt(poll: Poll, tmp_path: Path, who: str) -> None:
    outcome = poll.run("vote", "receipt", "IIP-2", who, "--out", tmp_path / "a.json", "--json")

    assert (1, "E_PROPOSAL") == (outcome.status, outcome.document["error"]["code"])
    assert not (tmp_path / "a.json").exists()


def test_a_receipt_that_cannot_be_kept_is_said_before_the_vote_is_taken(poll: Poll, tmp_path: Path) -> None:
    """Its file is there already, or the vote is only written down."""
    (tmp_path / "a.json").write_text("mine")
    before = steps_workspace.state(poll.folder)
    words = ("vote", "cast", "IIP-2", "For", "--key", "finn", "--receipt", tmp_path / "a.json")

    there = poll.run(*words, "--json")
    carried = poll.run(*words, "--out", tmp_path / "v.json", "--json")

    assert (1, 64) == (there.status, carried.status)
    assert (before, "mine") == (steps_workspace.state(poll.folder), (tmp_path / "a.json").read_text())


WRONG = {
    "another proposal": ("E_PROPOSAL", lambda told, other: other),
    "another key": ("E_NOTE", lambda told, other: {**told, "checkpoint": told["checkpoint"][:-12] + "AAAAAAAAAAA=\n"}),
    "another place": ("E_LOG_INCONSISTENT", lambda told, other: {**told, "index": told["index"] - 1}),
    "another leaf": ("E_CARRIER", lambda told, other: {**told, "leaf": other["leaf"]}),
    "a version to come": ("E_VERSION", lambda told, other: {**told, "mutualDao": {"version": 2, "kind": "receipt"}}),
    "one more key": ("E_VERSION", lambda told, other: {**told, "more": 1}),
    "a short proof": ("E_LOG_INCONSISTENT", lambda told, other: {**told, "proof": told["proof"][1:]}),
    "no proof": ("E_CARRIER", lambda told, other: {**told, "proof": None}),
}


def test_a_receipt_that_is_none(poll: Poll, tmp_path: Path) -> None:
    """Each change of a genuine receipt is refused by name, against a record that is sound."""
    mine, other = tmp_path / "mine.json", tmp_path / "other.json"
    assert 0 == poll.run("vote", "cast", "IIP-2", "For", "--key", "finn", "--receipt", mine).status
    voter = next(
        checksum(cast.address(name))
        for name in steps_workspace.FOR
        if poll.run("vote", "receipt", "IIP-1", checksum(cast.address(name)), "--out", other).status == 0
    )
    counted(poll, tmp_path / "iip-2.car")
    told, of_other = json.loads(mine.read_text("utf-8")), json.loads(other.read_text("utf-8"))
    assert voter
    for name, (code, change) in WRONG.items():
        mine.write_text(json.dumps(change(told, of_other)), "utf-8")

        outcome = poll.dao("verify", tmp_path / "iip-2.car", "--receipt", mine, "--json")

        document = outcome.document
        failed = [row["code"] for row in document.get("checks", []) if row["ok"] is False]
        failed = failed or [document["error"]["code"]]
        assert (True, [code]) == (outcome.status in (1, 2), failed), name
