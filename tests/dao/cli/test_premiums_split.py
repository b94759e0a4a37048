"""`dao premiums split`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.dao.cli.conftest import Outcome

Dao = Callable[..., Outcome]


def test_shares_are_decimal_strings_in_wei(dao: Dao) -> None:
    """The six destinations of one premium add up to it."""
    outcome = dao("premiums", "split", 10**18 + 7, "--agent-level", 3, "--json")

    expected = {
        "pool": "550000000000000003",
        "dividends": "150000000000000001",
        "iip": "100000000000000000",
        "agent": "90000000000000000",
        "vault": "110000000000000001",
        "remainder": "2",
    }
    assert (0, expected) == (outcome.status, outcome.document)
    assert 10**18 + 7 == sum(map(int, expected.values()))


def test_people_see_the_total(dao: Dao) -> None:
    """Without `--json` the shares are a column that ends with the sum."""
    outcome = dao("premiums", "split", 10**9)

    assert outcome.out.startswith("A premium of 0.000000001 ETH, bought without an agent")
    assert "total       1000000000 wei" in outcome.out


@pytest.mark.parametrize("wei", ["1e18", "1_000", "0x10", "１", "1.0", "01", ""])
def test_H89_other_spellings_of_an_amount_are_wrong_usage(dao: Dao, wei: str) -> None:
    """An amount has one spelling: ASCII digits."""
    outcome = dao("premiums", "split", wei, "--json")

    assert (64, "E_AMOUNT") == (outcome.status, outcome.document["error"]["code"])


@pytest.mark.parametrize(("wei", "level", "code"), [(10**9 - 1, 0, "E_PREM_RANGE"), (10**9, 11, "E_PREM_LEVEL")])
def test_H94_what_the_contract_would_revert_is_refused(dao: Dao, wei: int, level: int, code: str) -> None:
    """A premium or level outside the contract's range is false, not wrong usage."""
    outcome = dao("premiums", "split", wei, "--agent-level", level, "--json")

    assert (1, code) == (outcome.status, outcome.document["error"]["code"])
