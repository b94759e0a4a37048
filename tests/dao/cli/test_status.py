"""`dao status` over the demo's finished workspace; the states on the way are tested with the view."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from chain.address import checksum
from chain.cid import CID
from dao.cli.start.demo import cast
from dao.store.journal import Journal
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.reading import copied
from tests.dao.conftest import Played


def test_status_of_a_finished_proposal(dao: Callable[..., Outcome], played: Played) -> None:
    """Both parts are paid, each with its transaction and signers, and nothing is left to do."""
    outcome = dao("status", "iip-1", "--dir", played.folder, "--json")

    (iip,) = outcome.document["iips"]
    first, second = iip["parts"]
    assert (0, "Executed", [], []) == (outcome.status, iip["state"], iip["next"], iip["earlier"])
    assert ["paid", "paid"] == [first["state"], second["state"]]
    assert "1500000000000000000" == first["payments"][0]["amount"]
    assert checksum(cast.address("omar")) == first["payments"][1]["to"]
    assert ([checksum(cast.address(name)) for name in ("ann", "cho")], 2) == (first["signed"], first["threshold"])
    assert first["earliest"] <= outcome.document["now"] <= second["latest"]
    assert f"in transaction {second['transaction']}" in second["why"]


def test_status_for_people(dao: Callable[..., Outcome], played: Played) -> None:
    """State, title and verdict are told, times as dates."""
    told = dao("status", "--dir", played.folder).out

    assert "IIP-1  Executed  A keeper for the forward() call" in told
    assert "Passed: 475000 for and 90000 against" in told
    assert told.startswith("It is 2026-01-")


def test_what_the_journal_lacks_is_told(dao: Callable[..., Outcome], played: Played, tmp_path: Path) -> None:
    """A proposal of which a block is gone has no state; that is said, and the exit status is 1."""
    folder = copied(played.folder, tmp_path / "copy")
    with Journal(folder / "journal.sqlite") as journal:
        ballot = next(leaf.body["envelope"] for leaf in journal.leaves if leaf.kind == "vote")
    assert isinstance(ballot, CID)
    with sqlite3.connect(folder / "journal.sqlite") as database:
        database.execute("DELETE FROM blocks WHERE cid = ?", (ballot.to_bytes(),))

    outcome = dao("status", "--dir", folder, "--json")

    (iip,) = outcome.document["iips"]
    assert (1, "?", "E_IO_JOURNAL") == (outcome.status, iip["state"], iip["code"])
    assert str(ballot) in iip["why"]
