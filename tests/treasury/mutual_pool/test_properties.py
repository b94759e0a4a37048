"""What holds of every history: nothing is created or lost, shares add up, and a replay is the state."""

from __future__ import annotations

from hypothesis import given

from tests.treasury.mutual_pool.cases import run
from tests.treasury.mutual_pool.pool_strategies import PEOPLE, START, WALLET, histories
from treasury.mutual_pool.contract import apply
from treasury.mutual_pool.figures import figures
from treasury.mutual_pool.rounds import close
from treasury.mutual_pool.state import Buy, Cage, Event, Pool, Register, deploy
from treasury.premiums import forward_rebate, share_drift

EVERYBODY = (*PEOPLE, WALLET)


def accepted(history: tuple[Event, ...]) -> tuple[Pool, list[int], int]:
    """The last state, the premiums that were taken, and the wei that left the contracts for people."""
    pool, premiums, paid = deploy(START), [], 0
    for event in history:
        outcome = apply(pool, event)
        refund = isinstance(event, Buy) and outcome.pool.ended
        if isinstance(event, Buy) and outcome.ok and not refund:
            premiums.append(event.premium)
        elif outcome.ok and not refund:
            paid += outcome.received
        pool = outcome.pool
    return pool, premiums, paid


@given(histories())
def test_nothing_is_created_or_lost(history: tuple[Event, ...]) -> None:
    """Premiums and fees are all somewhere: in a contract, in the vault, at the proposals' target, or paid out."""
    pool, premiums, paid = accepted(history)
    fees = sum(
        event.value
        for before, event in zip(_pools(history), history, strict=True)
        if isinstance(event, Register) and apply(before, event).ok
    )

    assert sum(premiums) + fees == sum(pool.balances) + paid
    assert min(pool.balances) >= 0


def _pools(history: tuple[Event, ...]) -> list[Pool]:
    """The state before each event."""
    pools = [deploy(START)]
    for event in history:
        pools.append(apply(pools[-1], event).pool)
    return pools[:-1]


@given(histories())
def test_H94_tenths_add_up(history: tuple[Event, ...]) -> None:
    """The proposals got the sum of the floors of every premium, less the rebates of forwarding, and no wei more."""
    tenths, rebates, pool = 0, 0, deploy(START)
    for event in history:
        before, pool = pool, apply(pool, event).pool
        arrived = pool.balances.iip_proxy - before.balances.iip_proxy
        if isinstance(event, Buy):
            tenths += arrived
            assert arrived in (0, event.premium // 10)
        elif arrived:
            rebates += forward_rebate(before.balances.iip_proxy)[0]

    _, premiums, _ = accepted(history)
    assert sum(premium // 10 for premium in premiums) == tenths == share_drift(premiums).shares
    assert tenths - rebates == pool.balances.iip_proxy + pool.balances.iip_target


@given(histories())
def test_a_replay_is_the_state(history: tuple[Event, ...]) -> None:
    """Cut anywhere and continued, a history ends in one state, and what reverted can be left out of it."""
    whole = run(deploy(START), *history).pool
    half = len(history) // 2

    assert whole == run(run(deploy(START), *history[:half]).pool, *history[half:]).pool
    done = [event for before, event in zip(_pools(history), history, strict=True) if apply(before, event).ok]
    assert whole == run(deploy(START), *done).pool


@given(histories())
def test_units_and_shares_are_somebody_s(history: tuple[Event, ...]) -> None:
    """Totals are the sums over people; until the end, the units counted are those that expire on some day."""
    pool = run(deploy(START), *history).pool

    assert pool.shares == sum(pool.player(account).shares for account in EVERYBODY)
    assert pool.issued_insurance == sum(pool.current_unit(account) for account in EVERYBODY)
    assert pool.issued_insurance == sum(pool.unit_to_expire.values())
    for account in EVERYBODY:
        assert 0 <= pool.dividends(account)
        assert 0 <= pool.current_unit(account) <= pool.player(account).units


@given(histories())
def test_what_is_owed_is_there(history: tuple[Event, ...]) -> None:
    """The contract holds pool, dividends and referrals, except for at most a wei a purchase."""
    pool, premiums, _ = accepted(history)
    if pool.ended:
        closing = close(pool)
        assert 0 == sum(line.wei for line in closing.lines)
        assert -len(premiums) <= closing.total("stuck")
        return
    owed = pool.pool + sum(pool.dividends(account) + pool.player(account).ref for account in EVERYBODY)

    assert -len(premiums) <= pool.balances.contract - owed <= 4 * len(premiums)
    assert figures(pool, pool.today).active == pool.issued_insurance


@given(histories())
def test_a_shutdown_is_learned_once(history: tuple[Event, ...]) -> None:
    """After the end the calendar, the pool and the shares stand still."""
    pools = [*_pools(history), run(deploy(START), *history).pool]
    ended = [pool for pool in pools if pool.ended]

    assert len({(pool.end, pool.today, pool.pool, pool.shares, pool.issued_insurance) for pool in ended}) <= 1
    assert not ended or any(isinstance(event, Cage) for event in history)
