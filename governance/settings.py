"""The settings of a space as values: who may ask, how it is decided, where the money lies, who watches.

Nothing is decided here. `governance.settings_text` reads and refuses; `governance.space` says whose signature puts
settings in force, and when.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from proposals.periods import NO_PERIODS, Periods

Admission = Literal["strict", "snapshot"]


class ChainSettings(NamedTuple):
    """A chain that the space knows, and how deep a block lies before its facts are booked."""

    chain_id: int
    finality_depth: int


class SafeSettings(NamedTuple):
    """A Safe of the DAO. The first one of the settings is the treasury Safe, whose owners sign settings."""

    chain_id: int
    address: bytes
    version: str


class Asset(NamedTuple):
    """An asset that a fund holds; `address` is None for the chain's native coin."""

    address: bytes | None
    decimals: int
    symbol: str


class Source(NamedTuple):
    """Where income of a fund comes from: a contract, and the kind of its payments.

    `premium_share`: a proxy that logs the proposals' tenth of each premium and what it forwards; `mutual`: a mutual
    whose purchases log no ether; `guild_bank`: a bank contract that pays out by `withdraw`.
    """

    address: bytes
    kind: str


class OutflowLimit(NamedTuple):
    """How much of an asset a fund's parts may pay within any `seconds` before a payment."""

    symbol: str
    amount: int
    """Base units, more than 0."""
    seconds: int


class LiquidityClass(NamedTuple):
    """How easily some assets are replaced, and the most that one proposal may take of any of them."""

    name: str
    symbols: tuple[str, ...]
    numerator: int
    """0: nothing of them may be paid."""
    denominator: int


class Mandate(NamedTuple):
    """What a fund may never do, whatever is voted."""

    excluded: tuple[bytes, ...] = ()
    """Whom it never pays or calls: members and their ventures."""
    largest_share: tuple[int, int] | None = None
    """Numerator and denominator: the most that one proposal may ask of what is available of an asset."""
    limits: tuple[OutflowLimit, ...] = ()
    liquidity: tuple[LiquidityClass, ...] = ()
    """Every asset of the fund is in one of them, where there are any."""


class GrantLimit(NamedTuple):
    """How much of one asset a committee may grant, in base units."""

    symbol: str
    grant: int
    """By one proposal."""
    year: int
    """Within any 365 days."""


class Committee(NamedTuple):
    """Who decides about a fund in place of the space's voters, one vote each, and what for."""

    members: tuple[bytes, ...]
    required: int
    """So many of them must be in favour."""
    mandate: str
    """One line for people."""
    limits: tuple[GrantLimit, ...]
    """An asset that is not named cannot be granted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FundSettings:
    """A named fund: one Safe on one chain, its assets, its sources of income, and what it may never do."""

    name: str
    chain_id: int
    safe: bytes
    assets: tuple[Asset, ...]
    sources: tuple[Source, ...]
    mandate: Mandate = field(default_factory=Mandate)
    committee: Committee | None = None
    """None: the space's voters decide."""

    def sources_of(self, kind: str) -> tuple[bytes, ...]:
        """The addresses of the sources of one kind."""
        return tuple(source.address for source in self.sources if source.kind == kind)


class BalanceProof(NamedTuple):
    """How a token's balances lie in its storage, and the hash of the code for which that is true."""

    code_hash: bytes
    layout: Literal["solidity", "vyper"]
    slot: int


