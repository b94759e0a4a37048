"""Income: a transaction that brought money becomes a fact with its proof, and an entry in the books.

Which log counts, and as what, is decided by the checks; here logs are found and receipts fetched with their proofs. A
sweep books what it finds range by range, each in one commit, and passes over what stands in the books: whoever is
stopped begins again. What left the chain since is taken back first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from chain.clients.node import ChainLog, Node
from chain.errors import CodedError
from chain.receipt import Log, ReceiptProof
from dao.workflow.desk import Blocks, Desk, Fact
from dao.workflow.proposing import settings_in_force
from dao.workflow.reverting import reversals
from governance.settings import FundSettings
from treasury.booking import entry_id_of
from treasury.income import (
    FORWARDED,
    PREMIUM_SHARE,
    SAFE_RECEIVED,
    TRANSFER,
    Origin,
    PremiumFact,
    other_side,
    read_donation,
    read_forward,
    read_premium,
)
from treasury.ledger import Entry, Ledger
from treasury.payouts import PayoutId

Kind = Literal["premium", "forward", "donation"]
RANGE = 20_000
"""Blocks whose income is booked in one commit."""
_CHAIN = ":eip155:"
"""Before the place of a log in an entry's id, whatever it was booked as."""
_ADDRESS_WORD = bytes(12)


class Found(NamedTuple):
    """A log that is income of a fund, or looked like it."""

    kind: Kind
    origin: Origin
    number: int
    """Of the block."""
    asset: bytes | None
    amount: int
    """Base units that the books would move; 0 where `problem` says why none."""
    problem: CodedError | None = None
    again: tuple[int, ...] = ()
    """Places in the same receipt of logs that tell of the same money."""


class Swept(NamedTuple):
    """What a sweep did."""

    booked: tuple[Found, ...]
    known: int
    """How many stood in the books already."""
    passed_over: tuple[Found, ...]
    reversed: int
    last: int
    """The last block that was looked at."""


def book_income(desk: Desk, kind: Kind, fund: str, transaction: bytes, log: int = 0) -> int:
    """Book one log of a transaction as income of a fund; `log` is its place in the receipt, from 0."""
    blocks = Blocks()
    return desk.take([Fact(kind, _body(desk.node, fund, transaction, log, blocks))], blocks)[0]


def book_refund(desk: Desk, payout: PayoutId, fund: str, transaction: bytes, log: int) -> int:
    """Book one log of a transaction as what a part paid and got back; `log` is its place in the receipt, from 0."""
    blocks = Blocks()
    body = {"proposal": payout.proposal, "part": payout.part, **_body(desk.node, fund, transaction, log, blocks)}
    return desk.take([Fact("refund", body)], blocks, payout.proposal)[0]


def take_back(desk: Desk) -> int:
    """Take back every income whose block left the chain, in one commit; return how many."""
    blocks = Blocks()
    facts = reversals(desk, blocks)
    if facts:
        desk.take(facts, blocks)
    return len(facts)


def final_number(desk: Desk, chain_id: int) -> int:
    """The newest block that lies as deep as the settings want; -1 where none does."""
    chain = settings_in_force(desk).chain(chain_id)
    return desk.head().ref.number - (0 if chain is None else chain.finality_depth)


def sweep(
    desk: Desk, fund: FundSettings, first: int, progress: Callable[[int, int], None] = lambda _last, _final: None
) -> Swept:
    """Book every income of a fund from block `first` to the newest final one."""
    back, final = take_back(desk), final_number(desk, fund.chain_id)
    booked: list[Found] = []
    passed: list[Found] = []
    known = 0
    for start in range(first, final + 1, RANGE):
        last = min(start + RANGE - 1, final)
        found = look(desk.node, fund, start, last)
        new = unbooked(desk, found)
        fresh = [each for each in new if each.problem is None]
        known += len(found) - len(new)
        passed += [each for each in new if each.problem is not None]
        book(desk, fund, fresh)
        booked += fresh
        progress(last, final)
    return Swept(tuple(booked), known, tuple(passed), back, final)


def book(desk: Desk, fund: FundSettings, found: Sequence[Found]) -> None:
    """Book some logs, all in one commit or none."""
    blocks = Blocks()
    facts = [
        Fact(each.kind, _body(desk.node, fund.name, each.origin.transaction, each.origin.log, blocks)) for each in found
    ]
    if facts:
        desk.take(facts, blocks)


