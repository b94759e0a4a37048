"""Entries in the name of other proposals of a fund: what of them a record can check without those proposals' own.

Decides that another proposal only asks, is promised, is paid, or gives back what it asked, in exactly the lines that
its rule makes, so that none of it adds to what is available; that what it gives back of a promise is the whole promise
of a payout that ended and can never be paid; that a payment is the one of a transaction and a receipt that every record
holds; that a source which is here says the same; and that it all stands under its own number and fund where its
proposal is here, else under another number than this record's. How much was asked or promised, and under which other
number, is proved in the other proposals' own records.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from chain.safe import SafeTx
from dao.record.case import Case, Row, need
from dao.record.checks_conversion import check_conversion
from dao.record.checks_income import income_of
from dao.record.endings import check_dead
from dao.record.errors import RecordError
from dao.record.leaves import Leaf
from dao.record.life import bound_by
from dao.record.receipts import receipt_behind
from treasury import booking
from treasury.asks import asked_by
from treasury.assets import Amounts
from treasury.income import DonationFact
from treasury.ledger import Entry
from treasury.payouts import PayoutId


class _Rule(NamedTuple):
    """A rule whose entries may stand in another proposal's name."""

    sources: frozenset[str]
    """The kinds of leaf that it books."""
    of_part: bool
    """Whether it books one part, or (part 0) the whole proposal."""


_RULES: Mapping[str, _Rule] = MappingProxyType({
    booking.ASKED: _Rule(frozenset({"proposal"}), of_part=False),
    booking.COMMITTED: _Rule(frozenset({"result"}), of_part=True),
    booking.RELEASED: _Rule(frozenset({"result", "cancel"}), of_part=False),
    booking.PAID: _Rule(frozenset({"executed"}), of_part=True),
    booking.REFUNDED: _Rule(frozenset({"refund"}), of_part=True),
    booking.CONVERTED: _Rule(frozenset({"conversion"}), of_part=True),
})  # fmt: skip
_OF_A_PART = _Rule(frozenset({"ended"}), of_part=True)
"""`released/1` of a payout, which ended."""

_PAYOUT = re.compile(
    r"0x([0-9a-f]{64})/(0|[1-9][0-9]{0,3})(?::eip155:[0-9]+:0x[0-9a-f]{64}:[0-9]+)?(?:@0x[0-9a-f]{64})?", re.ASCII
)


def payout_named(entry: Entry) -> PayoutId | None:
    """The payout that an entry's id names (part 0: the whole proposal); None where it names none."""
    found = _PAYOUT.fullmatch(entry.id.removeprefix(f"{entry.rule}:"))
    return None if found is None else PayoutId(bytes.fromhex(found[1]), int(found[2]))


def check_foreign(case: Case, entry: Entry, index: int, queue: Mapping[bytes, SafeTx]) -> None:
    """Raise `E_LEDGER` unless another proposal may have this entry at leaf `index`; `queue` is every queued transaction
    by its hash.
    """
    payout, rule = payout_named(entry), _RULES.get(entry.rule)
    if payout is not None and payout.part and entry.rule == booking.RELEASED:
        rule = _OF_A_PART
    if payout is None or rule is None or (payout.part > 0) != rule.of_part or not _is_numbered(case, entry, payout):
        raise RecordError("E_LEDGER", "foreign", entry=entry.id, index=index, account=entry.postings[0].account)
    source = case.leaves.get(entry.source)
    # a record holds every execution and ending, and the proposals, results and cancellations of its own number
    is_twin = case.commitment is not None and entry.iip == case.commitment.iip
    is_here = entry.rule in (booking.PAID, booking.REFUNDED, booking.CONVERTED) or rule is _OF_A_PART or is_twin
    if (source is None and is_here) or (source is not None and not _says(source, rule, payout)):
        raise RecordError("E_LEDGER", "source", entry=entry.id, index=entry.source)
    if entry.rule == booking.PAID:
        assert source is not None, "it is here"
        again = _paid_again(case, entry, payout, Row(entry.source, source), queue)
    elif entry.rule == booking.REFUNDED:
        assert source is not None, "it is here"
        again = _refunded_again(case, entry, payout, Row(entry.source, source))
    elif entry.rule == booking.CONVERTED:
        assert source is not None, "it is here"
        again = _converted_again(case, entry, payout, Row(entry.source, source))
    elif rule is _OF_A_PART:
        assert source is not None, "it is here"
        again = _given_back_again(case, entry, payout, Row(entry.source, source))
    else:
        again = _booked_again(entry, payout, {line.asset: line.amount for line in entry.postings if line.amount > 0})
    if entry != again:
        raise RecordError("E_LEDGER", "not_rule", entry=entry.id, index=index)


