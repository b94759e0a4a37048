"""What a shutdown pays by both readings of its day, the dashboard, the end of a round, unsigned calls, supply."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chain import abi
from chain.address import checksum
from tests.treasury.mutual_pool.cases import history_document, run, vector
from tests.treasury.mutual_pool.test_contract import DAY, ETH, NEW, T, buy
from treasury.mutual_pool import calls
from treasury.mutual_pool.claims import claim_amount, claims
from treasury.mutual_pool.figures import figures, payout_multiple
from treasury.mutual_pool.history import read_history, replay, states
from treasury.mutual_pool.rounds import close, open_next
from treasury.mutual_pool.state import DAY_SECONDS, Cage, Claim, deploy
from treasury.premiums import PremiumError
from treasury.supply import SupplyError, supply


@pytest.fixture(scope="module")
def replayed() -> Any:
    history = read_history(json.dumps(history_document()).encode())
    return history, replay(history)


@pytest.mark.parametrize("case", vector("claim_split")["cases"], ids=lambda case: "-".join(case["units"]))
def test_claim_split(case: dict[str, Any]) -> None:
    """Each claim is the floor of its part of the whole pool; with nobody insured there is none."""
    units = list(map(int, case["units"]))
    if case["paid"] is None:
        with pytest.raises(PremiumError) as refused:
            claim_amount(int(case["pool"]), 0, sum(units))
        assert "E_PREM_LOCKED" == refused.value.code
        return

    assert case["paid"] == [str(claim_amount(int(case["pool"]), held, sum(units))) for held in units]


@pytest.mark.parametrize("case", vector("payout_multiple")["cases"], ids=lambda case: case["pool"])
def test_payout_multiple(case: dict[str, str]) -> None:
    """The front end's multiple: over two base prices, the share's and the day's; 21.02 is the white paper's."""
    found = payout_multiple(int(case["pool"]), int(case["issued"]), int(case["price"]))

    assert int(case["multiple"]) == found
    assert None is payout_multiple(int(case["pool"]), 0, int(case["price"]))


def test_the_contract_s_reading_is_what_the_history_was_paid(replayed: Any) -> None:
    """Every claim of the measured history is the amount that was foretold before the shutdown was seen."""
    history, run_ = replayed
    told = claims(run_.before_end, run_.last.caged_at, run_.last.end)
    amounts = {row.account: row.amount for row in told.claimants}
    paid = {
        event.actor: outcome.received
        for event, outcome in zip(history.events, run_.results, strict=True)
        if isinstance(event, Claim) and outcome.ok
    }

    assert 24 == len(paid)
    assert {account: wei for account, wei in paid.items() if wei} == {k: v for k, v in amounts.items() if v}
    assert (19_035, 19_038) == (told.white_paper.day, told.contract.day)
    assert told.differ
    assert told.white_paper.issued > told.contract.issued == run_.last.issued_insurance


def test_cover_that_runs_out_between_shutdown_and_first_tick() -> None:
    """Ann was insured on the day of the shutdown and Bob is still: one reading pays both, the contract Bob alone."""
    pool = run(NEW, buy(days=1), buy(days=9, at=T + 2, actor="bob"), Cage(T + 3)).pool
    told = claims(pool, T + 3, T + 3 * DAY_SECONDS)
    ann, bob = told.claimants

    assert ("ann", 0, "bob", pool.pool) == (ann.account, ann.amount, bob.account, bob.amount)
    assert 0 < ann.white_paper_amount
    assert told.pool == told.white_paper.paid + told.white_paper.stuck
    assert (DAY, DAY + 3) == (told.white_paper.day, told.contract.day)


def test_one_day_has_one_reading() -> None:
    """Seen on the day itself, both readings are one."""
    pool = run(NEW, buy(days=3), Cage(T + 3)).pool

    assert not claims(pool, T + 3, T + 4).differ


def test_nobody_insured_leaves_everything_stuck() -> None:
    """Then no claimant is listed and the whole pool is stuck."""
    pool = run(NEW, buy(days=1)).pool
    told = claims(pool, T + 5 * DAY_SECONDS, T + 5 * DAY_SECONDS)

    assert ((), pool.pool, 0) == (told.claimants, told.contract.stuck, told.contract.issued)


@pytest.mark.parametrize(("caged", "ticked"), [(T + 5, T + 4), (T - 1, T + 4)])
def test_a_shutdown_is_seen_after_it_happened(caged: int, ticked: int) -> None:
    """Times out of order are refused, and so is a pool that has ended."""
    with pytest.raises(PremiumError) as refused:
        claims(NEW, caged, ticked)
    assert "E_PREM_SHUTDOWN" == refused.value.code

    ended = run(NEW, buy(), Cage(T + 2), Claim(T + 3, "ann")).pool
    with pytest.raises(PremiumError) as late:
        claims(ended, T + 4, T + 5)
    assert "ended" == late.value.reason


def test_figures_tell_live_units_and_raise_the_alarm() -> None:
    """What the contract counts is stale; with nobody insured and something in it, the pool would be locked."""
    pool = run(NEW, buy(days=2)).pool
    now, later = figures(pool, DAY), figures(pool, DAY + 2)

    assert (pool.issued_insurance, pool.issued_insurance, False) == (now.issued, now.active, now.locked)
    assert (pool.issued_insurance, 0, None, True) == (later.issued, later.active, later.multiple, later.locked)
    assert not figures(NEW, DAY).locked


def test_figures_of_an_ended_pool_are_frozen() -> None:
    """After the end no day passes."""
    ended = run(NEW, buy(days=2), Cage(T + 2), Claim(T + 3, "ann")).pool

    assert figures(ended, DAY) == figures(ended, DAY + 50)


def test_a_closed_round_balances_to_the_wei(replayed: Any) -> None:
    """Held is owed as claims, dividends, referrals or stuck; at the history's end 468 wei are left, all stuck."""
    history, run_ = replayed
    ended = next(outcome.pool for outcome in states(history) if outcome.pool.ended)
    at_once, at_last = close(ended), close(run_.last, 2)

    assert 0 == sum(line.wei for line in at_once.lines) == sum(line.wei for line in at_last.lines)
    assert (0, 0, 0, 468) == tuple(at_last.total(name) for name in ("claims", "dividends", "referrals", "stuck"))
    assert ended.pool - at_once.total("claims") < at_once.total("stuck") < ended.pool - at_once.total("claims") + 500
    assert (2, run_.last.end) == (at_last.round, at_last.end)


