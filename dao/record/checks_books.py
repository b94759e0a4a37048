"""Checks 70 to 72: where the money came from, that every entry follows from its source, and that nothing was promised
which the Safe did not hold.

Entries are booked again from the leaves they name, by the same versioned rules, and compared. Entries of *other*
proposals of the fund are balanced and count against what is available, but their sources stand in those proposals' own
records; only what they give back must be seen here to be free (check 64).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from chain import dag_cbor
from chain.receipt import Log, ProvedReceipt, ReceiptProof, open_receipt
from dao.record.case import Case, Row, cid_of, need
from dao.record.checks_settings import settings_now
from dao.record.errors import RecordError
from dao.record.queue import payout_of
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
    named: set[tuple[object, object]] = set()
    for row in case.rows_of(*INCOME):
        place = (row.leaf.body["receipt"], row.leaf.body["log"])  # a proof has one spelling, so one name
        if place in named:
            raise RecordError("E_LEDGER", "twice", index=row.index)
        named.add(place)
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
    seen: set[str] = set()
    for row in case.rows("entry"):
        entry = Entry.from_map(row.leaf.body)
        if entry.id in seen:
            raise RecordError("E_LEDGER", "posted_twice", entry=entry.id, index=row.index)
        seen.add(entry.id)
        if entry.source >= row.index:
            raise RecordError("E_LEDGER", "source", entry=entry.id, index=row.index)
        if not _is_ours(case, entry):
            _check_foreign(case, entry, row.index)
        elif case.concerns(row.index) and entry != _booked_again(case, entry):
            raise RecordError("E_LEDGER", "not_rule", entry=entry.id, index=row.index)
        entries.append((row.index, entry))
    case.entries = tuple(entries)


def books_cover(case: Case) -> None:
    """No entry took more than was there, and whatever passed, was paid or came in is booked."""
    entries = [entry for _, entry in need(case.entries)]
    replay(entries)
    if case.fresh is not None:
        return
    sources = {entry.source for entry in entries if _is_ours(case, entry)}
    unbooked = [index for index in need(case.incomes) if index not in sources]
    unbooked += [
        row.index
        for row in case.rows("executed", proposal=case.proposal)
        if row.index not in sources and _amounts(case, _part(row))
    ]
    unbooked += [
        row.index
        for row in case.rows("ended", proposal=case.proposal)
        if row.index not in sources and _amounts(case, _part(row))
    ]
    if case.cancelled is not None and case.cancelled.index not in sources and total(asks(need(case.parts))):
        unbooked.append(case.cancelled.index)
    for index in unbooked:
        raise RecordError("E_LEDGER", "unbooked", index=index, kind=case.leaves[index].kind)


def receipt_behind(case: Case, row: Row) -> ProvedReceipt:
    """The proved receipt that a leaf links to; its block joins those that are taken on trust."""
    cid = cid_of(row, "receipt")
    if cid not in case.receipts:
        case.receipts[cid] = open_receipt(ReceiptProof.from_map(dag_cbor.decode(case.get(cid))))
    proved = case.receipts[cid]
    case.blocks.add(proved.header.ref(row.leaf.block.chain_id))
    return proved


def check_final(case: Case, row: Row, number: int) -> None:
    """A fact of the chain is booked once its block lies as deep as the settings want; on the devnet at once."""
    chain = settings_now(case, row.index, row.leaf.time).chain(row.leaf.block.chain_id)
    wanted = 0 if chain is None else chain.finality_depth
    depth = row.leaf.block.number - number
    if wanted:
        case.blocks.add(row.leaf.block)  # the depth is counted from it
    if depth < wanted:
        raise RecordError("E_FINALITY", index=row.index, depth=depth, wanted=wanted)


def _income(case: Case, row: Row) -> Income:
    fund = _fund(case, row)
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
    check_final(case, row, proved.header.number)
    return fact


def _read_income(row: Row, fund: FundSettings, logs: Sequence[Log], origin: Origin) -> Income:
    """Read one log as the income that its leaf says it is."""
    proxies = [source.address for source in fund.sources if source.kind == "premium_share"]
    log = logs[origin.log]
    if row.leaf.kind == "donation":
        token = None if log.address == fund.safe else log.address
        if token is not None and token not in [asset.address for asset in fund.assets]:
            raise RecordError("E_LEDGER", "asset", index=row.index, token=token)
        return read_donation(log, origin, token=token, safe=fund.safe, sources=proxies)
    if log.address not in proxies:
        raise RecordError("E_LEDGER", "contract", index=row.index, contract=log.address)
    if row.leaf.kind == "premium":
        return read_premium(log, origin, proxy=log.address)
    return read_forward(logs, origin, proxy=log.address, safe=fund.safe)


def _fund(case: Case, row: Row) -> FundSettings:
    name = str(row.leaf.body["fund"])
    fund = settings_now(case, row.index, row.leaf.time).fund(name)
    if fund is None or fund.chain_id != row.leaf.block.chain_id:
        raise RecordError("E_LEDGER", "fund", index=row.index, fund=name)
    return fund


def _is_ours(case: Case, entry: Entry) -> bool:
    """Whether an entry is income, or names this proposal; the number alone does not tell, it may be asked again."""
    if entry.iip == 0:
        return True
    named = _PROPOSAL.search(entry.id)
    return named is not None and bytes.fromhex(named[1]) == case.proposal


def _check_foreign(case: Case, entry: Entry, index: int) -> None:
    """Another proposal may ask, be promised and be paid, or give back what it asked: none of that adds to what is
    available. What was promised it gives back when its payout has ended. Anything else in another one's name was never
    made by a rule, or needs that one's own record.
    """
    if entry.rule == booking.RELEASED and _gives_back_what_ended(case, entry):
        return
    freed: dict[str, int] = {}
    for account, asset, amount in entry.postings:
        if account.startswith(("Assets:Safe:", "Equity:Committed:")):
            freed[asset] = freed.get(asset, 0) + amount
    if entry.rule not in _FOREIGN or any(amount > 0 for amount in freed.values()):
        raise RecordError("E_LEDGER", "foreign", entry=entry.id, index=index, account=entry.postings[0].account)
    for account, _, amount in entry.postings:
        root = account.partition(":")[0]
        if root not in ("Assets", "Equity", "Expenses") or (root == "Assets" and amount > 0):
            raise RecordError("E_LEDGER", "foreign", entry=entry.id, index=index, account=account)


def _gives_back_what_ended(case: Case, entry: Entry) -> bool:
    """Whether an entry takes back exactly the promise of a payout of another proposal that can never be paid."""
    source, named = case.leaves.get(entry.source), _PROPOSAL.search(entry.id)
    if source is None or source.kind != "ended" or named is None:
        return False
    payout = payout_of(Row(entry.source, source))
    if case.concerns(entry.source) and payout not in need(case.ended):
        return False
    promised = next(case.rows("entry", id=f"{booking.COMMITTED}:{PayoutId(*payout)}"), None)
    if promised is None or entry.id != f"{booking.RELEASED}:{PayoutId(*payout)}":
        return False
    return _promises(Entry.from_map(promised.leaf.body)) == _promises(entry, -1) and _is_memo(entry)


def _promises(entry: Entry, sign: int = 1) -> list[tuple[str, str, int]]:
    return [(p.account, p.asset, sign * p.amount) for p in entry.postings if p.account.startswith("Equity:Committed:")]


def _is_memo(entry: Entry) -> bool:
    return all(posting.account.startswith(("Equity:Committed:", "Equity:Memo:")) for posting in entry.postings)


_FOREIGN = frozenset({booking.ASKED, booking.COMMITTED, booking.PAID, booking.RELEASED})
_PROPOSAL = re.compile(r":0x([0-9a-f]{64})/[0-9]+(?:@|\Z)", re.ASCII)


def entries_of(case: Case, row: Row) -> list[Entry]:
    """What the booking rules make of one leaf: nothing, one entry, or one a part. Needs checks 70, and for a leaf of a
    proposal those up to its result.
    """
    rule = _RULES.get(row.leaf.kind)
    named = row.leaf.body["id"] if row.leaf.kind == "proposal" else row.leaf.body.get("proposal", case.proposal)
    if named != case.proposal:
        return []  # of another proposal, whose parts are not at hand
    return [] if rule is None else [entry for entry in rule(case, row) if entry is not None]


def _booked_again(case: Case, entry: Entry) -> Entry | None:
    """Book the entry's source again and return the one entry of that id."""
    source = case.leaves.get(entry.source)
    if source is None:
        raise RecordError("E_LEDGER", "source", entry=entry.id, index=entry.source)
    return next((found for found in entries_of(case, Row(entry.source, source)) if found.id == entry.id), None)


