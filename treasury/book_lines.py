"""The books as they leave the toolkit: entries with their dates and traces, their units and prices, as one value.

Decides what stands beside an entry wherever it is exported, so that Beancount, hledger and spreadsheets tell the same;
how each of them spells it is decided there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from chain.blocks import BlockRef
from proposals.times import spell_day, spell_instant
from treasury.commodities import Unit
from treasury.ledger import Entry
from treasury.prices import PriceFile

_PART = re.compile(r":Part-([1-9][0-9]*)\Z", re.ASCII)


class Trace(NamedTuple):
    """Where on a chain an entry's fact stands; empty where it stands on none."""

    safe_tx: bytes = b""
    """The SafeTx hash of a payment."""
    transaction: bytes = b""
    log: int | None = None
    """Position among the logs of its receipt, from 0."""
    block: BlockRef | None = None


NOWHERE = Trace()


@dataclass(frozen=True, slots=True, kw_only=True)
class BookLine:
    """One entry, with the leaf that it is, and its trace."""

    index: int
    time: int
    entry: Entry
    trace: Trace = NOWHERE

    @property
    def day(self) -> str:
        """The UTC day of the leaf; leaves' times never fall, so neither do days."""
        return spell_day(self.time)

    @property
    def part(self) -> int:
        """The part of the proposal that it is about; 0 for none, or for more than one."""
        found = {match[1] for posting in self.entry.postings if (match := _PART.search(posting.account))}
        return int(found.pop()) if len(found) == 1 else 0

    @property
    def word(self) -> str:
        """The rule without its version: `paid`."""
        return self.entry.rule.partition("/")[0]

    def facts(self, prefix: str) -> Iterator[tuple[str, str | int]]:
        """Name whatever stands beside the postings; keys are lower case with hyphens."""
        entry, trace = self.entry, self.trace
        yield from (("id", entry.id), ("rule", entry.rule), ("fund", entry.fund))
        yield from (("leaf", self.index), ("source", entry.source), ("time", spell_instant(self.time)))
        if entry.iip:
            yield "iip", f"{prefix}-{entry.iip}" + (f"/{self.part}" if self.part else "")
        if trace.safe_tx:
            yield "safe-tx", f"0x{trace.safe_tx.hex()}"
        if trace.transaction:
            yield "transaction", f"0x{trace.transaction.hex()}"
        if trace.log is not None:
            yield "log-index", trace.log


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """Everything that an export tells."""

    title: str
    """Whose books they are: the space."""
    prefix: str
    """Of proposals' names: `IIP`."""
    lines: tuple[BookLine, ...]
    units: Mapping[str, Unit]
    """By asset id, every asset of the lines."""
    prices: PriceFile | None = None

    def balances(self) -> dict[tuple[str, str], int]:
        """What every account holds in the end, by account and asset, in their order; zeros too."""
        sums: dict[tuple[str, str], int] = {}
        for line in self.lines:
            for account, asset, amount in line.entry.postings:
                sums[account, asset] = sums.get((account, asset), 0) + amount
        return dict(sorted(sums.items()))
