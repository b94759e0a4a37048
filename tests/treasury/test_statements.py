"""Statements: sheets that balance, periods that meet, budgets by kind, closing entries that leave nothing over."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.errors import CodedError
from proposals.times import parse_day, spell_day
from tests.treasury.book_cases import DAY, ETH, TOKEN, line
from treasury import booking
from treasury.book_lines import BookLine
from treasury.budgets import KINDS, OTHER, Actual, Planned, actuals, kind_of
from treasury.ledger import Entry, Ledger
from treasury.payouts import PayoutId
from treasury.statements import Period, balance_sheet, closing, income, period_of, runways, states_at

VOTE = b"\xab" * 32
START = 20_000


def voted(index: int, part: int, amount: int, what: str, day: int) -> BookLine:
    """What a rule books of one part of IIP-4."""
    payout, amounts = PayoutId(VOTE, part), {ETH: amount}
    made: Entry | None
    if what == "paid":
        made = booking.paid(payout, fund="iip", iip=4, amounts=amounts, source=index, block=bytes(32))
    elif what == "committed":
        made = booking.committed(payout, fund="iip", iip=4, amounts=amounts, source=index)
    else:
        made = booking.released(payout, fund="iip", iip=4, amounts=amounts, source=index, of="committed")
    assert made is not None
    return BookLine(index=index, time=day * DAY, entry=made)


def story() -> list[BookLine]:
    """A gift of 1,000; three parts of 100, 60 and 40 are promised; one is paid, one ends, one waits."""
    return [
        line(1, 1_000, day=START),
        voted(2, 1, 100, "committed", START + 1), voted(3, 2, 60, "committed", START + 1),
        voted(4, 3, 40, "committed", START + 1),
        voted(5, 1, 100, "paid", START + 10), voted(6, 2, 60, "released", START + 20),
    ]  # fmt: skip


PLANNED = [Planned(4, 1, "Gas", ETH, 70), Planned(4, 1, "Travel", ETH, 20), Planned(4, 2, "Gas", ETH, 60),
           Planned(4, 3, "Bonus", ETH, 40), Planned(5, 1, "Gas", ETH, 100)]  # fmt: skip


def test_budget_against_actual() -> None:
    """By kind: what was approved, paid, given back and is open; what no row says is `Other`."""
    period = Period((START + 5) * DAY, (START + 15) * DAY)
    now = actuals(PLANNED, story(), "iip", period)
    later = actuals(PLANNED, story(), "iip", Period(period.last, period.last + 30 * DAY))

    assert (
        Actual("Bonus", ETH, 40, 0, 0, 0), Actual("Travel", ETH, 20, 20, 20, 0), Actual("Gas", ETH, 130, 70, 70, 0),
        Actual(OTHER, ETH, 10, 10, 10, 0),
    ) == now  # fmt: skip
    assert [("Bonus", 40), ("Travel", 0), ("Gas", 60 - 60), (OTHER, 0)] == [(row.kind, row.open) for row in later]
    assert {0} == {row.paid_now for row in later}


def test_kinds_of_purposes() -> None:
    """Fourteen kinds, in any case, before a colon; everything else is `Other`."""
    assert 14 == len(KINDS)
    assert ["Gas", "Professional Services", OTHER, OTHER, OTHER] == [
        kind_of(text) for text in ("gas: a call", "PROFESSIONAL SERVICES: audit", "Gas", "Work: gas", "")
    ]


def test_sheet_income_and_runway() -> None:
    """Net assets are assets less liabilities; income and expenses of a period; days by what was spent."""
    lines, end = story(), (START + 30) * DAY
    sheet = balance_sheet(lines, "iip", end)
    came, spent = income(lines, "iip", Period(START * DAY, end))

    assert [("Assets:Safe:IIP", 900)] == [(row.account, row.amount) for row in sheet.assets]
    assert ({ETH: 900}, 40) == (sheet.net, sum(row.amount for row in sheet.committed))
    assert ([1_000], [100]) == ([row.amount for row in came], [row.amount for row in spent])
    assert sum(row.amount for row in came) - sum(row.amount for row in spent) == sheet.net[ETH]
    (runway,) = runways(lines, "iip", end)
    assert (860, 100, 30, 258) == (runway.available, runway.spent, runway.days, runway.left)
    (quiet,) = runways(lines, "iip", (START + 5) * DAY)
    assert quiet.left is None
    assert () == runways(lines, "iip", START * DAY)
    assert 860 == states_at(lines, "iip", end)[ETH].available


MOVES = st.tuples(st.integers(-(10**20), 10**20).filter(bool), st.sampled_from([ETH, TOKEN]), st.integers(0, 300))


@given(st.lists(MOVES, max_size=12), st.sampled_from(["2w", "month", "quarter", "year"]))
def test_closing_every_period_leaves_no_income(moves: list[tuple[int, str, int]], every: str) -> None:
    """Closed period by period, income is zero and equity holds all of it; each entry balances by being one."""
    days = sorted(day for _, _, day in moves)
    lines = [line(index, amount, asset=asset, day=START + day)
             for index, ((amount, asset, _), day) in enumerate(zip(moves, days, strict=True))]  # fmt: skip
    ledger = Ledger(one.entry for one in lines)
    moment, closed = START * DAY, 0
    while moment <= (START + 301) * DAY:
        period = period_of(every, moment)
        entry = closing(lines, "iip", period)
        closed += entry is not None and ledger.post(entry)
        moment = period.last

    assert () == ledger.balances("Income")
    assert {asset: ledger.balance("Equity:Closed", asset) for asset in (ETH, TOKEN)} == {
        asset: -sum(amount for amount, of, _ in moves if of == asset) for asset in (ETH, TOKEN)
    }
    assert closed <= len(moves)


@given(st.integers(0, 6_000_000_000), st.sampled_from(["2w", "month", "quarter", "year"]))
def test_periods_meet(moment: int, every: str) -> None:
    """A moment lies in its period, the next begins where it ends, and both ends are midnights."""
    period = period_of(every, moment)

    assert period.holds(moment) or moment < 4 * DAY
    assert period_of(every, period.last).first == period.last
    assert {0} == {end % DAY for end in period}


def test_named_periods() -> None:
    """Fortnights begin on Mondays, quarters on their first day; another word is refused."""
    at = parse_day("2026-02-14")
    told = {every: spell_day(period_of(every, at).first) for every in ("2w", "month", "quarter", "year")}

    assert {"2w": "2026-02-02", "month": "2026-02-01", "quarter": "2026-01-01", "year": "2026-01-01"} == told
    with pytest.raises(CodedError, match="E_PERIOD"):
        period_of("week", at)
