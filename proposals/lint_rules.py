"""What a lint rule is: an id, a level, and a function from what is known to findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from chain.finding import Finding, Level
from proposals.document import Reading
from proposals.parts import Part
from proposals.payment import Asset

LINK_HOSTS = frozenset({
    "creativecommons.org", "eips.ethereum.org", "etherscan.io", "github.com", "ipfs.io", "snapshot.box", "snapshot.org",
})  # fmt: skip
"""Hosts that links of a document may name besides its own forum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Everything that rules may look at; None stands for what the caller does not know."""

    reading: Reading
    name: str | None = None
    """The file's name."""
    prefix: str = "IIP"
    chain_id: int | None = None
    safe: bytes | None = None
    assets: Mapping[str, Asset] | None = None
    parts: tuple[Part, ...] | None = None
    """What would be voted."""
    forum: str | None = None
    link_hosts: frozenset[str] = LINK_HOSTS

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
