"""What a lint rule is: an id, a level, and a function from what is known to findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias, TypedDict

from chain.finding import Finding, Level
from proposals.document import Reading
from proposals.parts import Part
from proposals.payment import Asset

LINK_HOSTS = frozenset({
    "creativecommons.org", "eips.ethereum.org", "etherscan.io", "github.com", "ipfs.io", "snapshot.box", "snapshot.org",
})  # fmt: skip
"""Hosts that links of a document may name besides its own forum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """What the journal says of a document beside what its author says. Other systems write it into the header."""

    status: str
    former: str = ""
    """The status before the latest event; empty where there was none."""
    last_call_deadline: int | None = None
    """Unix seconds."""
    voting_start: int | None = None
    voting_end: int | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Text by header: `withdrawal-reason`, `veto-reason`, `superseded-by`."""
    vote: str = ""
    """The proposal's id."""
    content_hash: str = ""
    """CID that was frozen or is voted on; with `payload_hash` from LastCall on."""
    payload_hash: str = ""
    content_found: str = ""
    """CID of the bytes that are linted, and of the parts that they make; empty where they pay nothing."""
    payload_found: str = ""


class Other(NamedTuple):
    """Another document of the space, as far as rules look at it."""

    status: str
    requires: tuple[int, ...] = ()


class Known(TypedDict, total=False):
    """What a caller may know besides the file; what is missing or None is not known."""

    name: str | None
    """The file's name, for IIP-P06."""
    prefix: str
    chain_id: int | None
    """With `safe` and `assets`, the fund's that would pay."""
    safe: bytes | None
    assets: Mapping[str, Asset] | None
    parts: Sequence[Part] | None
    """What would be voted, or was."""
    forum: str | None
    """A pattern that discussions-to must match."""
    link_hosts: frozenset[str]
    derived: Derived | None
    others: Mapping[int, Other] | None
    """The space's other documents by number."""
    available: Mapping[str, int] | None
    """By symbol, base units that neither commitments nor open votes ask for."""
    former: Mapping[str, str] | None
    """What the budget before this one asked for: amounts by symbol, as written."""
    paid: frozenset[bytes] | None
    """Payees that the fund has paid before."""
    cap: Mapping[str, str] | None
    """By symbol, the most that a payee may ask for the first time without milestones."""
    excluded: frozenset[bytes] | None
    """Whom the fund's mandate forbids to pay or call."""
    largest_share: tuple[int, int] | None
    """Of what is available of an asset, the most that one proposal may ask by that mandate."""
    liquidity: Mapping[str, tuple[str, int, int]] | None
    """By symbol, the asset's class of liquidity in that mandate, and the share that holds for it."""
    has_premium_share: bool | None
    """Whether the mutual's share for IIPs goes into the fund."""
    body_limit: int | None
    """Characters, as JavaScript counts them."""
    original: bytes | None
    """The document that this one translates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Everything that rules may look at: the reading, and what is `Known` besides."""

    reading: Reading
    name: str | None = None
    prefix: str = "IIP"
    chain_id: int | None = None
    safe: bytes | None = None
    assets: Mapping[str, Asset] | None = None
    parts: Sequence[Part] | None = None
    forum: str | None = None
    link_hosts: frozenset[str] = LINK_HOSTS
    derived: Derived | None = None
    others: Mapping[int, Other] | None = None
    available: Mapping[str, int] | None = None
    former: Mapping[str, str] | None = None
    paid: frozenset[bytes] | None = None
    cap: Mapping[str, str] | None = None
    excluded: frozenset[bytes] | None = None
    largest_share: tuple[int, int] | None = None
    liquidity: Mapping[str, tuple[str, int, int]] | None = None
    has_premium_share: bool | None = None
    body_limit: int | None = None
    original: bytes | None = None

    def line_of(self, key: str) -> int:
        """Return the line of a header, or 1."""
        return next((header.line for header in self.reading.headers if header.key == key), 1)

    def text_of(self, key: str) -> str:
        """Return the text of a header, or the empty text."""
        return next((header.value for header in self.reading.headers if header.key == key), "")


Check: TypeAlias = Callable[[Sight], Iterator[Finding]]


class Rule(NamedTuple):
    """One rule of the catalogue."""

    id: str
    check: Check | None
    """None for what a document alone cannot show: the derived view, other documents, the fund's books."""
    level: Level = "error"
    needs: tuple[str, ...] = ()
    """Attributes of `Sight` without which the rule is skipped."""

    def is_possible(self, sight: Sight) -> bool:
        """Whether the rule can be decided with what is known."""
        return self.check is not None and all(getattr(sight, need) is not None for need in self.needs)


def decided_by_reader(_: Sight) -> Iterator[Finding]:
    """Add nothing: the reader refuses what breaks the rule, and lint shows it under the rule's id."""
    return iter(())
