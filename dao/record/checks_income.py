"""Check 70: where the money came from.

Decides that every income is the log of a contract that the settings name, in a proved receipt, final when its leaf
came, and stands there once. What the mutual took without a log of its own is `dao.record.checks_premiums`'s, and how an
income is booked `dao.record.checks_books`'s.
"""

from __future__ import annotations

from collections.abc import Sequence

from chain.receipt import Log
from dao.record.case import Case, Income, Logged, Row
from dao.record.checks_settings import settings_now
from dao.record.errors import RecordError
from dao.record.queue import payout_of
from dao.record.receipts import check_final, receipt_behind
from governance.settings import FundSettings
from treasury.income import ForwardFact, Origin, other_side, read_donation, read_forward, read_premium

INCOME = ("premium", "forward", "donation", "refund", "conversion")
REVERSIBLE = ("premium", "premiums", "forward", "donation", "refund", "conversion")
"""What is taken back when its block leaves the chain."""


def books_sources(case: Case) -> None:
    """Every income is the log of a contract that the settings name, in a proved receipt, and stands there once."""
    facts: dict[int, Income] = {}
    seen: dict[object, str] = {}
    converted: set[tuple[bytes, int]] = set()
    gone = taken_back(case)
    for row in case.rows_of(*INCOME):
        if row.leaf.kind == "conversion" and row.index not in gone:
            if payout_of(row) in converted:
                raise RecordError("E_LEDGER", "converted_twice", index=row.index)
            converted.add(payout_of(row))
        _once(seen, (row.leaf.body["receipt"], row.leaf.body["log"]), row)  # a proof has one spelling, so one name
        if not case.concerns(row.index):
            continue
        before = set(case.blocks)
        fact = income_of(case, row)
        if any((row.leaf.body["receipt"], told) in seen for told in _told_again(case, row)):
            raise RecordError("E_LEDGER", "twice", index=row.index)
        if row.index in gone:
            case.blocks &= before  # a block that left the chain is nobody's to believe
        _once(seen, fact.origin, row)
        facts[row.index] = fact
    case.incomes = facts


def _once(seen: dict[object, str], place: object, row: Row) -> None:
    """A log stands in the books once; what was taken for a gift may turn out to be one side of a conversion."""
    if place in seen and (seen[place], row.leaf.kind) != ("donation", "conversion"):
        raise RecordError("E_LEDGER", "twice", index=row.index)
    seen[place] = row.leaf.kind


def income_of(case: Case, row: Row) -> Logged:
    """The income that a leaf with a receipt says; raises where its log says something else."""
    fund = fund_of(case, row)
    proved = receipt_behind(case, row)
    log = row.leaf.body["log"]
    assert isinstance(log, int), "the leaf's schema says so"
    logs = proved.receipt.logs
    if not 0 <= log < len(logs):
        raise RecordError("E_LEDGER", "log", index=row.index, log=log)
    origin = Origin(fund.chain_id, proved.header.hash, proved.transaction_hash, log)
    fact = _read_income(row, fund, logs, origin)
    if isinstance(fact, ForwardFact) and fact.rebate + fact.forwarded == 0:
        raise RecordError("E_LEDGER", "nothing", index=row.index)
    check_final(case, row, proved.header)
    return fact


def fund_of(case: Case, row: Row) -> FundSettings:
    """The fund that a leaf of income names, by the settings in force when it came, on the leaf's own chain."""
    name = str(row.leaf.body["fund"])
    fund = settings_now(case, row.index, row.leaf.time).fund(name)
    if fund is None or fund.chain_id != row.leaf.block.chain_id:
        raise RecordError("E_LEDGER", "fund", index=row.index, fund=name)
    return fund


def taken_back(case: Case) -> set[object]:
    """The indexes of the leaves whose income was taken back; check 74 says whether rightly."""
    return {row.leaf.body["source"] for row in case.rows("reversed")}


def _told_again(case: Case, row: Row) -> tuple[int, ...]:
    """The logs that tell of the same money: a forwarding and its arrival are two, whatever the settings say of them."""
    log = row.leaf.body["log"]
    assert isinstance(log, int), "the leaf's schema says so"
    return other_side(receipt_behind(case, row).receipt.logs, log, fund_of(case, row).safe)


def _read_income(row: Row, fund: FundSettings, logs: Sequence[Log], origin: Origin) -> Logged:
    """Read one log as the income that its leaf says it is."""
    proxies = fund.sources_of("premium_share")
    log = logs[origin.log]
    if row.leaf.kind in ("donation", "refund", "conversion"):
        token = None if log.address == fund.safe else log.address
        if token is not None and token not in [asset.address for asset in fund.assets]:
            raise RecordError("E_LEDGER", "asset", index=row.index, token=token)
        return read_donation(log, origin, token=token, safe=fund.safe, sources=proxies)
    if log.address not in proxies:
        raise RecordError("E_LEDGER", "contract", index=row.index, contract=log.address)
    if row.leaf.kind == "premium":
        return read_premium(log, origin, proxy=log.address)
    return read_forward(logs, origin, proxy=log.address, safe=fund.safe)
