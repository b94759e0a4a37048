"""The pool's values: one player, the whole pool, and the transactions that change it.

Decides the shape and the names (the contract's, in snake_case) and nothing else; `contract` says how one becomes the
next. Wei and 10⁻¹⁸ shares are `int`, days are Unix time // 86,400, an account is any text that names it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from treasury.mutual_pool.curve import ONE
from treasury.mutual_pool.persistent import PersistentMap

DAY_SECONDS = 86_400

Account = str


def _nothing() -> Mapping[int, int]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """The contract's `Player`, with the player's own days of expiry."""

    id: int = 0
    """Serial number of an agent, from 1."""
    name: str = ""
    ref: int = 0
    """Wei of referrals not withdrawn."""
    is_agent: bool = False
    claimed: bool = False
    eth: int = 0
    """Wei paid in premiums, ever."""
    shares: int = 0
    units: int = 0
    """Insured units as last written: what expired since `plyr_last_seen` is still in them."""
    plyr_last_seen: int = 0
    mask: int = 0
    """Wei of dividends that are not this player's, or are withdrawn."""
    level: int = 0
    accumulated_ref: int = 0
    """Wei of referrals in a lifetime; decides upgrades."""
    unit_to_expire: Mapping[int, int] = field(default_factory=_nothing)
    """Last covered day → units; nothing is kept for days without units."""

    def units_on(self, day: int) -> int:
        """Units still insured on `day`, by the last covered day of each purchase."""
        return sum(units for last, units in self.unit_to_expire.items() if last >= day)


NOBODY = Player()


class Balances(NamedTuple):
    """Wei that stand where; together they are all that came in and was not paid out."""

    contract: int = 0
    guild_bank: int = 0
    iip_proxy: int = 0
    iip_target: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Everything the contract stores, and the balances around it."""

    deploy_ts: int
    today: int
    now: int
    """Time of the last tick, not the present."""
    end: int = 0
    """Time at which the contract saw the shutdown; 0 before."""
    caged_at: int = 0
    """Time at which the shutdown happened, outside the contract; 0 before."""
    eth_of_share: int = 0
    shares: int = 0
    issued_insurance: int = 0
    pool: int = 0
    mask: int = 0
    """Wei of dividends a whole share earned ever, in 10⁻¹⁸."""
    agents: int = 0
    unit_to_expire: Mapping[int, int] = field(default_factory=_nothing)
    players: PersistentMap[Account, Player] = field(default_factory=PersistentMap)
    agent_by_name: PersistentMap[str, Account] = field(default_factory=PersistentMap)
    """Every name ever taken: an old one stays bound after a new one."""
    agent_by_id: PersistentMap[int, Account] = field(default_factory=PersistentMap)
    balances: Balances = field(default_factory=Balances)

    @property
    def ended(self) -> bool:
        """Whether the contract has seen the shutdown."""
        return self.end != 0

    @property
    def total_supply(self) -> int:
        """`totalSupply()`: the shares, and 0 once it has ended."""
        return 0 if self.ended else self.shares

    def player(self, account: Account) -> Player:
        """The account's player; one who never came is empty."""
        return self.players.get(account, NOBODY)

    def current_unit(self, account: Account) -> int:
        """`getCurrentUnit(account)`: units that had not expired at the last tick."""
        player = self.player(account)
        return player.units - expired(player, self.today)

    def dividends(self, account: Account) -> int:
        """Wei of dividends that `withdraw()` would pay now, without referrals."""
        player = self.player(account)
        return self.mask * player.shares // ONE - player.mask

    def issued_on(self, day: int) -> int:
        """Units that would be insured if the contract ticked on `day`, which is not before `today`."""
        return self.issued_insurance - sum(u for last, u in self.unit_to_expire.items() if last < day)


def expired(player: Player, today: int) -> int:
    """Units that ran out since the player was last seen and still stand in `units`."""
    if player.plyr_last_seen == 0:
        return 0
    return sum(u for last, u in player.unit_to_expire.items() if player.plyr_last_seen <= last < today)


def deploy(deploy_ts: int) -> Pool:
    """A new pool, nothing in it."""
    return Pool(deploy_ts=deploy_ts, today=deploy_ts // DAY_SECONDS, now=deploy_ts)


class Buy(NamedTuple):
    """A purchase. `agent` is who was named as agent, registered or not; None where nobody was."""

    ts: int
    actor: Account
    premium: int
    days: int = 0
    agent: Account | None = None
    human: bool = True
    """False for a contract that buys: shares only, and no agent."""


class Register(NamedTuple):
    """Becoming an agent, or taking another name as one."""

    ts: int
    actor: Account
    name: str
    value: int
    human: bool = True


class Upgrade(NamedTuple):
    """One level up, if the referrals suffice."""

    ts: int
    actor: Account
    human: bool = True


class Withdraw(NamedTuple):
    """Dividends and referrals paid out."""

    ts: int
    actor: Account
    human: bool = True


class Claim(NamedTuple):
    """A share of the pool for the units insured at the shutdown."""

    ts: int
    actor: Account
    human: bool = True


class Forward(NamedTuple):
    """`forward()` of the proposal proxy, by anybody."""

    ts: int
    actor: Account
    human: bool = True


class Cage(NamedTuple):
    """MakerDAO is shut down; the contract learns it at its next tick."""

    ts: int


Event = Buy | Register | Upgrade | Withdraw | Claim | Forward | Cage


class Outcome(NamedTuple):
    """What a transaction did."""

    pool: Pool
    """The state after it; the very same one where it reverted."""
    received: int = 0
    """Wei paid to the actor; for a contract that buys, minus its premium."""
    revert: str | None = None
    """The contract's own reason, or `reverted` where it gives none; None if it succeeded."""

    @property
    def ok(self) -> bool:
        """Whether the transaction succeeded, which may still have paid nothing."""
        return self.revert is None
