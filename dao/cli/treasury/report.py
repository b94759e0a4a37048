"""`dao report`: a treasurer's report on one period, in Markdown and in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer

from dao.cli.answer import Answer
from dao.cli.files import write
from dao.cli.options import Dir
from dao.cli.text import label, paint, say
from dao.cli.treasury.ledger_export import Prices
from dao.cli.treasury.report_owed import BondFile, Named, PlanFile, PoolFile, debts, debts_document, debts_lines
from dao.cli.treasury.report_tables import Money, row_document, table
from dao.cli.treasury.vesting_plan import Tge, moment
from dao.views.budgets import planned_of
from dao.views.exporting import export_of, prices_in
from dao.views.opening import open_journal, settings_of
from proposals.times import spell_day
from treasury.book_lines import Export
from treasury.budgets import Planned, actuals
from treasury.fund import FundState
from treasury.statements import Period, balance_sheet, income, period_of, runways, states_at

EXAMPLES = (
    "dao report --every quarter",
    "dao report --every 2w --prices prices.csv --out report.md --lang zh-Hant",
    "dao report --pool history.json --plan plan.toml --bonds bonds.csv",
    "dao report --every month --at 2026-01-31T00:00:00Z --dir demo --json",
)


class Every(Enum):
    """How long a period is."""

    fortnight = "2w"
    month = "month"
    quarter = "quarter"
    year = "year"


def command(
    *,
    every: Annotated[Every, typer.Option("--every", help="How long a period is.")] = Every.quarter,
    at: Annotated[
        str, typer.Option("--at", help="A moment of the period; without it the last entry's.", metavar="TIME")
    ] = "",
    prices: Prices = None,
    pool: PoolFile = None,
    plan: PlanFile = "",
    tge: Tge = "",
    bonds: BondFile = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write it to this file, Markdown.", metavar="FILE")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file with other bytes.")] = False,
    folder: Dir = Path(),
) -> Answer:
    """Report on one period: each fund's numbers, balance sheet, income, budget against actual, runway, promises.

    All of it comes from the books; no chain is asked. With a price file it is told in that file's currencies, too, each
    account cut to the cent, and the file's hash stands in the report. A budget row's kind is what its purpose begins
    with, as `Gas: a call a week`, by the list of MakerDAO's MIP40. Dividends, vesting and bonds are no entries: they
    are told besides, from files that you name, each with how it is known; and what was not named is said to be so.
    """
    known = prices_in(prices)
    with open_journal(folder) as (_, journal):
        settings = settings_of(journal)
        export = export_of(journal, settings, known)
        planned = planned_of(journal, settings)
        last = journal.leaves[-1].time
    period = period_of(every.value, moment(at) if at else (export.lines[-1].time if export.lines else last))
    end = min(period.last, last + 1)
    money = Money(export, end)
    funds = [fund.name for fund in settings.funds]
    owed = debts(Named(pool, plan, tge, bonds), settings, end)
    document = {
        "space": export.title,
        "first": spell_day(period.first),
        "last": spell_day(period.last - 1),
        "over": period.last <= last,
        "prices": None if known is None else known.digest,
        "funds": [_document(name, period, money, planned) for name in funds],
        **debts_document(owed),
    }
    told = [*_lines(funds, period, money, planned, is_over=period.last <= last), *debts_lines(owed)]
    lines = ["\n".join(told).rstrip()]
    if out is None:
        return Answer(document, lines)
    is_new = write(out, (lines[0] + "\n").encode(), force=force)
    size = len(lines[0].encode()) + 1
    done = f"{paint('✓', 'green')} {say('BOOKS', 'written' if is_new else 'same', path=str(out), size=size)}"
    return Answer({**document, "path": str(out)}, [done])


def _document(fund: str, period: Period, money: Money, planned: list[Planned]) -> dict[str, Any]:
    export = money.export
    sheet = balance_sheet(export.lines, fund, money.moment)
    came, spent = income(export.lines, fund, period)
    return {
        "name": fund,
        "states": {
            asset: {field: str(amount) for field, amount in state._asdict().items()}
            for asset, state in states_at(export.lines, fund, money.moment).items()
        },
        "assets": [row_document(row, money) for row in sheet.assets],
        "liabilities": [row_document(row, money) for row in sheet.liabilities],
        "net": {asset: str(amount) for asset, amount in sheet.net.items()},
        "committed": [row_document(row, money) for row in sheet.committed],
        "conversions": [row_document(row, money) for row in sheet.conversions],
        "income": [row_document(row, money) for row in came],
        "expenses": [row_document(row, money) for row in spent],
        "budget": [
            {"kind": row.kind, "asset": row.asset, "approved": str(row.approved), "paid": str(row.paid),
             "paid_in_period": str(row.paid_now), "ended": str(row.ended), "open": str(row.open)}
            for row in actuals(planned, export.lines, fund, period)
        ],
        "runway": [
            {"asset": row.asset, "available": str(row.available), "spent": str(row.spent), "days": row.days,
             "days_left": row.left}
            for row in runways(export.lines, fund, money.moment)
        ],
    }  # fmt: skip


def _lines(funds: list[str], period: Period, money: Money, planned: list[Planned], *, is_over: bool) -> Iterator[str]:
    export = money.export
    yield "# " + say("REPORT", "title", space=export.title)
    yield ""
    days = {"first": spell_day(period.first), "last": spell_day(period.last - 1)}
    yield say("REPORT", "period" if is_over else "period_open", **days, now=money.moment)
    if export.prices is not None:
        yield ""
        yield say("REPORT", "prices", digest=export.prices.digest)
    for fund in funds:
        yield ""
        yield "## " + say("REPORT", "fund", name=fund)
        yield from _fund_lines(fund, export, period, money, planned)


def _fund_lines(fund: str, export: Export, period: Period, money: Money, planned: list[Planned]) -> Iterator[str]:
    states = states_at(export.lines, fund, money.moment)
    heads = [label(field) for field in FundState._fields]
    yield from table("has", ["", *heads], [[money.symbol(asset), *(money.whole(amount, asset) for amount in state)]
                                           for asset, state in states.items()])  # fmt: skip
    sheet = balance_sheet(export.lines, fund, money.moment)
    yield from table("assets", money.heads(), [money.cells(row) for row in sheet.assets])
    yield from table("liabilities", money.heads(), [money.cells(row) for row in sheet.liabilities])
    yield from table("committed", money.heads(), [money.cells(row) for row in sheet.committed])
    if sheet.conversions:
        yield from table("conversions", money.heads(), [money.cells(row) for row in sheet.conversions])
    came, spent = income(export.lines, fund, period)
    yield from table("income", money.heads(), [money.cells(row) for row in came])
    yield from table("expenses", money.heads(), [money.cells(row) for row in spent])
    budget = actuals(planned, export.lines, fund, period)
    heads = [label(name) for name in ("kind", "approved", "paid", "paid_now", "ended", "open")]
    yield from table(
        "budget", [*heads, ""],
        [[say("BUDGET_KIND", row.kind.replace(" ", "_")),
          *(money.whole(amount, row.asset) for amount in (row.approved, row.paid, row.paid_now, row.ended, row.open)),
          money.symbol(row.asset)] for row in budget],
    )  # fmt: skip
    heads = [label(name) for name in ("available", "spent", "days", "days_left")]
    yield from table(
        "runway", ["", *heads],
        [[money.symbol(row.asset), money.whole(row.available, row.asset), money.whole(row.spent, row.asset),
          str(row.days), "–" if row.left is None else str(row.left)]
         for row in runways(export.lines, fund, money.moment)],
    )  # fmt: skip
