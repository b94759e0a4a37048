"""Single transactions: dividends, agents, days, reverts and the shutdown, each where it can surprise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.treasury.mutual_pool.cases import run, vector
from treasury.mutual_pool import agents
from treasury.mutual_pool.agents import TIERS, AgentNameError, clean_name
from treasury.mutual_pool.contract import apply, tick
from treasury.mutual_pool.state import (
    DAY_SECONDS,
    Buy,
    Cage,
    Claim,
    Forward,
    Outcome,
    Player,
    Pool,
    Register,
    Upgrade,
    Withdraw,
    deploy,
)

SCENARIO = vector("dividend_claim_scenario")["steps"]
AGENTS = vector("agent_tiers")
DAY = 18_524
T = DAY * DAY_SECONDS
ETH = 10**18
NEW = deploy(T)


def buy(premium: int = ETH, days: int = 10, *, at: int = T + 1, actor: str = "ann", agent: str | None = None) -> Buy:
    return Buy(at, actor, premium, days, agent)


def test_the_dividend_scenario_step_by_step() -> None:
    """Five purchases with agent, odd wei and a day between: mask, dust, dividends, referrals and claims as measured."""
    pool, ts = deploy(T), T
    for step in SCENARIO:
        ts += 1
        match step["op"]:
            case "buy":
                outcome = apply(pool, Buy(ts, step["buyer"], int(step["premium"]), step["days"], step["agent"]))
                assert outcome.ok
                pool = outcome.pool
                check(pool, step["state"])
            case "register":
                pool = apply(pool, Register(ts, step["who"], step["who"], int(step["fee_wei"]))).pool
            case "advance_day":
                ts = step["day"] * DAY_SECONDS
                assert int(step["issued"]) == tick(pool, ts).issued_insurance
            case _:
                claimed(pool, step, ts)


def check(pool: Pool, state: dict[str, Any]) -> None:
    fee = 10**16 if pool.agents else 0
    assert (state["day"], state["eth_of_share"], state["shares"], state["pool"], state["mask"], state["issued"]) == (
        *map(str, (pool.today, pool.eth_of_share, pool.shares, pool.pool, pool.mask, pool.issued_insurance)),
    )
    assert (int(state["hakka_total"]) + fee, int(state["iip_total"])) == pool.balances[1:3]
    assert state["dividends"] == {account: str(pool.dividends(account)) for account in state["dividends"]}
    assert state["refs"] == {account: str(pool.player(account).ref) for account in state["refs"]}
    assert state["units"] == {account: str(pool.player(account).units) for account in state["units"]}


def claimed(pool: Pool, step: dict[str, Any], ts: int) -> None:
    pool = run(pool, Cage(ts)).pool
    paid = {}
    for account in step["claims"]:
        outcome = apply(pool, Claim(ts + 1, account))
        paid[account], pool = str(outcome.received), outcome.pool

    assert step["claims"] == paid
    assert (step["pool"], step["issued"]) == (str(pool.pool), str(pool.issued_insurance))
    assert int(step["stuck_dust"]) == pool.pool - sum(map(int, paid.values()))


def test_the_first_buyer_has_the_whole_dividend_back() -> None:
    """Shares are added before the dividend is divided, so the white paper's total is the total after the purchase."""
    pool = run(NEW, buy(3 * ETH)).pool

    dividend = 3 * ETH * 3 // 20
    assert dividend == pool.dividends("ann") + (pool.pool - 3 * ETH * 55 // 100)


@pytest.mark.parametrize("tier", AGENTS["tiers"], ids=lambda tier: str(tier["level"]))
def test_tiers(tier: dict[str, Any]) -> None:
    """Literal thresholds, percentages, and where the white paper's table differs when rounded."""
    ours = TIERS[tier["level"] - 1]
    micro = (ours.requirement + 5 * 10**11) // 10**12

    assert tier["name"] == f"{ours.name} {ours.chinese}"
    assert (int(tier["requirement"]), tier["percent"]) == (ours.requirement, ours.percent)
    assert (tier["white_paper"], tier["rounded"]) == (ours.white_paper, f"{micro // 10**6}.{micro % 10**6:06d}")
    assert tier["matches"] == (tier["white_paper"] in (tier["rounded"], tier["rounded"].removesuffix(".000000")))


@pytest.mark.parametrize("case", AGENTS["upgrades"], ids=lambda case: f"{case['level']}-{case['earned']}")
def test_upgrades(case: dict[str, Any]) -> None:
    """One level a call, at the literal and not a wei before; the highest level reverts."""
    agent = Player(is_agent=True, id=1, level=case["level"], accumulated_ref=int(case["earned"]))
    outcome = apply(replace(NEW, players=NEW.players.with_item("ann", agent)), Upgrade(T + 1, "ann"))

    assert case["reverts"] == (not outcome.ok)
    assert (case["becomes"] or case["level"]) == outcome.pool.player("ann").level


def test_withdrawing_does_not_lower_a_lifetime_s_referrals() -> None:
    """Only `ref` is paid out."""
    pool = run(NEW, Register(T, "bob", "Bob", 10**16), buy(agent="bob")).pool
    earned = ETH * 7 // 100
    outcome = apply(pool, Withdraw(T + 2, "bob"))

    assert earned == outcome.received
    assert (0, earned) == (outcome.pool.player("bob").ref, outcome.pool.player("bob").accumulated_ref)
    assert 0 == apply(outcome.pool, Withdraw(T + 2, "bob")).received


def test_an_agent_may_name_himself() -> None:
    """Self-referral pays back 7 % of the own premium, out of the vault's part."""
    pool = run(NEW, Register(T, "ann", "ann", 10**16), buy(agent="ann")).pool

    assert ETH * 7 // 100 == pool.player("ann").ref
    assert ETH * 13 // 100 + 10**16 == pool.balances.guild_bank


def test_who_is_no_agent_earns_nothing() -> None:
    """An unregistered agent is no agent, and the purchase goes on."""
    assert run(NEW, buy(agent="bob")).pool.balances == run(NEW, buy()).pool.balances


def test_a_second_name_keeps_number_and_level() -> None:
    """Registering again renames; the old name stays bound, and the fee is due each time."""
    pool = run(NEW, Register(T, "bob", "Bob", 10**16), Register(T, "cy", "Cy", 10**16)).pool
    pool = run(pool, Register(T, "bob", "BOB two", 2 * 10**16)).pool

    assert (1, "bob two", 1) == (pool.player("bob").id, pool.player("bob").name, pool.player("bob").level)
    assert {"bob": "bob", "cy": "cy", "bob two": "bob"} == dict(pool.agent_by_name)
    assert {1: "bob", 2: "cy"} == dict(pool.agent_by_id)
    assert (2, 4 * 10**16) == (pool.agents, pool.balances.guild_bank)
    assert "name registered" == apply(pool, Register(T, "dan", "bob", 10**16)).revert


@pytest.mark.parametrize("name", ["Bob", "a", "x" * 32, "1 2", "a1 b2 c3", "0a", "0 x"])
def test_names(name: str) -> None:
    """Letters, digits and single blanks, kept in lower case."""
    assert name.lower() == clean_name(name)


@pytest.mark.parametrize(
    ("reason", "name"),
    [
        *(("form", name) for name in ("", " a", "a ", "a  b", "x" * 33, "a-b", "ä", "ａ", "a\n", "a\tb", "1\u00a02")),
        *(("hex", name) for name in ("0x", "0xa", "0X1")),
        *(("digits", name) for name in ("0", "7", "123")),
    ],
)
def test_names_that_the_filter_reverts(reason: str, name: str) -> None:
    """Each fault has its reason, and a registration under it changes nothing."""
    with pytest.raises(AgentNameError) as refused:
        clean_name(name)

    assert ("E_PREM_NAME", reason) == (refused.value.code, refused.value.reason)
    assert NEW is apply(NEW, Register(T, "bob", name, 10**16)).pool


@pytest.mark.parametrize(
    ("revert", "event"),
    [
        ("pocket lint: not a valid currency", buy(10**9 - 1)),
        ("no vitalik, no", buy(10**22 + 1)),
        ("sorry humans only", Buy(T + 1, "ann", ETH, 1, human=False)),
        ("sorry humans only", Buy(T + 1, "ann", ETH, 0, "bob", human=False)),
        ("sorry humans only", Claim(T + 1, "ann", human=False)),
        ("sorry humans only", Forward(T + 1, "ann", human=False)),
        ("sorry humans only", Register(T + 1, "ann", "ann", ETH, human=False)),
        ("insufficient amount", Register(T + 1, "ann", "ann", 10**16 - 1)),
        ("reverted", Upgrade(T + 1, "ann")),
        ("not yet", Claim(T + 1 + 50 * DAY_SECONDS, "ann")),
    ],
)
def test_what_reverts_leaves_no_trace(revert: str, event: Any) -> None:
    """The state is the very same value, its calendar included."""
    assert Outcome(NEW, 0, revert) == apply(NEW, event)
    assert NEW is apply(NEW, event).pool


def test_days_beyond_a_hundred_are_clipped() -> None:
    """101 days, and the greatest number there is, cost and cover what 100 do; 0 days cover nothing."""
    for days in (101, 2**256 - 1):
        assert run(NEW, buy(days=100)).pool == run(NEW, buy(days=days)).pool
    shares_only = run(NEW, buy(days=0)).pool
    assert (0, {}) == (shares_only.issued_insurance, dict(shares_only.unit_to_expire))
    assert shares_only.player("ann").shares == shares_only.shares > run(NEW, buy()).pool.shares


def test_cover_ends_at_midnight_of_its_last_day() -> None:
    """Three days bought today are counted on the third day and not on the fourth."""
    pool = run(NEW, buy(days=3)).pool

    assert pool.issued_insurance == tick(pool, (DAY + 3) * DAY_SECONDS - 1).issued_insurance
    assert 0 == tick(pool, (DAY + 3) * DAY_SECONDS).issued_insurance


def test_units_are_stale_until_somebody_looks() -> None:
    """`units` keeps what expired until its owner acts; the current figure does not."""
    pool = run(NEW, buy(days=1), buy(days=1, at=T + 2 * DAY_SECONDS, actor="bob")).pool

    assert (pool.player("ann").shares, 0) == (pool.player("ann").units, pool.current_unit("ann"))


def test_the_contract_hears_of_a_shutdown_when_it_ticks() -> None:
    """In the second of the last tick a purchase is taken; later it is refunded, and that call ends the pool."""
    caged = run(NEW, buy(at=T + 5), Cage(T + 5)).pool
    same_second = apply(caged, buy(at=T + 5, actor="bob"))
    later = apply(caged, buy(at=T + 3 * DAY_SECONDS, actor="bob"))

    assert (0, False) == (same_second.received, same_second.pool.ended)
    assert (ETH, True) == (later.received, later.pool.ended)
    assert (T + 3 * DAY_SECONDS, DAY + 3, 0) == (later.pool.end, later.pool.today, later.pool.total_supply)
    assert caged.balances == later.pool.balances


def test_the_calendar_is_frozen_after_the_end() -> None:
    """What was insured at the first tick stays so, however late the claim."""
    pool = run(NEW, buy(days=2), Cage(T + 9), Claim(T + 10, "bob")).pool
    late = apply(pool, Claim(T + 90 * DAY_SECONDS, "ann"))

    assert (DAY, pool.pool) == (late.pool.today, late.received)


def test_strangers_claim_nothing_and_only_once() -> None:
    """A claim without units succeeds and pays 0; a second claim reverts."""
    pool = run(NEW, buy(), Cage(T + 2), Claim(T + 3, "bob")).pool

    assert pool.player("bob").claimed
    assert "already claimed" == apply(pool, Claim(T + 4, "bob")).revert


def test_a_shutdown_with_nobody_insured_locks_the_pool() -> None:
    """The first claim reverts with its tick; a purchase ends the pool, and claims revert for ever."""
    caged = run(NEW, buy(days=1), Cage(T + 5 * DAY_SECONDS)).pool
    first = apply(caged, Claim(T + 6 * DAY_SECONDS, "ann"))
    ended = apply(caged, buy(at=T + 6 * DAY_SECONDS)).pool

    assert ("division by zero", False) == (first.revert, first.pool.ended)
    assert ended.ended
    assert "division by zero" == apply(ended, Claim(T + 7 * DAY_SECONDS, "ann")).revert
    assert 0 < apply(ended, Withdraw(T + 7 * DAY_SECONDS, "ann")).received


def test_a_pool_that_lacks_the_wei_pays_a_person_nothing_and_a_wallet_not_at_all() -> None:
    """A failed send to a person is swallowed after the books were written; a wallet's withdrawal reverts."""
    pool = run(NEW, buy()).pool
    empty = replace(pool, balances=pool.balances._replace(contract=1))
    person, wallet = apply(empty, Withdraw(T + 2, "ann")), apply(empty, Withdraw(T + 2, "ann", human=False))

    assert (True, 0, 0) == (person.ok, person.received, person.pool.dividends("ann"))
    assert (False, pool.dividends("ann")) == (wallet.ok, wallet.pool.dividends("ann"))


def test_only_purchases_and_claims_move_the_calendar() -> None:
    """Withdrawals, registrations, upgrades and forwarding leave `today` where it is."""
    later = T + 40 * DAY_SECONDS
    pool = run(NEW, Register(T, "bob", "bob", 10**16), buy(agent="bob")).pool
    moved = run(
        pool,
        Withdraw(later, "ann"),
        Upgrade(later, "bob"),
        Register(later, "cy", "cy", 10**16),
        Forward(later, "eve"),
    )

    assert (pool.today, pool.now) == (moved.pool.today, moved.pool.now)
    assert ETH // 10 // 200 == moved.received
    assert agents.LEVEL_MAX == TIERS[-1].level