def _of_income(case: Case, row: Row) -> Iterator[Entry | None]:
    fact, fund = need(case.incomes).get(row.index), str(row.leaf.body["fund"])
    if fact is None:  # judged when it came, and not one of this step's
        fact = _income(case, row)
    if isinstance(fact, PremiumFact):
        yield booking.premium(fact, fund=fund, source=row.index)
    elif isinstance(fact, ForwardFact):
        yield booking.forward(fact, fund=fund, source=row.index)
    else:
        yield booking.donation(fact, fund=fund, source=row.index)


def _of_proposal(case: Case, row: Row) -> Iterator[Entry | None]:
    """An open vote asks for the sum of its parts."""
    fund, iip = _fund_and_number(case)
    yield booking.asked(case.proposal, fund=fund, iip=iip, amounts=total(asks(need(case.parts))), source=row.index)


def _of_result(case: Case, row: Row) -> Iterator[Entry | None]:
    """What passed is committed part by part; what did not gives back what it asked for."""
    fund, iip = _fund_and_number(case)
    wanted = asks(need(case.parts))
    if not need(case.released):
        payout = PayoutId(case.proposal, 0)
        yield booking.released(payout, fund=fund, iip=iip, amounts=total(wanted), source=row.index, of="asked")
        return
    for part, amounts in enumerate(wanted, 1):
        payout = PayoutId(case.proposal, part)
        yield booking.committed(payout, fund=fund, iip=iip, amounts=amounts, source=row.index)


