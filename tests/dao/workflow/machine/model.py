"""What the stateful test remembers beside the tool: plain values, and nothing computed by the code under test.

Windows are added up here from times that were noted when steps succeeded; what moved on the chain is noted when it was
sent, with what it should have done to the Safe. Assets are `ETH` and `MUT`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from chain.address import with_chain
from chain.networks import DEVNET_CHAIN_ID
from chain.safe import SafeTx
from dao.cli.start.demo import cast
from proposals.draft import budget_row, draft, milestone
from proposals.parts import Part
from proposals.times import spell_day
from tests.dao.workflow.stage import SECTIONS

Amounts = Counter[str]
Payout = tuple[bytes, int]
"""Proposal and part."""


class Row(NamedTuple):
    """One row of a budget; times are seconds after the publication, 0 for none."""

    part: int
    amount: str
    payee: str
    release: str = ""
    not_before: int = 0
    not_after: int = 0


SHAPES: Mapping[str, tuple[Row, ...]] = {
    "plain": (Row(1, "0.5 ETH", "nora"),),
    "two parts": (Row(1, "0.5 ETH", "nora"), Row(2, "300 MUT", "omar")),
    "twice the same": (Row(1, "0.5 ETH", "nora"), Row(2, "0.5 ETH", "nora")),
    "batch": (Row(1, "0.5 ETH", "nora"), Row(1, "300 MUT", "omar")),
    "milestone": (Row(1, "0.25 ETH", "nora"), Row(2, "0.5 ETH", "nora", "m1")),
    "milestones": (Row(1, "0.1 ETH", "omar", "m1"), Row(2, "100 MUT", "nora", "m2")),
    "large": (Row(1, "2.5 ETH", "nora"),),
    "too large": (Row(1, "20 ETH", "nora"),),
    "half covered": (Row(1, "0.5 ETH", "nora"), Row(2, "6000 MUT", "omar")),
    "all tokens": (Row(1, "5000 MUT", "omar"),),
    "later": (Row(1, "0.5 ETH", "nora", "", 7 * cast.DAY, 10 * cast.DAY),),
    "milestone with an end": (Row(1, "0.5 ETH", "nora", "m1", 0, 9 * cast.DAY),),
    "milestone too large": (Row(1, "6 ETH", "nora"), Row(2, "6 ETH", "nora", "m1")),
    "to a contract": (Row(1, "0.5 ETH", "proxy"),),
}


def document(number: int, shape: str, now: int, proxy: bytes) -> bytes:
    """A document of one of the shapes."""
    rows, payees = SHAPES[shape], {"proxy": proxy, **{name: cast.address(name) for name in cast.PAYEES}}
    releases = sorted({row.release for row in rows if row.release})
    return draft(
        number=number,
        title=f"Payment {number}",
        description="Pays somebody for something useful",
        author="Dora (@dora)",
        discussions_to="https://forum.example.org/t/pay/1",
        created=spell_day(now - now % cast.DAY),
        sections=SECTIONS,
        budget=[
            budget_row(
                row.part,
                f"{row.amount} to {with_chain(payees[row.payee], DEVNET_CHAIN_ID)}",
                purpose="Work",
                release=row.release,
                not_before=now + row.not_before if row.not_before else 0,
                not_after=now + row.not_after if row.not_after else 0,
            )
            for row in rows
        ],
        milestones=[
            milestone(name, "Work", due=None, evidence="Report", reviewers=("@lea", "@max")) for name in releases
        ],
    )


def asked(shape: str, part: int) -> Amounts:
    """What one part of a shape takes out of the Safe."""
    amounts: Amounts = Counter()
    for row in SHAPES[shape]:
        if row.part == part:
            number, _, symbol = row.amount.partition(" ")
            whole, _, fraction = number.partition(".")
            amounts[symbol] += int(whole + fraction.ljust(18, "0"))
    return amounts


@dataclass
class Asked:
    """One published proposal."""

    id: bytes
    number: int
    author: str
    shape: str
    parts: tuple[Part, ...]
    start: int
    end: int
    timelock: int
    grace: int
    required: int
    """Approvals that a milestone needs."""
    depth: int
    """The finality that the settings wanted when it was published."""
    raw: bytes
    """The document."""
    ballots: list[bytes] = field(default_factory=list)
    voted: dict[str, int] = field(default_factory=dict)
    """When a voter's last vote was taken."""
    is_cancelled: bool = False
    closed_at: int | None = None
    released: bool | None = None
    """Whether the vote passed; None while it is not counted."""
    reports: dict[int, bytes] = field(default_factory=dict)
    """Part: the evidence that stands reported."""
    approvals: dict[int, set[str]] = field(default_factory=dict)
    released_at: dict[int, int] = field(default_factory=dict)
    txs: dict[int, list[SafeTx]] = field(default_factory=dict)
    supersedes: tuple[bytes, ...] = ()
    guardian: str = ""
    owners: frozenset[str] = frozenset()
    """Of the Safe, at the close."""
    threshold: int = 0
    vetoes: dict[int, set[str]] = field(default_factory=dict)
    stopped: dict[int, int] = field(default_factory=dict)
    """When a veto or another proposal stopped a part."""
    ended: dict[int, str] = field(default_factory=dict)
    """Why a part ended unpaid."""
    reviewers: frozenset[str] = frozenset()
    panel: frozenset[str] = frozenset()
    panel_required: int = 0
    panel_seconds: int = 0
    disputed: dict[int, int] = field(default_factory=dict)
    """When somebody disputed a part."""
    resolved: dict[int, int] = field(default_factory=dict)
    """When the panel let it go on."""
    decisions: dict[int, dict[bytes, set[str]]] = field(default_factory=dict)

    def parties(self) -> set[str]:
        """Who may dispute, and does not decide."""
        payees = {row.payee for row in SHAPES[self.shape]}
        return {self.author, *payees, *self.reviewers, *([self.guardian] if self.guardian else [])}

    def is_frozen(self, part: int) -> bool:
        """Whether a part is disputed, and the panel has not let it go on."""
        return part in self.disputed and part not in self.resolved

    def is_silenced(self, part: int, now: int) -> bool:
        """Whether the panel was silent for all of its time."""
        return self.is_frozen(part) and now > self.disputed[part] + self.panel_seconds

    def window(self, part: int) -> tuple[int, int] | None:
        """First and last second in which a part may be signed; None while that is not known."""
        wanted = self.parts[part - 1]
        if self.closed_at is None or (wanted.release and part not in self.released_at):
            return None
        eta = max(self.closed_at, wanted.not_before, self.released_at.get(part, 0)) + self.timelock
        return eta, (wanted.not_after or eta + self.grace) + self.extension(part)

    def extension(self, part: int) -> int:
        """By how much the end of a part moves."""
        return self.resolved[part] - self.disputed[part] if part in self.resolved else 0

    def deadlines(self) -> Iterator[int]:
        """Every moment at which something changes."""
        yield from (self.start, self.end)
        yield from (time + 60 for time in self.voted.values())
        for number, part in enumerate(self.parts, 1):
            yield from (time for time in (part.not_before, part.not_after) if time)
            yield from self.window(number) or ()
            if number in self.disputed:
                yield self.disputed[number] + self.panel_seconds


