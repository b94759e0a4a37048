"""`dao ledger export`: the books for other programs, as Beancount, hledger or a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from chain.amount import spell
from dao.cli.answer import Answer
from dao.cli.files import write
from dao.cli.options import Dir
from dao.cli.spreadsheet import write_csv
from dao.cli.text import counted, label, paint, rows, say
from dao.views.exporting import export_of, prices_in
from dao.views.opening import open_journal, settings_of
from proposals.times import spell_instant
from treasury.beancount_text import beancount
from treasury.book_lines import Export
from treasury.hledger_text import hledger

EXAMPLES = (
    "dao ledger export books.beancount",
    "dao ledger export books.journal --form hledger --prices prices.csv --dir demo",
    "dao ledger export books.csv --form csv --json",
)

Prices = Annotated[
    Path | None,
    typer.Option("--prices", help="A file of prices: date,asset,currency,price.", metavar="FILE", show_default=False),
]
COLUMNS = (
    "time", "leaf", "id", "rule", "fund", "iip", "account", "asset", "commodity", "debit", "credit",
    "debit base units", "credit base units", "safe tx", "transaction", "log index",
)  # fmt: skip
"""Names of the CSV's columns, the same in every language. Debit and credit are apart, so no cell begins with a sign."""


class Form(Enum):
    """For which program."""

    beancount = "beancount"
    hledger = "hledger"
    csv = "csv"


def command(
    file: Annotated[Path, typer.Argument(help="The file to write.", metavar="FILE")],
    *,
    form: Annotated[Form, typer.Option("--form", help="For which program.")] = Form.beancount,
    prices: Prices = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file with other bytes.")] = False,
    folder: Dir = Path(),
) -> Answer:
    """Write the books for other programs.

    Each entry carries its proposal, part, Safe transaction, transaction and log. At the end every account is asserted
    to the base unit: `bean-check` and `hledger check` hold the file to it. Assets are renamed where the program cannot
    spell them. Prices are taken from a file, whose hash is told.
    """
    known = prices_in(prices)
    with open_journal(folder) as (_, journal):
        export = export_of(journal, settings_of(journal), known)
    data = _FORMS[form](export)
    is_new = write(file, data, force=force)
    digest = None if known is None else known.digest
    document = {
        "ok": True,
        "path": str(file),
        "form": form.value,
        "entries": len(export.lines),
        "bytes": len(data),
        "commodities": {asset: unit._asdict() for asset, unit in sorted(export.units.items())},
        "prices": digest,
    }
    lines = [
        f"{paint('✓', 'green')} {say('BOOKS', 'written' if is_new else 'same', path=str(file), size=len(data))}",
        *rows([(label("entries"), counted(len(export.lines), "entry")), *_named(export)]),
        *([] if digest is None else rows([(label("prices"), f"SHA-256 {digest}")])),
    ]
    return Answer(document, lines)


def _named(export: Export) -> Iterator[tuple[str, str]]:
    yield from ((unit.name, asset) for asset, unit in sorted(export.units.items()))


def _csv(export: Export) -> bytes:
    return write_csv(COLUMNS, _csv_rows(export))


def _csv_rows(export: Export) -> Iterator[tuple[str, ...]]:
    for line in export.lines:
        entry, trace = line.entry, line.trace
        iip = f"{export.prefix}-{entry.iip}" + (f"/{line.part}" if line.part else "") if entry.iip else ""
        head = (spell_instant(line.time), str(line.index), entry.id, entry.rule, entry.fund, iip)
        tail = (
            f"0x{trace.safe_tx.hex()}" if trace.safe_tx else "",
            f"0x{trace.transaction.hex()}" if trace.transaction else "",
            "" if trace.log is None else str(trace.log),
        )
        for account, asset, amount in entry.postings:
            unit = export.units[asset]
            whole, base = spell(abs(amount), unit.decimals), str(abs(amount))
            amounts = (whole, "", base, "") if amount > 0 else ("", whole, "", base)
            yield (*head, account, asset, unit.name, *amounts, *tail)


_FORMS = {
    Form.beancount: lambda export: beancount(export).encode(),
    Form.hledger: lambda export: hledger(export).encode(),
    Form.csv: _csv,
}
