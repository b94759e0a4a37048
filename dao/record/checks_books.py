"""Checks 70 to 72: where the money came from, that every entry follows from its source, and that nothing was promised
which the Safe did not hold.

Entries are booked again from the leaves they name, by the same versioned rules, and compared. Entries of *other*
proposals of the fund are balanced and count against what is available, but their sources stand in those proposals' own
records.
"""

from __future__ import annotations

from collections.abc import Callable

from chain import dag_cbor
from chain.receipt import ProvedReceipt, ReceiptProof, open_receipt
from dao.record.case import Case, Row, cid_of, need
from dao.record.checks_settings import settings_now
from dao.record.errors import RecordError
from governance.settings import FundSettings
from treasury import booking
from treasury.asks import asks
from treasury.assets import total
from treasury.fund import replay
from treasury.income import DonationFact, ForwardFact, Origin, PremiumFact, read_donation, read_forward, read_premium
from treasury.ledger import Entry
from treasury.payouts import PayoutId

INCOME = ("premium", "forward", "donation")
Income = PremiumFact | ForwardFact | DonationFact


def books_sources(case: Case) -> None:
    """Every income is the log of a contract that the settings name, in a proved receipt, and stands there once."""
    facts: dict[int, Income] = {}
    seen: set[Origin] = set()
    for row in case.rows_of(*INCOME):
        if not case.concerns(row.index):
            continue
        fact = _income(case, row)
        if fact.origin in seen:
            raise RecordError("E_LEDGER", "twice", index=row.index)
        seen.add(fact.origin)
        facts[row.index] = fact
    case.incomes = facts


def books_entries(case: Case) -> None:
    """Every entry is what its booking rule makes of its source."""
    entries: list[tuple[int, Entry]] = []
    for row in case.rows("entry"):
        entry = Entry.from_map(row.leaf.body)
        if entry.source >= row.index:
            raise RecordError("E_LEDGER", "source", entry=entry.id, index=row.index)
        if case.concerns(row.index) and _is_ours(case, entry):
            expected = _booked_again(case, entry)
            if entry != expected:
                raise RecordError("E_LEDGER", "not_rule", entry=entry.id, index=row.index)
        entries.append((row.index, entry))
    case.entries = tuple(entries)


def books_cover(case: Case) -> None:
    """No entry took more than was there, and whatever passed, was paid or came in is booked."""
    entries = [entry for _, entry in need(case.entries)]
    replay(entries)
    if case.fresh is not None:
        return
    sources = {entry.source for entry in entries}
    unbooked = [index for index, fact in need(case.incomes).items() if index not in sources and _moves_money(fact)]
    unbooked += [
        row.index
        for row in case.rows("executed", proposal=case.proposal)
        if row.index not in sources and _amounts(case, _part(row))
    ]
    for index in unbooked:
        raise RecordError("E_LEDGER", "unbooked", index=index, kind=case.leaves[index].kind)


def _moves_money(fact: Income) -> bool:
    return not isinstance(fact, ForwardFact) or fact.rebate + fact.forwarded > 0


def receipt_behind(case: Case, row: Row) -> ProvedReceipt:
    """The proved receipt that a leaf links to; its block joins those that are taken on trust."""
    cid = cid_of(row, "receipt")
    if cid not in case.receipts:
        case.receipts[cid] = open_receipt(ReceiptProof.from_map(dag_cbor.decode(case.get(cid))))
    proved = case.receipts[cid]
    case.blocks.add(proved.header.ref(row.leaf.block.chain_id))
    return proved


def _income(case: Case, row: Row) -> Income:
    fund = _fund(case, row)
    proved = receipt_behind(case, row)
    log = row.leaf.body["log"]
    assert isinstance(log, int), "the leaf's schema says so"
    logs = proved.receipt.logs
    if not 0 <= log < len(logs):
        raise RecordError("E_LEDGER", "log", index=row.index, log=log)
    origin = Origin(fund.chain_id, proved.header.hash, proved.transaction_hash, log)
    proxies = [source.address for source in fund.sources if source.kind == "premium_share"]
    emitter = logs[log].address
    if row.leaf.kind == "donation":
        token = None if emitter == fund.safe else emitter
        if token is not None and token not in [asset.address for asset in fund.assets]:
            raise RecordError("E_LEDGER", "asset", index=row.index, token=token)
        return read_donation(logs[log], origin, token=token, safe=fund.safe, sources=proxies)
    if emitter not in proxies:
        raise RecordError("E_LEDGER", "contract", index=row.index, contract=emitter)
    if row.leaf.kind == "premium":
        return read_premium(logs[log], origin, proxy=emitter)
    return read_forward(logs, origin, proxy=emitter, safe=fund.safe)


