"""What checks 70 and 71 ask of a conversion: the part was executed in this very transaction, and the rate is in bounds.

Decides with the queued transaction, its proved receipt and the price that the leaf keeps. That the price is the file's
whose hash stands beside it can be seen by whoever has the file; a record does not hold it.
"""

from __future__ import annotations

from dao.record.case import Case, Row
from dao.record.checks_income import fund_of, income_of, taken_back
from dao.record.errors import RecordError
from dao.record.queue import payout_of, read_queue
from dao.record.receipts import receipt_behind
from governance.settings import FundSettings
from treasury.assets import asset_id, native
from treasury.booking import DONATION, entry_id_of
from treasury.conversion import ConversionFact, DayPrice, check_slippage, read_conversion
from treasury.income import DonationFact
from treasury.ledger import REVERSED

COIN_DECIMALS = 18
"""Of the native coin of every EVM chain."""


def check_conversion(case: Case, row: Row) -> ConversionFact:
    """What a leaf converts; raise where its transaction did not, or not within its bound."""
    before = set(case.blocks)
    fact, fund = conversion_of(case, row), fund_of(case, row)
    price, bound = row.leaf.body["price"], row.leaf.body["bound"]
    assert isinstance(price, dict), "the leaf's schema says so"
    assert isinstance(bound, int), "the leaf's schema says so"
    time = receipt_behind(case, row).header.timestamp
    if row.index in taken_back(case):
        case.blocks &= before  # as of any income
    check_slippage(fact, DayPrice.from_map(price), decimals_of(fund), bound, time)
    return fact


def conversion_of(case: Case, row: Row) -> ConversionFact:
    """What a leaf converts, by its receipt and the transaction of its part."""
    came, fund, proved = income_of(case, row), fund_of(case, row), receipt_behind(case, row)
    assert isinstance(came, DonationFact), "a conversion's log is read as an arrival"
    proposal, part = payout_of(row)
    done = next(case.rows("executed", proposal=proposal, part=part), None)
    queue = read_queue(case) if case.queue is None else case.queue
    tx = next((queued.tx for queued in queue if done is not None and queued.hash == done.leaf.body["hash"]), None)
    if (
        done is None
        or tx is None
        or done.index >= row.index
        or receipt_behind(case, done).transaction_hash != proved.transaction_hash
    ):
        raise RecordError("E_CONVERSION", "not_executed", part=part, transaction=proved.transaction_hash)
    if (tx.chain_id, tx.safe) != (fund.chain_id, fund.safe):
        raise RecordError("E_LEDGER", "fund", index=row.index, fund=fund.name)
    tokens = [asset.address for asset in fund.assets if asset.address is not None]
    return read_conversion(tx, proved.receipt.logs, came, tokens, was_income=_stood(case, row, came))


def _stood(case: Case, row: Row, came: DonationFact) -> bool:
    """Whether the arrival stood in the books as a donation when the leaf came."""
    donation = entry_id_of(DONATION, came.origin)
    found = [case.rows("entry", id=entry_id) for entry_id in (donation, f"{REVERSED}:{donation}")]
    posted, taken_back = (any(entry.index < row.index for entry in rows) for rows in found)
    return posted and not taken_back


def decimals_of(fund: FundSettings) -> dict[str, int]:
    """Decimals by asset id, as the settings say; a fund of tokens only may give and get coins all the same."""
    listed = {asset_id(fund.chain_id, asset.address): asset.decimals for asset in fund.assets}
    return {native(fund.chain_id): COIN_DECIMALS} | listed
