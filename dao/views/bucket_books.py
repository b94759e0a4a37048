"""What the funds that a plan's buckets name have promised and paid by the books of a journal, in the plan's asset.

Decides nothing: `treasury.bucket_funds` holds it against the plan and the settings.
"""

from __future__ import annotations

from dao.record.foreign_entries import payout_named
from dao.store.journal import Journal
from dao.views.money import Books, books_of
from dao.views.opening import settings_of
from treasury import booking
from treasury.allocation import Bucket, Payment, Plan
from treasury.assets import asset_id
from treasury.bucket_funds import Booked, PaidBy, asset_of, is_same
from treasury.fund import fund_state


def paid_by(journal: Journal, plan: Plan) -> tuple[PaidBy, ...]:
    """Each bucket that names a fund, with the fund of the settings in force and its books."""
    settings, books = settings_of(journal), books_of(journal)
    found = []
    for bucket in plan.buckets:
        if bucket.fund is not None:
            fund = settings.fund(bucket.fund)
            asset = None if fund is None else asset_of(plan, fund)
            booked = None
            if fund is not None and asset is not None and is_same(plan, asset):
                booked = _booked(books, bucket, fund.name, asset_id(fund.chain_id, asset.address))
            found.append(PaidBy(bucket, fund, booked))
    return tuple(found)


def _booked(books: Books, bucket: Bucket, fund: str, asset: str) -> Booked:
    payments = []
    for _, time, entry in books.rows:
        if (entry.rule, entry.fund) == (booking.PAID, fund) and books.ledger.stands(entry.id):
            units = sum(row.amount for row in entry.postings if (row.asset, row.account[:9]) == (asset, "Expenses:"))
            if units:
                payments.append(Payment(bucket=bucket.id, at=time, amount=units, evidence=str(payout_named(entry))))
    return Booked(fund_state(books.ledger, fund, asset), tuple(payments))