def test_the_next_round_begins_empty() -> None:
    """After the end, with nothing of the old one; an open round cannot be closed."""
    ended = run(NEW, buy(), Cage(T + 2), Claim(T + 3, "ann")).pool
    closing = close(ended)

    assert deploy(T + 9) == open_next(closing, T + 9)
    with pytest.raises(PremiumError) as early:
        open_next(closing, T + 2)
    with pytest.raises(PremiumError) as opened:
        close(NEW)
    assert (("E_PREM_ROUND", "early"), ("E_PREM_ROUND", "open")) == (
        (early.value.code, early.value.reason),
        (opened.value.code, opened.value.reason),
    )


def test_a_round_without_insured_is_all_stuck() -> None:
    """What nobody can claim is stuck, and dividends are still owed."""
    day = DAY_SECONDS
    locked = run(NEW, buy(days=1), Cage(T + 3 * day), buy(at=T + 4 * day)).pool
    closing = close(locked)

    assert 0 == closing.total("claims")
    assert closing.total("stuck") >= locked.pool
    assert locked.dividends("ann") == closing.total("dividends")


AGENT = bytes.fromhex("11" * 20)


@pytest.mark.parametrize(
    ("call", "selector", "arguments"),
    [
        (calls.buy(ETH), "a6f2ae3a", []),
        (calls.buy(ETH, 101), "cce7ec13", [bytes(20), 100]),
        (calls.buy(ETH, 3, AGENT), "cce7ec13", [AGENT, 3]),
        (calls.buy(ETH, 3, 2), "d6febde8", [2, 3]),
        (calls.buy(ETH, 0, "Bob"), "0ddeb632", [b"bob".ljust(32, b"\0"), 0]),
        (calls.register("Bob"), "f2c298be", ["Bob"]),
        (calls.plain("upgrade"), "d55ec697", []),
        (calls.plain("withdraw"), "3ccfd60b", []),
        (calls.plain("claim"), "4e71d92d", []),
        (calls.plain("forward"), "d264e05e", []),
    ],
    ids=lambda value: value.function if isinstance(value, calls.PoolCall) else None,
)
def test_calls_are_the_contract_s(call: calls.PoolCall, selector: str, arguments: list[object]) -> None:
    """Selectors as computed from the verified source, arguments as they decode."""
    assert selector == call.data[:4].hex()
    assert tuple(arguments) == abi.decode_call(call.function, call.data)
    assert (call.function not in ("buy()", "withdraw()")) == call.people_only
    proxy = call.function == "forward()"
    expected = "0x9933AD4D38702cdC28C5DB2F421F1F02CF530780" if proxy else "0x66be1bc6C6aF47900BBD4F3711801bE6C2c6CB32"
    assert expected == checksum(call.to)


