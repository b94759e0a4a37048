"""One transaction against the pool: a state and an event give the next state, to the wei.

Decides what `ThreeFMutual` and the proposal proxy do, in their own order, floors and oddities: the buyer shares in the
dividend of the own premium, dust goes to the pool while the split's remainder is nobody's, days beyond 100 are
clipped, only `buy` and `claim` move the calendar, and what reverts leaves no trace. It does not decide who sent a
transaction or whether one like it was ever mined.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from treasury.mutual_pool import agents, curve
from treasury.mutual_pool.agents import AgentNameError
from treasury.mutual_pool.claims import claim_amount
from treasury.mutual_pool.curve import ONE
from treasury.mutual_pool.state import (
    DAY_SECONDS,
    Account,
    Buy,
    Cage,
    Claim,
    Event,
    Forward,
    Outcome,
    Player,
    Pool,
    Register,
    Upgrade,
    Withdraw,
    expired,
)
from treasury.premiums import PREMIUM_MAX_WEI, PREMIUM_MIN_WEI, PremiumSplit, forward_rebate, split


class _RevertError(Exception):
    """The transaction fails; its reason is the contract's."""


def apply(pool: Pool, event: Event) -> Outcome:
    """Let one transaction happen. Its time must not be earlier than that of the one before; nobody checks it here."""
    try:
        return _STEPS[type(event)](pool, event)
    except _RevertError as revert:
        return Outcome(pool, 0, str(revert))


