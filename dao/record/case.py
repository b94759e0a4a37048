"""One proposal's facts, and what has been verified of them so far.

A `Case` is what the numbered checks work on: the leaves that concern one proposal, a way to get the block behind a
link, and a place for each value that a check has established. A check that needs a value whose own check failed stops
with `NotReached`: nothing is ever concluded from something unverified.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeVar

from chain.blocks import BlockRef
from chain.cid import CID
from chain.receipt import ProvedReceipt
from chain.safe import SafeTx
from chain.safe_state import SafeState
from dao.record.errors import NotDueError, RecordError
from dao.record.leaves import Leaf
from dao.record.trust import Trust
from governance.acts import ActLeaf, ReleaseFact
from governance.ballot import Ballot
from governance.batch import Spread
from governance.certificate import Transcript
from governance.commitment import Commitment
from governance.disputes import Dispute
from governance.messages import Envelope
from governance.power import PowerTable
from governance.rules import Verdict
from governance.space import Settings
from governance.tally import Tally
from proposals.document import Document
from proposals.parts import Part
from treasury.housekeeping import Announced, OwnerChange
from treasury.income import DonationFact, ForwardFact, PremiumFact, PremiumsFact
from treasury.ledger import Entry

Value = TypeVar("Value")
Get = Callable[[CID], bytes]
Logged = PremiumFact | ForwardFact | DonationFact
"""Income that one log says."""
Income = Logged | PremiumsFact


class NotReachedError(Exception):
    """A check leans on a value that an earlier check did not establish."""


def need(value: Value | None) -> Value:
    """Return a value that an earlier check established, or stop with `NotReachedError`."""
    if value is None:
        raise NotReachedError
    return value


def due(case: Case) -> None:
    """Stop a check of what a cancelled proposal never comes to; raise `NotDueError`.

    Where check 26 refused the cancellation nobody knows whether it is due: `NotReachedError`.
    """
    if case.is_cancel_refused:
        raise NotReachedError
    if case.cancelled is not None:
        raise NotDueError("E_STATE", "cancelled", index=case.cancelled.index, time=case.cancelled.leaf.time)


def cid_of(row: Row, field_name: str) -> CID:
    """The link in one field of a leaf."""
    cid = row.leaf.body[field_name]
    assert isinstance(cid, CID), "the leaf's schema says so"
    return cid


def refuse_strangers(case: Case, kind: str, **match: object) -> None:
    """Refuse leaves of a kind that belong to something else: no check would look at them, and none may pass unseen."""
    own = {row.index for row in case.rows(kind, **match)}
    for row in case.rows(kind):
        if row.index not in own:
            raise RecordError("E_LOG_INCONSISTENT", "foreign", index=row.index, kind=kind)


def part_number(case: Case, row: Row) -> int:
    """The part that a leaf speaks of; it exists."""
    number = row.leaf.body["part"]
    assert isinstance(number, int), "the leaf's schema says so"
    if not 1 <= number <= len(need(case.parts)):
        raise RecordError("E_HASH_MISMATCH", "no_part", part=number, parts=len(need(case.parts)))
    return number


@dataclass(frozen=True, slots=True)
class Row:
    """A leaf with its place in the journal."""

    index: int
    leaf: Leaf


@dataclass(frozen=True, slots=True)
class SettingsRow:
    """Settings whose signature by the Safe was checked."""

    index: int
    time: int
    cid: CID
    settings: Settings
    state: SafeState


@dataclass(frozen=True, slots=True)
class VoteRow:
    """A vote whose form, signature and signer were checked."""

    index: int
    time: int
    envelope: Envelope


@dataclass(frozen=True, slots=True)
class ContractVote:
    """A vote that a contract signed."""

    index: int
    leaf: Leaf
    raw: bytes
    """Its envelope."""


@dataclass(frozen=True, slots=True)
class Stop:
    """From where on nothing of a part may be queued, signed or executed any more."""

    cause: Literal["vetoed", "superseded"]
    """The latter by another proposal that passed."""
    index: int
    """The leaf by which it came into force."""
    time: int


class Queued(NamedTuple):
    """One queued transaction in its place."""

    row: Row
    tx: SafeTx
    hash: bytes
    payout: tuple[bytes, int]
    """Proposal and part."""


class Announcement(NamedTuple):
    """A change of owners that was announced."""

    row: Row
    safe: tuple[int, bytes]
    """Chain id and address."""
    announced: Announced
    notice: int
    """Seconds, of the settings in force at the leaf."""


class Kept(NamedTuple):
    """A change of owners that a Safe made without a vote."""

    row: Row
    tx: SafeTx
    change: OwnerChange
    time: int
    """Of its block."""
    notice: int


class Head(NamedTuple):
    """What a record says of the journal it was taken from."""

    size: int
    checkpoint: bytes
    """The signed note."""
    leaf_hashes: Mapping[int, bytes]
    """Of the record's own leaves, by index."""
    proof: tuple[bytes, ...]
    """The tree hashes that stand for all other leaves."""