def _fund(case: Case, row: Row) -> FundSettings:
    name = str(row.leaf.body["fund"])
    fund = settings_now(case, row.index, row.leaf.time).fund(name)
    if fund is None or fund.chain_id != row.leaf.block.chain_id:
        raise RecordError("E_LEDGER", "fund", index=row.index, fund=name)
    return fund


def _is_ours(case: Case, entry: Entry) -> bool:
    return entry.iip == 0 or (case.commitment is not None and entry.iip == case.commitment.iip)


def _booked_again(case: Case, entry: Entry) -> Entry | None:
    """Book the entry's source again, by the rule that the entry names."""
    source = case.leaves.get(entry.source)
    again = _RULES.get(entry.rule)
    if source is None or again is None:
        raise RecordError("E_LEDGER", "source", entry=entry.id, index=entry.source)
    return again(case, Row(entry.source, source), entry)


def _again_premium(case: Case, row: Row, _: Entry) -> Entry | None:
    fact = need(case.incomes).get(row.index)
    return booking.premium(fact, fund=_name(row), source=row.index) if isinstance(fact, PremiumFact) else None


def _again_forward(case: Case, row: Row, _: Entry) -> Entry | None:
    fact = need(case.incomes).get(row.index)
    return booking.forward(fact, fund=_name(row), source=row.index) if isinstance(fact, ForwardFact) else None


def _again_donation(case: Case, row: Row, _: Entry) -> Entry | None:
    fact = need(case.incomes).get(row.index)
    return booking.donation(fact, fund=_name(row), source=row.index) if isinstance(fact, DonationFact) else None


def _again_asked(case: Case, row: Row, _: Entry) -> Entry | None:
    if row.leaf.kind != "proposal" or row.leaf.body["id"] != case.proposal:
        return None
    fund, iip = _fund_and_number(case)
    amounts = total(asks(need(case.parts)))
    return booking.asked(case.proposal, fund=fund, iip=iip, amounts=amounts, source=row.index)


def _again_committed(case: Case, row: Row, entry: Entry) -> Entry | None:
    if row.leaf.kind != "result" or row.leaf.body["proposal"] != case.proposal or not need(case.released):
        return None
    fund, iip = _fund_and_number(case)
    payout = _payout(case, entry)
    return booking.committed(payout, fund=fund, iip=iip, amounts=_amounts(case, payout.part), source=row.index)


def _again_paid(case: Case, row: Row, _: Entry) -> Entry | None:
    if row.leaf.kind != "executed" or row.leaf.body["proposal"] != case.proposal:
        return None
    fund, iip = _fund_and_number(case)
    part = _part(row)
    block = receipt_behind(case, row).header.hash
    return booking.paid(
        PayoutId(case.proposal, part), fund=fund, iip=iip, amounts=_amounts(case, part), source=row.index, block=block
    )


def _again_released(case: Case, row: Row, _: Entry) -> Entry | None:
    """A vote that released nothing gives back what its proposal asked for."""
    if row.leaf.kind != "result" or row.leaf.body["proposal"] != case.proposal or need(case.released):
        return None
    fund, iip = _fund_and_number(case)
    amounts = total(asks(need(case.parts)))
    payout = PayoutId(case.proposal, 0)
    return booking.released(payout, fund=fund, iip=iip, amounts=amounts, source=row.index, of="asked")


_RULES: dict[str, Callable[[Case, Row, Entry], Entry | None]] = {
    booking.PREMIUM: _again_premium,
    booking.FORWARD: _again_forward,
    booking.DONATION: _again_donation,
    booking.ASKED: _again_asked,
    booking.COMMITTED: _again_committed,
    booking.PAID: _again_paid,
    booking.RELEASED: _again_released,
}


def _name(row: Row) -> str:
    return str(row.leaf.body["fund"])


def _part(row: Row) -> int:
    part = row.leaf.body["part"]
    assert isinstance(part, int), "the leaf's schema says so"
    return part


def _payout(case: Case, entry: Entry) -> PayoutId:
    """The payout of an entry, found by its id among those of this proposal."""
    for part in range(1, len(need(case.parts)) + 1):
        payout = PayoutId(case.proposal, part)
        if entry.id == f"{entry.rule}:{payout}":
            return payout
    raise RecordError("E_LEDGER", "not_rule", entry=entry.id, index=entry.source)


def _amounts(case: Case, part: int) -> dict[str, int]:
    wanted = asks(need(case.parts))
    if not 1 <= part <= len(wanted):
        raise RecordError("E_LEDGER", "part", part=part)
    return wanted[part - 1]


def _fund_and_number(case: Case) -> tuple[str, int]:
    commitment = need(case.commitment)
    return need(commitment.fund), commitment.iip
