"""`dao fund`: the five numbers of each asset, and which funds there are."""

from __future__ import annotations

from collections.abc import Callable

from tests.dao.cli.conftest import Outcome
from tests.dao.conftest import Played


def test_fund_of_the_demo(dao: Callable[..., Outcome], played: Played) -> None:
    """Amounts are base units with symbol and decimals of the settings; what was paid is no longer committed."""
    outcome = dao("fund", "iip", "--dir", played.folder, "--json")

    (fund,) = outcome.document["funds"]
    coin, token = fund["assets"]
    assert (0, []) == (outcome.status, fund["asks"])
    assert ("ETH", 18, "2250000000000000000", "0") == (
        coin["symbol"],
        coin["decimals"],
        coin["paid"],
        coin["committed"],
    )
    assert ("MUT", "3800000000000000000000") == (token["symbol"], token["available"])


def test_unknown_fund(dao: Callable[..., Outcome], played: Played) -> None:
    """A fund that the settings do not name is refused, with those that they do."""
    outcome = dao("fund", "other", "--dir", played.folder)

    assert (1, "") == (outcome.status, outcome.out)
    assert "only iip" in outcome.err


def test_fund_for_people(dao: Callable[..., Outcome], played: Played) -> None:
    """Whole units stand in a table with a head."""
    told = dao("fund", "--dir", played.folder).out

    assert ["receivable", "available", "asked", "committed", "paid"] == told.splitlines()[1].split()
    assert "MUT           0                  3800" in told