def _of_cancel(case: Case, row: Row) -> Iterator[Entry | None]:
    """A cancelled vote gives back what it asked for."""
    fund, iip = _fund_and_number(case)
    payout, amounts = PayoutId(case.proposal, 0), total(asks(need(case.parts)))
    yield booking.released(payout, fund=fund, iip=iip, amounts=amounts, source=row.index, of="asked")


def _of_ended(case: Case, row: Row) -> Iterator[Entry | None]:
    """A part that ended unpaid gives back what it was promised, or, if the fund never covered it, what it asked for."""
    fund, iip = _fund_and_number(case)
    part = _part(row)
    payout = PayoutId(case.proposal, part)
    promise = next(case.rows("entry", id=f"{booking.COMMITTED}:{payout}"), None)
    was_promised = promise is not None and promise.index < row.index
    yield booking.released(
        payout,
        fund=fund,
        iip=iip,
        amounts=_amounts(case, part),
        source=row.index,
        of="committed" if was_promised else "asked",
    )


def _of_executed(case: Case, row: Row) -> Iterator[Entry | None]:
    fund, iip = _fund_and_number(case)
    part = _part(row)
    yield booking.paid(
        PayoutId(case.proposal, part),
        fund=fund,
        iip=iip,
        amounts=_amounts(case, part),
        source=row.index,
        block=receipt_behind(case, row).header.hash,
    )


_RULES: dict[str, Callable[[Case, Row], Iterator[Entry | None]]] = {
    "premium": _of_income,
    "forward": _of_income,
    "donation": _of_income,
    "proposal": _of_proposal,
    "result": _of_result,
    "cancel": _of_cancel,
    "ended": _of_ended,
    "executed": _of_executed,
}


def _part(row: Row) -> int:
    part = row.leaf.body["part"]
    assert isinstance(part, int), "the leaf's schema says so"
    return part


def _amounts(case: Case, part: int) -> dict[str, int]:
    wanted = asks(need(case.parts))
    if not 1 <= part <= len(wanted):
        raise RecordError("E_LEDGER", "part", part=part)
    return wanted[part - 1]


def _fund_and_number(case: Case) -> tuple[str, int]:
    commitment = need(case.commitment)
    return need(commitment.fund), commitment.iip
