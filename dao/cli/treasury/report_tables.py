"""Tables of a report: amounts in whole units with their worth, as Markdown that no stranger's text can break.

Decides layout and rounding words only; what the numbers are is decided by `treasury.statements` and `treasury.prices`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from chain.amount import spell
from dao.cli.text import label, say
from dao.sentences import escape
from treasury.book_lines import Export
from treasury.statements import Row


class Money(NamedTuple):
    """How amounts are told, at one moment."""

    export: Export
    moment: int
    """The first second that the report does not cover."""

    @property
    def currencies(self) -> tuple[str, ...]:
        """Of the price file; none without one."""
        return () if self.export.prices is None else self.export.prices.currencies

    def whole(self, amount: int, asset: str) -> str:
        """Spell base units in whole units."""
        unit = self.export.units.get(asset)
        return spell(amount, 0 if unit is None else unit.decimals)

    def symbol(self, asset: str) -> str:
        """Name an asset: by its symbol, or by its id where the settings know none."""
        unit = self.export.units.get(asset)
        return asset if unit is None or not unit.symbol else unit.symbol

    def worth(self, row: Row, currency: str) -> str | None:
        """Spell what a row is worth just before the moment; None where no price counts."""
        unit, prices = self.export.units.get(row.asset), self.export.prices
        if unit is None or prices is None:
            return None
        cents = prices.worth(row.amount, unit.decimals, row.asset, currency, self.moment - 1)
        return None if cents is None else f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"

    def heads(self) -> list[str]:
        """The columns of a table of accounts."""
        return [label("account"), label("amount"), "", *self.currencies]

    def cells(self, row: Row) -> list[str]:
        """One account."""
        worth = [self.worth(row, currency) or "–" for currency in self.currencies]
        return [row.account, self.whole(row.amount, row.asset), self.symbol(row.asset), *worth]


def row_document(row: Row, money: Money) -> dict[str, Any]:
    """One account for machines; worth is decimal text or null."""
    return {
        "account": row.account,
        "asset": row.asset,
        "amount": str(row.amount),
        "worth": {currency: money.worth(row, currency) for currency in money.currencies},
    }


def table(name: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Lay out a table below its heading; an empty one is said to be so."""
    yield ""
    yield "### " + say("REPORT", name)
    yield ""
    if not rows:
        yield say("REPORT", "none")
        return
    yield _line(heads)
    yield "|" + "|".join("---" if place == 0 else "---:" for place in range(len(heads))) + "|"
    yield from (_line(row) for row in rows)


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(escape(cell).replace("\\", "\\\\").replace("|", "\\|") for cell in cells) + " |"
