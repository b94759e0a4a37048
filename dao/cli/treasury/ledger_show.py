"""`dao ledger show`, or `dao ledger`: every entry of the books with its postings, and what every account holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer

from dao.cli.answer import Answer
from dao.cli.options import Dir
from dao.cli.text import columns, counted, label, paint, say
from dao.sentences import spell_time
from dao.views.money import AssetLabel, Books, books_of, labels_of, told
from dao.views.opening import open_journal, settings_of
from treasury.ledger import Balance, Entry

EXAMPLES = (
    "dao ledger",
    "dao ledger show --account Assets:Safe",
    "dao ledger --dir demo --json",
)


def command(
    folder: Dir = Path(),
    account: Annotated[
        str, typer.Option("--account", help="Only this account and those below it, as Assets:Safe.", metavar="PREFIX")
    ] = "",
) -> Answer:
    """Show the books: every entry with its postings, and what every account holds.

    Debits are positive, credits negative. An entry is shown whole if one of its postings is at or below the account;
    the sums are those of all accounts, and zero.
    """
    prefix = account.removesuffix(":")
    with open_journal(folder) as (_, journal):
        books = books_of(journal)
        labels = labels_of(settings_of(journal)) if len(journal) else {}
    rows = [row for row in books.rows if any(_is_below(posting.account, prefix) for posting in row[2].postings)]
    balances = books.ledger.balances(prefix)
    sums = {asset: books.ledger.balance("", asset) for asset in _assets(books)}
    document = {
        "entries": [_entry(*row) for row in rows],
        "balances": [{**row._asdict(), "amount": str(row.amount)} for row in balances],
        "sums": {asset: str(amount) for asset, amount in sums.items()},
    }
    return Answer(document, _lines(rows, balances, sums, labels))


def _is_below(account: str, prefix: str) -> bool:
    return not prefix or account == prefix or account.startswith(f"{prefix}:")


def _assets(books: Books) -> list[str]:
    return sorted({posting.asset for _, _, entry in books.rows for posting in entry.postings})


def _entry(index: int, time: int, entry: Entry) -> dict[str, object]:
    return {
        "index": index,
        "time": time,
        "id": entry.id,
        "source": entry.source,
        "rule": entry.rule,
        "fund": entry.fund,
        "iip": entry.iip or None,
        "postings": [{**posting._asdict(), "amount": str(posting.amount)} for posting in entry.postings],
    }


def _lines(
    rows: list[tuple[int, int, Entry]],
    balances: tuple[Balance, ...],
    sums: Mapping[str, int],
    labels: Mapping[str, AssetLabel],
) -> Iterator[str]:
    for index, time, entry in rows:
        about = f"  IIP-{entry.iip}" if entry.iip else ""
        source = say("LEDGER", "source", fund=entry.fund, index=index)
        yield f"{spell_time(time)}  {paint(entry.rule, 'bold')}{about}  {source}"
        yield from columns([(p.account, *told(p.amount, p.asset, labels)) for p in entry.postings], right=[1])
    if rows:
        yield ""
    yield paint(say("LEDGER", "balances", entries=counted(len(rows), "entry")), "bold")
    held = [(row.account, *told(row.amount, row.asset, labels)) for row in balances]
    total = [(label("sum of all accounts"), *told(sums[asset], asset, labels)) for asset in sums]
    yield from columns([*held, *total], right=[1])