def unbooked(desk: Desk, found: Iterable[Found]) -> list[Found]:
    """Those that do not stand in the books."""
    ledger = Ledger(Entry.from_map(leaf.body) for leaf in desk.journal.leaves if leaf.kind == "entry")
    booked = {entry.id.rpartition(_CHAIN)[2] for entry in ledger if ledger.stands(entry.id) and _CHAIN in entry.id}
    return [each for each in found if booked.isdisjoint(_names(each))]


def _names(found: Found) -> Iterator[str]:
    """How the books would name it, as the log it is or as one that tells of the same money."""
    for log in (found.origin.log, *found.again):
        yield entry_id_of("", found.origin._replace(log=log)).rpartition(_CHAIN)[2]


def look(node: Node, fund: FundSettings, first: int, last: int) -> list[Found]:
    """Every log from block `first` to `last` that is income of a fund, in the order of the chain."""
    proxies = fund.sources_of("premium_share")
    logs: list[ChainLog] = []
    for proxy in proxies:
        logs += node.logs(proxy, [PREMIUM_SHARE], first, last)
        logs += node.logs(proxy, [FORWARDED], first, last)
    for asset in fund.assets:
        if asset.address is None:
            logs += node.logs(fund.safe, [SAFE_RECEIVED], first, last)
        else:
            logs += node.logs(asset.address, [TRANSFER, None, _ADDRESS_WORD + fund.safe], first, last)
    logs.sort(key=lambda entry: (entry.block.number, entry.log_index))
    return [found for entry in logs for found in _read(node, fund, entry)]


def look_in(node: Node, fund: FundSettings, transaction: bytes) -> list[Found]:
    """Every log of one transaction that is income of a fund; nothing where no block holds it."""
    receipt = node.receipt(transaction)
    if receipt is None or not receipt.status:
        return []
    return [found for entry in receipt.logs if _is_asked(fund, entry.log) for found in _read(node, fund, entry)]


def _is_asked(fund: FundSettings, log: Log) -> bool:
    topics, proxies = log.topics, fund.sources_of("premium_share")
    if log.address in proxies:
        return topics[:1] in ((PREMIUM_SHARE,), (FORWARDED,))
    if log.address == fund.safe:
        return topics[:1] == (SAFE_RECEIVED,)
    is_asset = log.address in [asset.address for asset in fund.assets]
    return is_asset and topics[:1] == (TRANSFER,) and topics[2:3] == (_ADDRESS_WORD + fund.safe,)


def _read(node: Node, fund: FundSettings, entry: ChainLog) -> Iterator[Found]:
    """What a log is; nothing for the Safe's side of a forwarding, which the proxy's own log tells."""
    proxies, log = fund.sources_of("premium_share"), entry.log
    if log.address == fund.safe and len(log.topics) == 2 and log.topics[1][12:] in proxies:
        return
    receipt = node.receipt(entry.transaction_hash)
    if receipt is None or receipt.block != entry.block:
        raise node.error("E_RPC_ANSWER", "other", method="eth_getTransactionReceipt")
    place = next(at for at, other in enumerate(receipt.logs) if other.log_index == entry.log_index)
    origin = Origin(entry.block.chain_id, entry.block.hash, entry.transaction_hash, place)
    kind: Kind = "donation"
    if log.address in proxies:
        kind = "premium" if log.topics[0] == PREMIUM_SHARE else "forward"
    token = None if kind != "donation" or log.address == fund.safe else log.address
    try:
        logs = [each.log for each in receipt.logs]
        amount = _amount(kind, logs, origin, fund, token)
    except CodedError as error:
        yield Found(kind, origin, entry.block.number, token, 0, error)
        return
    if amount:  # a forwarding of nothing is none
        yield Found(kind, origin, entry.block.number, token, amount, again=other_side(logs, place, fund.safe))


def _amount(kind: Kind, logs: Sequence[Log], origin: Origin, fund: FundSettings, token: bytes | None) -> int:
    log, proxies = logs[origin.log], fund.sources_of("premium_share")
    if kind == "donation":
        return read_donation(log, origin, token=token, safe=fund.safe, sources=proxies).amount
    if kind == "premium":
        fact: PremiumFact = read_premium(log, origin, proxy=log.address)
        return fact.share
    forwarding = read_forward(logs, origin, proxy=log.address, safe=fund.safe)
    return forwarding.forwarded + forwarding.rebate


def _body(node: Node, fund: str, transaction: bytes, log: int, blocks: Blocks) -> Mapping[str, object]:
    proof: ReceiptProof = node.receipt_proof(transaction)
    return {"fund": fund, "receipt": blocks.map(proof.to_map()), "log": log}
