"""Debts that no book holds: dividends to the wei, vesting to the unit, bonds by their file."""

from __future__ import annotations

import json

import pytest

from tests.treasury.mutual_pool.cases import history_document
from tests.treasury.plans import changed, grant
from treasury.liabilities import ROWS_MAX, BondError, Owed, owed_by_bonds, owed_by_plan, owed_by_pool, read_bonds
from treasury.mutual_pool.contract import apply
from treasury.mutual_pool.history import read_history, replay
from treasury.mutual_pool.state import Withdraw

DAY = 86_400
TGE = 1_514_764_800
"""2018-01-01."""


def test_what_the_pool_owes_is_what_everybody_could_withdraw() -> None:
    """Half-way through the history that ran on the real contract: dividends and referrals are what withdrawing pays."""
    history = read_history(json.dumps(history_document()).encode())
    pool = replay(history._replace(events=history.events[:400])).last
    owed = {row.what: row.amount for row in owed_by_pool(pool)}
    received, now = 0, pool
    for account in sorted(pool.players):
        outcome = apply(now, Withdraw(history.events[399].ts, account))
        received, now = received + outcome.received, outcome.pool

    assert owed["dividends"] > 0
    assert received == owed["dividends"] + owed.get("referrals", 0)
    assert [] == [row for row in owed_by_pool(now) if row.what != "claims"]


def test_what_vested_and_was_not_released_is_due() -> None:
    """A year locked, then two years by the second: half after two years; a release lessens what is due."""
    released = '\n[[released]]\ngrant = "ann"\namount = "100"\ntransaction = "0x' + "07" * 32 + '"\n'
    plan = changed(more=grant("ann") + released)
    half, end = TGE + 731 * DAY, TGE + 1200 * DAY
    at_half = {row.what: row.amount for row in owed_by_plan(plan, TGE, half)}
    unit = 10**plan.decimals

    assert 1000 * unit == at_half["vested_due"] + 100 * unit + at_half["vesting"]
    assert abs(at_half["vesting"] - 500 * unit) < 2 * unit
    assert [Owed("vesting", plan.asset, plan.decimals, 1000 * unit, "planned")] == list(owed_by_plan(plan, TGE, TGE))
    assert [Owed("vested_due", plan.asset, plan.decimals, 900 * unit, "planned")] == list(owed_by_plan(plan, TGE, end))
    assert [] == list(owed_by_plan(changed(), TGE, end))


def test_bonds_are_due_on_their_day() -> None:
    """Sums by asset, what is due apart; a line that is wrong is named."""
    file = b"holder,asset,amount,due\nann,ETH,1.5,2026-01-31\nben,ETH,2,2026-02-01\n\nann,MUT,7,2026-02-01\n"
    decimals = {"ETH": 18, "MUT": 18}
    found = owed_by_bonds(read_bonds(file, decimals), decimals, 1_769_817_600)

    assert [("bonds_due", "ETH", 15 * 10**17), ("bonds", "MUT", 7 * 10**18), ("bonds", "ETH", 2 * 10**18)] == [
        (row.what, row.asset, row.amount) for row in found
    ]
    for wrong in (b"ann,ETH,0,2026-01-31", b"ann,DAI,1,2026-01-31", b"ann,ETH,1", b"ann,ETH,1,tomorrow"):
        with pytest.raises(BondError) as caught:
            read_bonds(b"holder,asset,amount,due\n" + wrong, decimals)
        assert ("E_BONDS", "line", 2) == (caught.value.code, caught.value.reason, caught.value.facts["line"])
    with pytest.raises(BondError):
        read_bonds(b"\xff", decimals)


def test_a_file_of_too_many_bonds_is_refused() -> None:
    """Nobody owes so many by hand; the number is named."""
    lines = b"ann,ETH,1,2026-01-31\n" * (ROWS_MAX + 1)

    with pytest.raises(BondError) as caught:
        read_bonds(b"holder,asset,amount,due\n" + lines, {"ETH": 18})

    assert ("many", ROWS_MAX + 1) == (caught.value.reason, caught.value.facts["found"])
