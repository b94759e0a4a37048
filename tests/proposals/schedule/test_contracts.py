"""`proposals.schedule.contracts` against published vectors and against each rule, written a second time."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proposals.schedule import AMOUNT_MAX, ScheduleError
from proposals.schedule.contracts import (
    HAKKA_PERIOD_SECONDS,
    HAKKA_PROPORTION,
    lockup_linear,
    vesting_escrow,
    vesting_vault,
    vesting_wallet,
)

VAULT: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "mutual" / "hakka_vesting_vault.json").read_text("utf-8")
)
LOCKUP: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "vesting" / "sablier_lockup_linear.json").read_text("utf-8")
)
RUNS: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "vesting" / "hakka_vault_runs.json").read_text("utf-8")
)
BORN = 1_600_000_000


@pytest.mark.parametrize("case", VAULT["schedules"], ids=lambda case: case["proportion_1e18"])
def test_the_vault_pays_the_published_withdrawals(case: dict[str, Any]) -> None:
    """Every withdrawal and what is left after it, to the wei; 17.38 % is the wiki's, 17 % the contract's own."""
    balance = int(case["start_balance"])
    schedule = vesting_vault(balance, BORN, int(case["proportion_1e18"]))
    paid = 0
    for number, (amount, left) in enumerate(case["withdrawals_amount_then_left"]):
        time = BORN + number * (HAKKA_PERIOD_SECONDS + 1)

        assert (paid, paid + int(amount)) == (schedule.vested(time - 1), schedule.vested(time))
        assert int(left) == schedule.locked(time)
        paid += int(amount)
    assert VAULT["period_seconds"] == HAKKA_PERIOD_SECONDS
    assert (5, None) == (schedule.dust, schedule.end)


@pytest.mark.parametrize("run", RUNS["runs"], ids=lambda run: f"{run['commit']} {run['proportion']} {run['deposit']}")
def test_the_vault_is_what_hakkas_own_code_did(run: dict[str, Any]) -> None:
    """Both versions of the contract, run once on a chain: what each withdrawal paid and left, which came a second too
    early and paid nothing, one that came late, and money that was added; the schedule begins anew after the last two.
    """
    period, share, balance = run["period"], int(run["proportion"]), int(run["deposit"])
    schedule, got, last, is_new = vesting_vault(balance, run["steps"][0]["at"], share, period), 0, 0, False
    for step in run["steps"]:
        if "deposit" in step:
            balance, is_new = balance + int(step["deposit"]), True
            assert int(step["left"]) == balance
        elif step["paid"] is None:
            assert step["at"] <= last + period
        else:
            if is_new or (last and step["at"] != last + period + 1):
                schedule, got, is_new = vesting_vault(balance, step["at"], share, period), 0, False
            balance, got, last = int(step["left"]), got + int(step["paid"]), step["at"]
            assert (got, balance) == (schedule.vested(last), schedule.locked(last))
            assert got - int(step["paid"]) == schedule.vested(last - 1)
    assert run["commit"] == "324918e" or share == HAKKA_PROPORTION


class Vault:
    """The vault's state for one account, by the words of its source: strictly later than period after the last."""

    def __init__(self, balance: int, proportion: int, period: int) -> None:
        self.balance, self.proportion, self.period, self.last = balance, proportion, period, 0

    def withdraw(self, now: int) -> int:
        """What it pays, or 0 where it reverts."""
        if not self.last + self.period < now:
            return 0
        self.last = now
        amount = self.balance * self.proportion // 10**18
        self.balance -= amount
        return amount


@given(st.integers(0, 10**24), st.integers(10**16, 10**18), st.integers(0, 50), st.lists(st.integers(1, 80)))
def test_nobody_gets_more_out_of_the_vault(balance: int, share: int, period: int, waits: list[int]) -> None:
    """Whoever tries each second has exactly what is vested; whoever comes later or rarely has at most that."""
    eager, rare = Vault(balance, share, period), Vault(balance, share, period)
    schedule = vesting_vault(balance, BORN, share, period)
    got, visits, now = 0, 0, BORN
    visited = {(now := now + wait) for wait in waits[:8]}
    for second in range(BORN, BORN + 300):
        got += eager.withdraw(second)
        visits += rare.withdraw(second) if second in visited else 0

        assert got == schedule.vested(second) >= visits


def test_the_vault_of_the_wiki() -> None:
    """The wiki's first two payments of 10,000, and one after 10,000 more came in: 17.38 % of 18,262."""
    schedule = vesting_vault(10**22, BORN, 1738 * 10**14)
    refilled = vesting_vault(8262 * 10**18 + 10**22, BORN, 1738 * 10**14)

    assert 1738 * 10**18 == schedule.vested(BORN)
    assert 1738 * 10**18 + 14_359_356 * 10**14 == schedule.vested(BORN + HAKKA_PERIOD_SECONDS + 1)
    assert 31_739_356 * 10**14 == refilled.vested(BORN)


