"""`dao status` over the demo's finished workspace; the states on the way are tested with the view."""

from __future__ import annotations

from collections.abc import Callable

from chain.address import checksum
from dao.cli.demo import cast
from tests.dao.cli.conftest import Outcome
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