class AccountProof(NamedTuple):
    """That a power is an account's own balance, which its record under the state root proves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategySettings:
    """One strategy of voting power: a name and version that rules bind, and its own parameters as JSON values."""

    chain_id: int
    name: str
    version: int
    params: Mapping[str, object]
    proof: BalanceProof | AccountProof | None
    """None: what a node answered is taken on trust (A_POWER)."""


QuorumKind = Literal["all_choices", "for_abstain", "for", "rejection"]
"""What the quorum counts: every choice; all but Against; For alone; or, turned around, Against, which then rejects."""


class Quorum(NamedTuple):
    """How much must have been counted."""

    kind: QuorumKind
    minimum: int
    """In 1e-18 of voting power."""
    of_supply: tuple[int, int] | None = None
    """Numerator and denominator: so much of all the power there could be, where that is more than `minimum`."""
    voters: int = 0
    """How many voters with power must have voted."""


class Threshold(NamedTuple):
    """Which share of For + Against For must exceed, or reach."""

    numerator: int
    denominator: int
    at_least: bool = False
    """Whether the share itself suffices: 1/1 is unanimity."""


class Voting(NamedTuple):
    """The window of a vote, in seconds."""

    delay: int
    period: int
    max_snapshot_age: int


class Reviewers(NamedTuple):
    """Who releases milestones, and how many of them it takes. Nobody and 0 where the space has none."""

    addresses: tuple[bytes, ...]
    required: int


class Disputes(NamedTuple):
    """Who resolves a dispute, how many of them it takes, and how long one may stay open (seconds)."""

    panel: tuple[bytes, ...]
    required: int
    seconds: int


class Journal(NamedTuple):
    """The one writer's Ed25519 public key (32 bytes) and the log's origin."""

    key: bytes
    origin: str


class SpendingLimit(NamedTuple):
    """How much of one asset may leave a fund's Safe in any 24 hours: in all, and to one payee. Base units."""

    fund: str
    symbol: str
    """Of one of the fund's assets."""
    per_day: int | None
    per_payee: int | None
    """At least one of the two is a number."""


class Limits(NamedTuple):
    """Greatest body of a proposal in characters, greatest number of parts, and what may be paid in a day."""

    body: int
    parts: int
    spending: tuple[SpendingLimit, ...] = ()


class Credit(NamedTuple):
    """How much of an asset of its fund a group may draw; `address` is None for the chain's native coin."""

    address: bytes | None
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSettings:
    """A working group with an account inside a fund: who asks, who says yes or no, and what may be drawn."""

    name: str
    fund: str
    members: tuple[bytes, ...]
    confirmers: tuple[bytes, ...]
    credit: tuple[Credit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that a space fixes. `text` is the canonical JSON that was signed; its raw CID names these settings."""

    text: str
    space: str
    prefix: str
    venue: Literal["journal", "snapshot"]
    admission: Admission
    journal: Journal
    chains: tuple[ChainSettings, ...]
    safes: tuple[SafeSettings, ...]
    funds: tuple[FundSettings, ...]
    proposers: tuple[bytes, ...]
    """Empty: whoever has voting power may propose."""
    choices: tuple[str, ...]
    """Of a vote that pays: the first releases, the second is against, a third abstains."""
    strategies: tuple[StrategySettings, ...]
    quorum: Quorum
    threshold: Threshold
    voting: Voting
    timelock: int
    """Seconds from the close (or release) of a part to its earliest execution."""
    grace: int
    """Seconds from there to its expiry, where a part names none."""
    notice: int
    """Seconds that newer settings wait before they bind a proposal."""
    guardian: bytes | None
    reviewers: Reviewers
    disputes: Disputes
    housekeeping: tuple[str, ...]
    limits: Limits
    periods: Periods = NO_PERIODS
    """How long a text stands before its vote, and when the same may be asked again."""
    groups: tuple[GroupSettings, ...] = ()
    """Empty where the text has no such key."""

    def fund(self, name: str) -> FundSettings | None:
        """Find a fund by name."""
        return next((fund for fund in self.funds if fund.name == name), None)

    def chain(self, chain_id: int) -> ChainSettings | None:
        """Find a chain by its id."""
        return next((chain for chain in self.chains if chain.chain_id == chain_id), None)

    def treasury(self) -> SafeSettings:
        """Return the Safe whose owners sign settings: the first one named."""
        return self.safes[0]
