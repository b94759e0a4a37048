"""Booking a conversion: what an executed part gave for another asset, out of the receipt that the journal holds.

Decides which log of the receipt is meant, and which prices of a file bound the rate: those of the newest day, young
enough, that has both. Whether it is a conversion and within its bound is the checks'.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from chain.errors import CodedError
from chain.receipt import ProvedReceipt
from dao.errors import DaoError
from dao.record.case import Case, Row, cid_of
from dao.record.checks_conversion import decimals_of
from dao.record.checks_income import taken_back
from dao.record.queue import read_queue
from dao.record.receipts import receipt_behind
from dao.workflow.desk import Blocks, Desk, Fact
from governance.settings import FundSettings
from treasury.conversion import ConversionFact, DayPrice, day_price, read_conversion, slippage
from treasury.income import DonationFact, Origin, read_donation
from treasury.payouts import PayoutId
from treasury.prices import PriceFile


class ConvertingError(DaoError):
    """Nothing that could be a conversion, or more than one thing (`E_CONVERSION`)."""


class Bounded(NamedTuple):
    """By what a rate is bounded."""

    prices: PriceFile
    currency: str
    bound: int
    """Hundredths of a percent."""


class Converted(NamedTuple):
    """What was booked, or stood in the books already."""

    fact: ConversionFact
    price: DayPrice
    slippage: int
    """Hundredths of a percent, below 0 where more came in than the prices say."""
    is_new: bool


def book_conversion(desk: Desk, payout: PayoutId, fund: FundSettings, by: Bounded, log: int | None = None) -> Converted:
    """Book what a part converted; the same once more is known, another one of the same part is refused."""
    case = desk.case(payout.proposal)
    row = next(case.rows("executed", proposal=payout.proposal, part=payout.part), None)
    if row is None:
        raise ConvertingError("E_CONVERSION", "not_paid", part=payout.part)
    proved = receipt_behind(case, row)
    came = _came(fund, proved, row, log)
    tx = next(queued.tx for queued in read_queue(case) if queued.hash == row.leaf.body["hash"])
    tokens = [asset.address for asset in fund.assets if asset.address is not None]
    fact = read_conversion(tx, proved.receipt.logs, came, tokens)
    price = day_price(by.prices, fact, by.currency, proved.header.timestamp)
    body = {
        "proposal": payout.proposal, "part": payout.part, "fund": fund.name, "receipt": cid_of(row, "receipt"),
        "log": came.origin.log, "bound": by.bound, "price": price.to_map(),
    }  # fmt: skip
    is_new = not _stands(case, body)
    if is_new:
        desk.take([Fact("conversion", body)], Blocks(), payout.proposal)
    return Converted(fact, price, slippage(fact, price, decimals_of(fund)), is_new)


def _stands(case: Case, body: dict[str, object]) -> bool:
    return any(row.index not in taken_back(case) for row in case.rows("conversion", **body))


def _came(fund: FundSettings, proved: ProvedReceipt, row: Row, log: int | None) -> DonationFact:
    """The one arrival in the receipt, or the one whose log was named."""
    found = [fact for fact in _arrivals(fund, proved, row) if log in (None, fact.origin.log)]
    if len(found) != 1:
        raise ConvertingError("E_CONVERSION", "arrivals", count=len(found), transaction=proved.transaction_hash)
    return found[0]


def _arrivals(fund: FundSettings, proved: ProvedReceipt, row: Row) -> Iterator[DonationFact]:
    sources = fund.sources_of("premium_share")
    for at, log in enumerate(proved.receipt.logs):
        token = None if log.address == fund.safe else log.address
        if token not in [None, *(asset.address for asset in fund.assets)]:
            continue
        origin = Origin(row.leaf.block.chain_id, proved.header.hash, proved.transaction_hash, at)
        try:
            yield read_donation(log, origin, token=token, safe=fund.safe, sources=sources)
        except CodedError:  # it brought nothing
            continue
