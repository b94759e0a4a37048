"""Statements out of the books: what a fund owns and owes at a moment, what came in and went out, and how long it lasts.

Decides what belongs where: assets and liabilities are the accounts of those roots, income and expenses those of a
period, net assets what is left; promises that votes made (`Equity:Committed`) are told beside, because they are no debt
yet. A period is closed by one balanced entry a fund that takes income and expenses to equity. The journal's times never
fall, so nothing can be booked into a period whose end has passed. Worth in a currency is `treasury.prices`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from proposals.times import add_months, parse_day, spell_day
from treasury.book_lines import BookLine
from treasury.booking import component
from treasury.errors import TreasuryError
from treasury.fund import FundState, fund_states
from treasury.ledger import Entry, Ledger, Posting

CLOSE = "close/1"
RUNWAY_DAYS = 90
"""How far back spending is looked at."""

_DAY = 86_400
_FORTNIGHT = 14 * _DAY
_FIRST_MONDAY = 4 * _DAY
"""1970-01-05; fortnights are counted from it."""


class PeriodError(TreasuryError):
    """A period that is not over, or that no report knows (`E_PERIOD`)."""


class Period(NamedTuple):
    """From a moment to just before another one, both midnights in UTC."""

    first: int
    last: int

    def holds(self, time: int) -> bool:
        """Whether a moment lies in it."""
        return self.first <= time < self.last


class Row(NamedTuple):
    """One account of a statement, in base units; income is positive here."""

    account: str
    asset: str
    amount: int


class Runway(NamedTuple):
    """How long an asset lasts as it was spent lately."""

    asset: str
    available: int
    spent: int
    """In the days that were looked at."""
    days: int
    left: int | None
    """Days, rounded down; None where nothing was spent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A balance sheet: assets less liabilities are the net assets, asset by asset."""

    assets: tuple[Row, ...]
    liabilities: tuple[Row, ...]
    net: Mapping[str, int]
    committed: tuple[Row, ...]
    """What votes promised and nobody was paid yet, part by part."""
    conversions: tuple[Row, ...]
    """What parts gave for another asset, and below 0 what they got."""


def period_of(every: str, moment: int) -> Period:
    """The period that holds a moment: `2w` fortnights from a Monday, or a calendar `month`, `quarter` or `year`."""
    if every == "2w":
        first = _FIRST_MONDAY + (moment - _FIRST_MONDAY) // _FORTNIGHT * _FORTNIGHT
        return Period(first, first + _FORTNIGHT)
    months = {"month": 1, "quarter": 3, "year": 12}.get(every)
    if months is None:
        raise PeriodError("E_PERIOD", "every", every=every)
    day = spell_day(moment)
    month = (int(day[5:7]) - 1) // months * months + 1
    first = parse_day(f"{day[:4]}-{month:02}-01")
    return Period(first, add_months(first, months))


def states_at(lines: Iterable[BookLine], fund: str, moment: int) -> dict[str, FundState]:
    """A fund's numbers by asset just before a moment; what groups' steps book does not change them."""
    return fund_states(Ledger(_before(lines, fund, moment)), fund)


def balance_sheet(lines: Iterable[BookLine], fund: str, moment: int) -> Sheet:
    """What a fund owned and owed just before a moment."""
    ledger = Ledger(_before(lines, fund, moment))
    assets = _rows(ledger, "Assets", 1)
    liabilities = _rows(ledger, "Liabilities", -1)
    net: dict[str, int] = {}
    for sign, rows in ((1, assets), (-1, liabilities)):
        for row in rows:
            net[row.asset] = net.get(row.asset, 0) + sign * row.amount
    return Sheet(
        assets=assets,
        liabilities=liabilities,
        net=net,
        committed=_rows(ledger, "Equity:Committed", -1),
        conversions=_rows(ledger, "Equity:Conversions", 1),
    )


def income(lines: Iterable[BookLine], fund: str, period: Period) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """What came in and what was spent in a period, account by account."""
    moved: dict[tuple[str, str], int] = {}
    for line in lines:
        if line.entry.fund == fund and period.holds(line.time):
            for account, asset, amount in line.entry.postings:
                moved[account, asset] = moved.get((account, asset), 0) + amount
    came = [Row(account, asset, -amount) for (account, asset), amount in sorted(moved.items())]
    return (
        tuple(row for row in came if row.account.startswith("Income:") and row.amount),
        tuple(row._replace(amount=-row.amount) for row in came if row.account.startswith("Expenses:") and row.amount),
    )


def runways(lines: Sequence[BookLine], fund: str, moment: int, days: int = RUNWAY_DAYS) -> tuple[Runway, ...]:
    """How long what is available lasts, by what was spent in the days before; of a younger fund, in all its days."""
    own = [line.time for line in lines if line.entry.fund == fund and line.time < moment]
    if not own:
        return ()
    age = -((own[0] - moment) // _DAY)
    looked = min(days, max(age, 1))
    _, spent = income(lines, fund, Period(moment - looked * _DAY, moment))
    by_asset: dict[str, int] = {}
    for row in spent:
        by_asset[row.asset] = by_asset.get(row.asset, 0) + row.amount
    return tuple(
        Runway(asset, state.available, out, looked, state.available * looked // out if out > 0 else None)
        for asset, state in states_at(lines, fund, moment).items()
        for out in (by_asset.get(asset, 0),)
    )


def closing(lines: Sequence[BookLine], fund: str, period: Period) -> Entry | None:
    """`close/1`: the period's income and expenses to the fund's equity. None where there were none."""
    came, spent = income(lines, fund, period)
    postings = [Posting(row.account, row.asset, row.amount) for row in came]
    postings += [Posting(row.account, row.asset, -row.amount) for row in spent]
    sums: dict[str, int] = {}
    for posting in postings:
        sums[posting.asset] = sums.get(posting.asset, 0) + posting.amount
    postings += [
        Posting(f"Equity:Closed:{component(fund)}", asset, -amount) for asset, amount in sorted(sums.items()) if amount
    ]
    if not postings:
        return None
    source = max(line.index for line in lines if line.entry.fund == fund and period.holds(line.time))
    entry_id = f"{CLOSE}:{fund}:{spell_day(period.first)}:{spell_day(period.last)}"
    return Entry(id=entry_id, source=source, rule=CLOSE, fund=fund, postings=tuple(postings))


def _before(lines: Iterable[BookLine], fund: str, moment: int) -> list[Entry]:
    return [line.entry for line in lines if line.entry.fund == fund and line.time < moment]


def _rows(ledger: Ledger, prefix: str, sign: int) -> tuple[Row, ...]:
    return tuple(Row(row.account, row.asset, sign * row.amount) for row in ledger.balances(prefix))
