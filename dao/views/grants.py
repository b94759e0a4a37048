"""What a committee granted: each promise of its fund by the books, what became of it, and what room the limits leave.

Decides nothing: checks 34 and 44 refuse what the mandate does not allow, and these are the same entries, to be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from dao.record.foreign_entries import payout_named
from dao.store.journal import Journal
from dao.views.money import books_of
from governance.strategies.strategy import UNIT
from treasury import booking
from treasury.grants import Granted
from treasury.ledger import Entry
from treasury.payouts import PayoutId


class Grant(NamedTuple):
    """One part of a grant."""

    time: int
    """When it was promised."""
    iip: int
    payout: PayoutId
    amounts: Mapping[str, int]
    state: str
    """`committed`, `paid`, or `released`: it ended unpaid."""
    paid_at: int | None
    in_favour: int
    """Members, by the signed result."""


def grants_of(journal: Journal, fund: str) -> tuple[Grant, ...]:
    """Every grant of a fund, in the order of the books."""
    rows = [(time, entry) for _, time, entry in books_of(journal).rows if entry.fund == fund]
    after = {_payout(entry): (entry.rule, time) for time, entry in rows if entry.rule in _AFTER}
    found = []
    for time, entry in rows:
        if entry.rule == booking.COMMITTED:
            payout = _payout(entry)
            rule, when = after.get(payout, ("", 0))
            amounts = {line.asset: line.amount for line in entry.postings if line.amount > 0}
            paid_at = when if rule == booking.PAID else None
            votes = _in_favour(journal, entry.source)
            found.append(Grant(time, entry.iip, payout, amounts, _AFTER.get(rule, "committed"), paid_at, votes))
    return tuple(found)


def standing(grants: tuple[Grant, ...]) -> list[Granted]:
    """Those that count against the year's limit."""
    return [Granted(grant.time, grant.amounts) for grant in grants if grant.state != "released"]


_AFTER = {booking.PAID: "paid", booking.RELEASED: "released"}


def _payout(entry: Entry) -> PayoutId:
    payout = payout_named(entry)
    assert payout is not None, "its rule names one"
    return payout


def _in_favour(journal: Journal, source: int) -> int:
    scores = journal.leaves[source].body["scores"]
    assert isinstance(scores, list), "the leaf's schema says so"
    return int(str(scores[0])) // UNIT