def test_calls_that_would_revert_are_not_built() -> None:
    """A premium out of range, a fee too small, and the tick that nobody can call."""
    for code, build in (
        ("E_PREM_RANGE", lambda: calls.buy(10**9 - 1)),
        ("E_PREM_CALL", lambda: calls.register("bob", 1)),
        ("E_PREM_CALL", lambda: calls.plain("tick")),
        ("E_PREM_CALL", lambda: calls.plain("newIIP")),
    ):
        with pytest.raises(PremiumError) as refused:
            build()
        assert code == refused.value.code


def test_mds_supply() -> None:
    """The published figures: 376 short of 60 %."""
    told = vector("mds_supply")
    found = supply(int(told["total"]), int(told["circulating"]))

    assert (int(told["not_circulating"]), told["circulating_ppm_floor"]) == (
        found.not_circulating,
        found.circulating_ppm,
    )
    assert (int(told["short_of_60_percent"]), 0) == (found.short_of(60), found.short_of(59))


@pytest.mark.parametrize(("total", "circulating"), [(0, 0), (10, 11), (10, -1)])
def test_a_supply_is_a_part_of_a_total(total: int, circulating: int) -> None:
    """More than everything, less than nothing and nothing at all are refused."""
    with pytest.raises(SupplyError) as refused:
        supply(total, circulating)

    assert "E_SUPPLY" == refused.value.code


def test_vectors_are_the_measured_ones(shared_data: Path) -> None:
    """Tiers, upgrades, claims, multiples, the scenario and the supply were retyped without a change."""

    def told(name: str) -> Any:
        return json.loads((shared_data / "mutual" / f"{name}.json").read_text("utf-8"))

    tiers, ours = told("agent_tiers"), vector("agent_tiers")
    assert [tier["requirement_wei"] for tier in tiers["tiers"]] == [tier["requirement"] for tier in ours["tiers"]]
    assert [case["accumulated_ref_wei"] for case in tiers["upgrade_cases"]] == [
        case["earned"] for case in ours["upgrades"]
    ]
    assert [(case["pool"], case["units"]) for case in told("claim_split")["cases"]] == [
        (case["pool"], case["units"]) for case in vector("claim_split")["cases"]
    ]
    assert [case["odd_1e18"] for case in told("payout_multiple")["cases"]] == [
        case["multiple"] for case in vector("payout_multiple")["cases"]
    ]
    scenario = [step for step in vector("dividend_claim_scenario")["steps"] if step["op"] == "buy"]
    assert [step["state"] for step in told("dividend_claim_scenario")["log"] if step["op"] == "buy"] == [
        step["state"] for step in scenario
    ]
    supplied = vector("mds_supply")
    assert {key: value for key, value in told("mds_supply").items() if key in supplied} == {
        key: value for key, value in supplied.items() if key != "source"
    }