def tick(pool: Pool, ts: int) -> Pool:
    """Move the calendar to `ts` and see a shutdown; nothing happens twice in one second, or after the end."""
    if pool.ended or pool.now == ts:
        return pool
    today = max(ts // DAY_SECONDS, pool.today)
    return replace(
        pool,
        now=ts,
        end=ts if pool.caged_at else 0,
        today=today,
        issued_insurance=pool.issued_on(today),
        unit_to_expire=_from_day(pool.unit_to_expire, today),
    )


def _buy(pool: Pool, event: Buy) -> Outcome:
    if not event.human and (event.days or event.agent is not None):
        raise _RevertError("sorry humans only")
    pool = tick(pool, event.ts)
    if pool.ended:
        return Outcome(pool, event.premium if event.human else 0)
    if event.premium < PREMIUM_MIN_WEI:
        raise _RevertError("pocket lint: not a valid currency")
    if event.premium > PREMIUM_MAX_WEI:
        raise _RevertError("no vitalik, no")
    agent = event.agent if event.agent is not None and pool.player(event.agent).is_agent else None
    shares = split(event.premium, pool.player(agent).level if agent is not None else 0)
    pool = _mint(pool, event, shares.dividends)
    if agent is not None:
        earner = pool.player(agent)
        pool = _with_player(
            pool,
            agent,
            replace(earner, ref=earner.ref + shares.agent, accumulated_ref=earner.accumulated_ref + shares.agent),
        )
    return Outcome(_paid_in(pool, event.premium, shares), 0 if event.human else -event.premium)


def _mint(pool: Pool, event: Buy, dividends: int) -> Pool:
    """Give the buyer shares and units, and everybody a part of the dividend; its dust goes to the pool."""
    days = curve.days_covered(event.days)
    wei = curve.eth_to_buy_share(event.premium, days)
    minted = curve.mint_share(pool.eth_of_share, wei)
    units, last_day = (minted if days else 0), pool.today + days - 1
    shares = pool.shares + minted
    per_share = dividends * ONE // shares
    mask = pool.mask + per_share
    buyer = _seen(pool.player(event.actor), pool.today)
    buyer = replace(
        buyer,
        eth=buyer.eth + event.premium,
        shares=buyer.shares + minted,
        units=buyer.units + units,
        unit_to_expire=_added(buyer.unit_to_expire, last_day, units),
        mask=buyer.mask + mask * minted // ONE - per_share * minted // ONE,
    )
    pool = replace(
        pool,
        eth_of_share=pool.eth_of_share + wei,
        shares=shares,
        issued_insurance=pool.issued_insurance + units,
        unit_to_expire=_added(pool.unit_to_expire, last_day, units),
        mask=mask,
        pool=pool.pool + dividends - per_share * shares // ONE,
    )
    return _with_player(pool, event.actor, buyer)


def _paid_in(pool: Pool, premium: int, shares: PremiumSplit) -> Pool:
    """Put the pool's part into the pool, and send the vault's and the proposals' at once."""
    held = pool.balances
    held = held._replace(
        contract=held.contract + premium - shares.iip - shares.vault,
        guild_bank=held.guild_bank + shares.vault,
        iip_proxy=held.iip_proxy + shares.iip,
    )
    return replace(pool, pool=pool.pool + shares.pool, balances=held)


def _register(pool: Pool, event: Register) -> Outcome:
    _people_only(event)
    try:
        name = agents.clean_name(event.name)
    except AgentNameError:
        raise _RevertError("the name is not allowed") from None
    if event.value < agents.REGISTER_MIN_WEI:
        raise _RevertError("insufficient amount")
    if name in pool.agent_by_name:
        raise _RevertError("name registered")
    player = pool.player(event.actor)
    if not player.is_agent:
        number = pool.agents + 1
        player = replace(player, is_agent=True, id=number, level=1)
        pool = replace(pool, agents=number, agent_by_id=pool.agent_by_id.with_item(number, event.actor))
    held = pool.balances
    pool = replace(
        pool,
        agent_by_name=pool.agent_by_name.with_item(name, event.actor),
        balances=held._replace(guild_bank=held.guild_bank + event.value),
    )
    return Outcome(_with_player(pool, event.actor, replace(player, name=name)))


def _upgrade(pool: Pool, event: Upgrade) -> Outcome:
    _people_only(event)
    player = pool.player(event.actor)
    if not player.is_agent or player.level >= agents.LEVEL_MAX:
        raise _RevertError("reverted")
    if not agents.may_rise(player.level, player.accumulated_ref):
        return Outcome(pool)
    return Outcome(_with_player(pool, event.actor, replace(player, level=player.level + 1)))


def _withdraw(pool: Pool, event: Withdraw) -> Outcome:
    player, dividends = pool.player(event.actor), pool.dividends(event.actor)
    earned = dividends + player.ref
    if not earned:
        return Outcome(pool)
    pool = _with_player(pool, event.actor, replace(player, ref=0, mask=player.mask + dividends))
    return _pay(pool, earned, human=event.human)


def _claim(pool: Pool, event: Claim) -> Outcome:
    _people_only(event)
    pool = tick(pool, event.ts)
    if not pool.ended:
        raise _RevertError("not yet")
    player = pool.player(event.actor)
    if player.claimed:
        raise _RevertError("already claimed")
    if not pool.issued_insurance:
        raise _RevertError("division by zero")
    player = _seen(player, pool.today)
    amount = claim_amount(pool.pool, player.units, pool.issued_insurance)
    return _pay(_with_player(pool, event.actor, replace(player, claimed=True)), amount, human=True)


def _forward(pool: Pool, event: Forward) -> Outcome:
    _people_only(event)
    held = pool.balances
    rebate, rest = forward_rebate(held.iip_proxy)
    held = held._replace(iip_proxy=0, iip_target=held.iip_target + rest)
    return Outcome(replace(pool, balances=held), rebate)


def _cage(pool: Pool, event: Cage) -> Outcome:
    return Outcome(pool if pool.caged_at else replace(pool, caged_at=event.ts))


_STEPS: Mapping[type[Any], Callable[[Pool, Any], Outcome]] = {
    Buy: _buy,
    Register: _register,
    Upgrade: _upgrade,
    Withdraw: _withdraw,
    Claim: _claim,
    Forward: _forward,
    Cage: _cage,
}


def _people_only(event: Register | Upgrade | Claim | Forward) -> None:
    if not event.human:
        raise _RevertError("sorry humans only")


def _pay(pool: Pool, amount: int, *, human: bool) -> Outcome:
    """Pay the actor. If the contract lacks the wei, a person gets nothing unsaid; a wallet reverts."""
    held = pool.balances
    if amount > held.contract:
        if human:
            return Outcome(pool)
        raise _RevertError("reverted")
    return Outcome(replace(pool, balances=held._replace(contract=held.contract - amount)), amount)


def _seen(player: Player, today: int) -> Player:
    """Take what expired out of the player's units, and note the day."""
    return replace(
        player,
        units=player.units - expired(player, today),
        unit_to_expire=_from_day(player.unit_to_expire, today),
        plyr_last_seen=today,
    )


def _with_player(pool: Pool, account: Account, player: Player) -> Pool:
    return replace(pool, players=pool.players.with_item(account, player))


def _from_day(expiring: Mapping[int, int], today: int) -> Mapping[int, int]:
    if not expiring or min(expiring) >= today:
        return expiring
    return MappingProxyType({day: units for day, units in expiring.items() if day >= today})


def _added(expiring: Mapping[int, int], day: int, units: int) -> Mapping[int, int]:
    return MappingProxyType({**expiring, day: expiring.get(day, 0) + units}) if units else expiring