def _is_numbered(case: Case, entry: Entry, payout: PayoutId) -> bool:
    """Whether an entry is in the accounts of its proposal's number and fund, where that proposal is here; where it is
    not, it is none of this one's number, of which a record holds every proposal.
    """
    for known in (case, *case.newer.values(), *case.older.values()):
        for row in known.rows("proposal", id=payout.proposal):
            bound = bound_by(row.leaf, case.get)
            return bound is not None and (bound.iip, bound.fund) == (entry.iip, entry.fund)
    return case.commitment is None or entry.iip != case.commitment.iip


def _says(leaf: Leaf, rule: _Rule, payout: PayoutId) -> bool:
    """Whether a leaf is one that this rule books as this payout: a result that released nothing promises no part, and
    one that released gives nothing back.
    """
    body = leaf.body
    if leaf.kind not in rule.sources or body["id" if leaf.kind == "proposal" else "proposal"] != payout.proposal:
        return False
    return body.get("part", payout.part) == payout.part and body.get("released", rule.of_part) == rule.of_part


def _booked_again(entry: Entry, payout: PayoutId, amounts: Amounts) -> Entry | None:
    """What the entry's rule makes of its own amounts."""
    fund, iip, source = entry.fund, entry.iip, entry.source
    if entry.rule == booking.ASKED:
        return booking.asked(payout.proposal, fund=fund, iip=iip, amounts=amounts, source=source)
    if entry.rule == booking.COMMITTED:
        return booking.committed(payout, fund=fund, iip=iip, amounts=amounts, source=source)
    return booking.released(payout, fund=fund, iip=iip, amounts=amounts, source=source, of="asked")


def _given_back_again(case: Case, entry: Entry, payout: PayoutId, row: Row) -> Entry | None:
    """What `released/1` makes of a payout that ended: the whole of its promise, or an ask that was never covered."""
    need(case.spent)
    check_dead(case, row)
    promise = next(case.rows("entry", id=f"{booking.COMMITTED}:{payout}"), None)
    if promise is None or promise.index > row.index:
        amounts = {line.asset: line.amount for line in entry.postings if line.amount > 0}
        return booking.released(
            payout, fund=entry.fund, iip=entry.iip, amounts=amounts, source=entry.source, of="asked"
        )  # fmt: skip
    made = Entry.from_map(promise.leaf.body)
    amounts = {line.asset: line.amount for line in made.postings if line.amount > 0}
    return booking.released(
        payout, fund=made.fund, iip=made.iip, amounts=amounts, source=entry.source, of="committed"
    )  # fmt: skip


def _refunded_again(case: Case, entry: Entry, payout: PayoutId, row: Row) -> Entry | None:
    """What `refunded/1` makes of the log by which money came back."""
    fact = need(case.incomes).get(row.index) or income_of(case, row)
    if not isinstance(fact, DonationFact) or row.leaf.body["fund"] != entry.fund:
        raise RecordError("E_LEDGER", "source", entry=entry.id, index=entry.source)
    return booking.refunded(payout, fact, fund=entry.fund, iip=entry.iip, source=entry.source)


def _converted_again(case: Case, entry: Entry, payout: PayoutId, row: Row) -> Entry | None:
    """What `converted/1` makes of the transaction of a part and of its receipt."""
    if row.leaf.body["fund"] != entry.fund:
        raise RecordError("E_LEDGER", "source", entry=entry.id, index=entry.source)
    fact = check_conversion(case, row)
    return booking.converted(payout, fact, fund=entry.fund, iip=entry.iip, source=entry.source)


def _paid_again(case: Case, entry: Entry, payout: PayoutId, row: Row, queue: Mapping[bytes, SafeTx]) -> Entry | None:
    """What `paid/1` makes of the transaction that was executed and of its block."""
    tx = queue.get(bytes(row.leaf.body["hash"]))  # type: ignore[call-overload]
    funds = [fund for found in need(case.settings_rows) for fund in found.settings.funds if fund.name == entry.fund]
    if tx is None or (tx.chain_id, tx.safe) not in [(fund.chain_id, fund.safe) for fund in funds]:
        raise RecordError("E_LEDGER", "source", entry=entry.id, index=entry.source)
    block, amounts = receipt_behind(case, row).header.hash, asked_by(tx)
    return booking.paid(payout, fund=entry.fund, iip=entry.iip, amounts=amounts, source=entry.source, block=block)
