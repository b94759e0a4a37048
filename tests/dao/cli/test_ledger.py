"""`dao ledger`: entries, balances, and sums that come to zero."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.dao.cli.conftest import Outcome
from tests.dao.conftest import Played


def test_every_entry_and_the_sums(dao: Callable[..., Outcome], played: Played) -> None:
    """The books of the demo: every amount is text, every asset sums to zero, also over what is listed."""
    outcome = dao("ledger", "--dir", played.folder, "--json")

    document = outcome.document
    assert (0, 19) == (outcome.status, len(document["entries"]))
    assert {"0"} == set(document["sums"].values())
    assert all(isinstance(posting["amount"], str) for entry in document["entries"] for posting in entry["postings"])
    assert dict.fromkeys(document["sums"], 0) == _sums(document["balances"])


def test_one_account(dao: Callable[..., Outcome], played: Played) -> None:
    """With an account only entries that touch it are listed, by whole components."""
    document = dao("ledger", "--account", "Expenses:IIP-1", "--dir", played.folder, "--json").document
    part_of_a_word = dao("ledger", "--account", "Expenses:IIP", "--dir", played.folder, "--json").document

    assert ["paid/1", "paid/1"] == [entry["rule"] for entry in document["entries"]]
    assert {"Expenses:IIP-1:Part-1", "Expenses:IIP-1:Part-2"} == {row["account"] for row in document["balances"]}
    assert ([], []) == (part_of_a_word["entries"], part_of_a_word["balances"])


def test_ledger_for_people(dao: Callable[..., Outcome], played: Played) -> None:
    """Amounts are whole units with symbols; the last lines are the sums."""
    told = dao("ledger", "--dir", played.folder).out.splitlines()

    assert any("Assets:Safe:IIP" in line and line.endswith("1.712361732599275467  ETH") for line in told)
    assert [["0", "ETH"], ["0", "MUT"]] == sorted(line.split()[-2:] for line in told[-2:])


def _sums(balances: list[dict[str, Any]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for row in balances:
        sums[row["asset"]] = sums.get(row["asset"], 0) + int(row["amount"])
    return sums