@dataclass
class Movement:
    """Something that happened on the chain, and what it did to the Safe and to the proxy."""

    safe: Amounts
    proxy: int = 0
    kind: str = ""
    """`premium`, `forward` or `donation`; empty for an execution."""
    transaction: bytes = b""
    log: int = 0
    booked: tuple[Amounts, int] | None = None
    """What it did when it was booked: a forwarding that is mined again may do something else."""
    depth: int = 0
    """The finality that the settings wanted when it was booked."""
    gone: bool = False
    """Whether its block was reorganised away."""


@dataclass
class Made:
    """A Safe transaction that somebody made."""

    tx: SafeTx
    amounts: Amounts
    """What it takes out of the Safe."""
    payout: Payout | None
    """What it pays; None for an invention of the owners."""
    by_hand: bool
    """Whether the tool never queued it."""
    done: int = 0
    """How often the Safe reported its success."""
    past_the_tool: bool = False
    """Whether it was queued or signed by a fact that somebody made."""
    depth: int | None = None
    """The finality that the settings wanted when it was booked; None while it is not."""


@dataclass
class Model:
    """Everything that is remembered."""

    asked: list[Asked] = field(default_factory=list)
    movements: list[Movement] = field(default_factory=list)
    made: dict[bytes, Made] = field(default_factory=dict)
    """By Safe transaction hash."""

    def by_id(self, proposal: bytes) -> Asked:
        return next(one for one in self.asked if one.id == proposal)
