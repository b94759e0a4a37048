"""Checks 34 and 44: a fund that a committee decides about pays grants within its mandate, and nothing else.

That members alone vote, and how many must agree, follows from the rules that `governance.committee` makes of the
settings, and is proved with every other vote (checks 24, 40 to 42). Here stand the limits: of one grant by its parts,
of a year by the books, of which a record holds every entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dao.record.case import Case, due, need
from dao.record.checks_older import bound_by_older
from dao.record.checks_proposal import fund_of
from dao.record.errors import RecordError
from dao.record.foreign_entries import payout_named
from governance.settings import Committee, FundSettings
from treasury import booking
from treasury.assets import Amounts
from treasury.grants import Granted, check_grant, check_year
from treasury.ledger import Entry


class Mandated(NamedTuple):
    """A fund whose committee decides."""

    fund: FundSettings
    committee: Committee


def committee_grant(case: Case) -> None:
    """A committee's proposal pays within the limits of one grant, no member, and supersedes grants of its own only."""
    mandated = mandate_of(case)
    if mandated is None:
        return
    check_grant(*mandated, need(case.parts))
    for id_ in need(case.commitment).supersedes:
        older = bound_by_older(case, case.older[id_], need(case.proposal_row))
        if older is None or older.fund != mandated.fund.name:
            raise RecordError("E_GRANT", "supersedes", fund=mandated.fund.name, id=id_)


def committee_year(case: Case) -> None:
    """Whenever something of this proposal was promised, the year's limit held it and all that was promised before."""
    due(case)
    need(case.released)
    mandated = mandate_of(case)
    for row in case.rows("entry", rule=booking.COMMITTED) if mandated else ():
        payout = payout_named(Entry.from_map(row.leaf.body))
        if payout is not None and payout.proposal == case.proposal:
            check_room(case, row.index + 1, row.leaf.time)


def check_room(case: Case, before: int, time: int, wanted: Iterable[Amounts] = ()) -> None:
    """Raise `E_GRANT` if at `time` the fund's committee, where it has one, had granted more than a year's limit: by
    the entries in front of leaf `before`, and by what is `wanted` besides.
    """
    mandated = mandate_of(case)
    if mandated is not None:
        granted = [*promises(case, mandated.fund.name, before), *(Granted(time, amounts) for amounts in wanted)]
        check_year(*mandated, granted, time)


def mandate_of(case: Case) -> Mandated | None:
    """The fund that the proposal asks, with its committee; None where the space's voters decide."""
    fund = fund_of(case)
    return None if fund.committee is None else Mandated(fund, fund.committee)


def promises(case: Case, fund: str, before: int) -> Iterator[Granted]:
    """What a fund's entries in front of a leaf promised, but for what had ended unpaid by then."""
    ended = {
        str(payout_named(Entry.from_map(row.leaf.body)))
        for row in case.rows("entry", rule=booking.RELEASED, fund=fund)
        if row.index < before
    }
    for row in case.rows("entry", rule=booking.COMMITTED, fund=fund):
        entry = Entry.from_map(row.leaf.body)
        if row.index < before and str(payout_named(entry)) not in ended:
            yield Granted(row.leaf.time, {line.asset: line.amount for line in entry.postings if line.amount > 0})