def lockup(deposited: int, times: tuple[int, int, int], unlocks: tuple[int, int], grain: int, now: int) -> int:
    """The lockup's rule over fractions: a share of the time in whole grains, of what does not unlock at once."""
    start, cliff, end = times
    if now < start:
        return 0
    if now < cliff:
        return unlocks[0]
    if now >= end:
        return deposited
    begin = cliff or start
    share = Fraction((now - begin) // grain * grain, end - begin)
    return sum(unlocks) + int(share * (deposited - sum(unlocks)))


@given(st.data())
def test_the_lockup_equals_its_rule(data: st.DataObject) -> None:
    """With and without a cliff, unlocks at start and cliff, and seconds that count in grains."""
    start, span = BORN + data.draw(st.integers(0, 10**6)), data.draw(st.integers(2, 10**6))
    cliff = data.draw(st.sampled_from((0, 1)) if span == 2 else st.integers(0, span - 1))
    cliff = start + cliff if cliff else 0
    deposited = data.draw(st.one_of(st.integers(0, 99), st.integers(0, 2**128 - 1)))
    first = data.draw(st.integers(0, deposited))
    second = data.draw(st.integers(0, deposited - first)) if cliff else 0
    grain = data.draw(st.integers(1, start + span - (cliff or start)))
    schedule = lockup_linear(
        deposited, start, start + span, cliff=cliff, unlock_start=first, unlock_cliff=second, granularity=grain
    )
    for now in (start - 1, start, cliff - 1, cliff, start + data.draw(st.integers(0, span + 1)), start + span):
        if now > 0:
            expected = lockup(deposited, (start, cliff, start + span), (first, second), grain, now)
            assert expected == schedule.vested(now)


@given(st.integers(0, 10**30), st.integers(1, 10**8), st.data())
def test_wallet_and_escrow_are_one_formula(total: int, duration: int, data: st.DataObject) -> None:
    """Both vest floor(total · elapsed / duration) from the cliff on."""
    cliff, elapsed = data.draw(st.integers(0, duration)), data.draw(st.integers(0, duration * 2))
    wallet = vesting_wallet(total, BORN, duration, cliff)
    escrow = vesting_escrow(total, BORN, BORN + duration, cliff)
    expected = total * min(elapsed, duration) // duration if elapsed >= cliff else 0

    assert expected == wallet.vested(BORN + elapsed) == escrow.vested(BORN + elapsed)


def test_the_figures_that_were_measured_on_a_chain() -> None:
    """1,001 units over 1,000 seconds with a cliff at 300: a jump at the cliff, and a top-up of 1,000 at half time."""
    wallet, topped = vesting_wallet(1001, BORN, 1000, 300), vesting_wallet(2001, BORN, 1000, 300)
    measured = {299: 0, 300: 300, 333: 333, 500: 500, 999: 999, 1000: 1001}

    assert measured == {second: wallet.vested(BORN + second) for second in measured}
    assert 1000 == topped.vested(BORN + 500)


REFUSED: list[tuple[str, Callable[[], object]]] = [
    ("duration", lambda: vesting_wallet(1, BORN, -1)),
    ("cliff_long", lambda: vesting_wallet(1, BORN, 10, 11)),
    ("overflow", lambda: vesting_wallet(AMOUNT_MAX, BORN, 3)),
    ("window", lambda: vesting_escrow(1, BORN, BORN)),
    ("cliff", lambda: vesting_escrow(1, BORN, BORN + 10, 11)),
    ("overflow", lambda: vesting_escrow(AMOUNT_MAX, BORN, BORN + 3)),
    ("unlock", lambda: lockup_linear(10, BORN, BORN + 9, cliff=BORN + 1, unlock_start=6, unlock_cliff=5)),
    ("unlock", lambda: lockup_linear(10, BORN, BORN + 9, unlock_cliff=5)),
    ("cliff", lambda: lockup_linear(10, BORN, BORN + 9, cliff=BORN + 9)),
    ("width", lambda: lockup_linear(2**128, BORN, BORN + 9)),
    ("grain", lambda: lockup_linear(10, BORN, BORN + 9, granularity=10)),
    ("period", lambda: vesting_vault(1, BORN, period_seconds=31 * 86_400 + 1)),
    ("overflow", lambda: vesting_vault(AMOUNT_MAX, BORN)),
]


@pytest.mark.parametrize(("reason", "make"), REFUSED)
def test_H93_what_a_contract_refuses_or_could_not_pay_is_refused(reason: str, make: Callable[[], object]) -> None:
    """As by its constructor; and where it would take money that it cannot pay out."""
    with pytest.raises(ScheduleError) as refused:
        make()

    assert ("E_SCHEDULE", reason) == (refused.value.code, refused.value.reason)


def test_lockup_linear_is_what_sablier_itself_says() -> None:
    """300 streams at a moment each, most of them at an edge, as the code of Sablier's package answered on a chain
    (`tests.chain.clients.sablier_vectors`); and never the whole before its end, or anything before its start.
    """
    lines = 0
    for row in LOCKUP["streams"]:
        names = ("deposited", "start", "end", "cliff", "unlock_start", "unlock_cliff", "granularity")
        deposited, start, end, *more = (int(row[name]) for name in names)
        schedule = lockup_linear(deposited, start, end, **dict(zip(names[3:], more, strict=True)))

        assert int(row["vested"]) == schedule.vested(row["now"]), row
        lines += 0 < schedule.vested(row["now"]) < deposited
    assert (300, True) == (len(LOCKUP["streams"]), lines > 60)