@dataclass(slots=True)
class Case:
    """The facts of one proposal (`leaves`, by index) and the values verified from them."""

    proposal: bytes
    leaves: Mapping[int, Leaf]
    get: Get
    head: Head | None = None
    """None while facts are checked on their way into a journal."""
    trust: Trust = field(default_factory=Trust)
    fresh: frozenset[int] | None = None
    """When set, these leaves are about to be appended, and checks that go fact by fact judge only them: the others were
    judged when they came."""

    spread: Spread = map
    """How work that many cores could share is spread."""

    newer: Mapping[bytes, Case] = field(default_factory=dict)
    """Other proposals that supersede this one and passed, as far as that is to be proved."""
    older: Mapping[bytes, Case] = field(default_factory=dict)
    """Proposals that this one supersedes, as far as it must be seen that they stood."""

    blocks: set[BlockRef] = field(default_factory=set)
    """Every block whose hash some check had to take on trust (A_BLOCK)."""

    root: bytes | None = None
    """The root of the journal's tree, computed from the leaves and the proof."""
    journal_key: bytes | None = None
    settings_rows: tuple[SettingsRow, ...] | None = None
    settings: Settings | None = None
    document: Document | None = None
    parts: tuple[Part, ...] | None = None
    envelope: Envelope | None = None
    proposal_row: Row | None = None
    status: str | None = None
    """State of the lifecycle after all leaves."""
    commitment: Commitment | None = None
    votes: tuple[VoteRow, ...] | None = None
    admitted: Sequence[Ballot] | None = None
    """Their ballots, in the order of the journal; of a vote by the million nothing else is kept."""
    contract_votes: Mapping[bytes, ContractVote] = field(default_factory=dict)
    """By id, the votes that contracts signed."""
    contract_assumed: bool = False
    """Whether any contract's signature was taken on the word of those who asked it (A_1271)."""
    void: frozenset[bytes] = frozenset()
    """Ids of votes that do not count: their block left the chain, and their contract would not say yes again."""
    cancelled: Row | None = None
    """The author's cancellation, where there is one: nothing of the proposal is decided or paid."""
    is_cancel_refused: bool = False
    """Whether a leaf says that it was cancelled, and check 26 has not believed it."""
    closed: Row | None = None
    safe_at_close: SafeState | None = None
    """The fund's Safe when the vote closed: whose owners may sign what passed."""
    powers: Mapping[bytes, int] | None = None
    power_tables: tuple[PowerTable, ...] = ()
    """One a strategy, behind `powers`: what is proved, and who answered the rest."""
    supply: int | None = None
    """All the power there could be, where the rules ask for it."""
    power_assumed: bool = False
    """Whether any power was taken without a proof (A_POWER)."""
    expected: Transcript | None = None
    """What the transcript must say."""
    counted: Tally | None = None
    """The tally made again, with the steps of counting."""
    verdict: Verdict | None = None
    released: bool | None = None
    acts: tuple[ActLeaf, ...] | None = None
    releases: Mapping[int, ReleaseFact] | None = None
    stops: Mapping[int, Stop] | None = None
    """By the part's number, of those that are stopped."""
    disputes: Mapping[int, Dispute] | None = None
    """By the part's number, of those that somebody disputed."""
    superseded_by: int | None = None
    """Number of the proposal that superseded this one first."""
    safe_txs: Mapping[bytes, tuple[int, SafeTx]] | None = None
    """By Safe transaction hash: the part's number and the transaction."""
    queue: tuple[Queued, ...] | None = None
    """Every queued transaction of the journal, also those of other proposals."""
    executed: tuple[int, ...] | None = None
    """Numbers of the parts that the Safe reported as executed."""
    announcements: tuple[Announcement, ...] | None = None
    kept: tuple[Kept, ...] | None = None
    """Changes of owners without a vote, in journal order."""
    spent: frozenset[bytes] | None = None
    """Hashes of the transactions that spent a nonce and nothing else."""
    ended: Mapping[tuple[bytes, int], str] | None = None
    """Why each payout that ended unpaid did so, also those of other proposals."""
    receipts: dict[CID, ProvedReceipt] = field(default_factory=dict)
    incomes: Mapping[int, Income] | None = None
    """By leaf index."""
    taken_back: frozenset[int] | None = None
    """Leaf indexes of the incomes whose block left the chain."""
    premiums_assumed: bool = False
    """Whether any premium was booked on a node's word of what the mutual logged (A_PREMIUM)."""
    entries: tuple[tuple[int, Entry], ...] | None = None
    """Leaf index and entry, in journal order."""

    _by_kind: dict[str, list[Row]] = field(init=False, repr=False, default_factory=dict)
    """The leaves again, in journal order: checks ask for few leaves of one kind among thousands of votes."""

    def __post_init__(self) -> None:
        for index, leaf in self.leaves.items():
            self._by_kind.setdefault(leaf.kind, []).append(Row(index, leaf))

    def rows(self, kind: str, **match: object) -> Iterator[Row]:
        """The leaves of one kind, in journal order, whose body agrees with `match`."""
        for row in self._by_kind.get(kind, ()):
            if all(row.leaf.body[name] == value for name, value in match.items()):
                yield row

    def rows_of(self, *kinds: str) -> Iterator[Row]:
        """The leaves of several kinds, in journal order."""
        found = [row for kind in kinds for row in self._by_kind.get(kind, ())]
        return iter(sorted(found, key=lambda row: row.index))

    def shown(self) -> dict[int, Leaf]:
        """Every leaf that is at hand, also those of the proposals beside this one, by index."""
        found = dict(self.leaves)
        for other in (*self.newer.values(), *self.older.values()):
            found.update(other.shown())
        return dict(sorted(found.items()))

    def concerns(self, index: int) -> bool:
        """Whether a check that goes leaf by leaf has to look at this one."""
        return self.fresh is None or index in self.fresh
