"""Checks 71 and 72: every entry follows from its source, and nothing was promised which the Safe did not hold.

Entries are booked again from the leaves they name, by the same versioned rules, and compared. Entries of *other*
proposals of the fund count against what is available; what can be checked of them stands in `foreign_entries`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from typing import Literal

from dao.record.case import Case, Queued, Row, need
from dao.record.checks_committee import check_room
from dao.record.checks_conversion import check_conversion
from dao.record.checks_group import group_story
from dao.record.checks_income import income_of
from dao.record.checks_premiums import premiums_of
from dao.record.errors import RecordError
from dao.record.foreign_entries import check_foreign, payout_named
from dao.record.queue import payout_of, read_queue
from dao.record.receipts import receipt_behind
from treasury import booking
from treasury.asks import asked_by, asks
from treasury.assets import total
from treasury.fund import NO_AMOUNTS, FundError, check_entry
from treasury.grants import GrantError
from treasury.income import ForwardFact, PremiumFact, PremiumsFact
from treasury.ledger import REVERSED, Entry, Ledger
from treasury.payouts import PayoutId


def books_entries(case: Case) -> None:
    """Every entry is what its booking rule makes of its source."""
    entries: list[tuple[int, Entry]] = []
    seen: set[str] = set()
    queue = {queued.hash: queued.tx for queued in _queue(case)}
    for row in case.rows("entry"):
        entry = Entry.from_map(row.leaf.body)
        if entry.id in seen:
            raise RecordError("E_LEDGER", "posted_twice", entry=entry.id, index=row.index)
        seen.add(entry.id)
        if entry.source >= row.index:
            raise RecordError("E_LEDGER", "source", entry=entry.id, index=row.index)
        entries.append((row.index, entry))
        if not case.concerns(row.index):
            continue
        if not _is_ours(case, entry):
            check_foreign(case, entry, row.index, queue)
        elif entry != _booked_again(case, entry):
            raise RecordError("E_LEDGER", "not_rule", entry=entry.id, index=row.index)
    case.entries = tuple(entries)


def books_cover(case: Case) -> None:
    """No entry took more than was there, nothing was queued before it was committed, and whatever was asked, passed,
    was paid, ended or came in is booked.
    """
    entries = need(case.entries)
    _replay(case, entries)
    queue = _queue(case)
    committed = {entry.id: index for index, entry in entries if entry.rule == booking.COMMITTED}
    for queued in queue:
        index = queued.row.index
        promise = f"{booking.COMMITTED}:{PayoutId(*queued.payout)}"
        if case.concerns(index) and committed.get(promise, index) >= index and asked_by(queued.tx):
            raise RecordError("E_BUDGET", "uncommitted", part=queued.payout[1], index=index)
    if case.fresh is None:
        for index in _unbooked(case, queue):
            raise RecordError("E_LEDGER", "unbooked", index=index, kind=case.leaves[index].kind)


def _queue(case: Case) -> Sequence[Queued]:
    """Every queued transaction; on the way into a journal, only where the step queues one itself."""
    if case.queue is not None:
        return case.queue
    return read_queue(case) if case.fresh is None else ()


def _unbooked(case: Case, queue: Sequence[Queued]) -> Iterator[int]:
    """The leaves that moved, asked or promised money and have not all of their entries."""
    booked = {entry.id for _, entry in need(case.entries)}
    sources = {entry.source for _, entry in need(case.entries)}
    yield from unbooked_income(case)
    moving = {queued.hash for queued in queue if asked_by(queued.tx)}
    for row in case.rows("executed"):
        if row.index not in sources and row.leaf.body["hash"] in moving:
            yield row.index
    decided = case.rows_of("result", "cancel", "ended")
    for row in (need(case.proposal_row), *(row for row in decided if row.leaf.body["proposal"] == case.proposal)):
        missing = [entry for entry in entries_of(case, row) if entry.id not in booked]
        is_result = row.leaf.kind == "result"
        is_late = is_result and _was_overtaken(case, row)
        if is_late or (missing and not (is_result and _waits_for_money(case, row, booked))):
            yield row.index


def unbooked_income(case: Case) -> Iterator[int]:
    """The leaves by which money came in, or was taken back, and that no entry books."""
    sources = {entry.source for _, entry in need(case.entries)}
    moved = [*need(case.incomes), *(row.index for row in case.rows("reversed"))]
    yield from (index for index in sorted(moved) if index not in sources)


def _waits_for_money(case: Case, row: Row, booked: Set[str]) -> bool:
    """A result that the fund did not cover is a result all the same; nothing of it is committed until it does. So is a
    grant for which a committee's year had no room.
    """
    return not any(entry.id in booked for entry in _promises(case, row)) and not _was_covered(case, row)


def _was_overtaken(case: Case, row: Row) -> bool:
    """Whether the fund covered a result when it was counted, and promised something else before it."""
    mine = {entry.id for entry in _promises(case, row)} if need(case.released) else set()
    for index, entry in need(case.entries):
        if entry.id in mine:
            return False
        if index > row.index and mine and (entry.rule, entry.fund) == (booking.COMMITTED, _fund_and_number(case)[0]):
            return _was_covered(case, row)
    return False


def _was_covered(case: Case, row: Row) -> bool:
    """Whether the fund, and a committee's year, had room for a result when it was counted."""
    try:
        check_room(case, row.index, row.leaf.time, asks(need(case.parts)))
        before = [(index, entry) for index, entry in need(case.entries) if index < row.index]
        _replay(case, [*before, *((row.index, entry) for entry in _promises(case, row))])
    except (FundError, GrantError) as error:
        return error.code not in ("E_BUDGET", "E_GRANT")
    return True


def _replay(case: Case, entries: Iterable[tuple[int, Entry]]) -> None:
    """Post entries one after the other, each checked against the books before it and what groups held then."""
    story = group_story(case.leaves, case.get) if next(case.rows("group"), None) else None
    ledger = Ledger()
    for index, entry in entries:
        check_entry(ledger, entry, NO_AMOUNTS if story is None else story.held_before(index, entry.fund))
        ledger.post(entry)


def _is_ours(case: Case, entry: Entry) -> bool:
    """Whether an entry is income or a reversal, which can be made of what is here, or names this proposal; the number
    alone does not tell, it may be asked again.
    """
    named = payout_named(entry)
    return entry.iip == 0 or entry.rule == REVERSED or (named is not None and named.proposal == case.proposal)


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
        fact = premiums_of(case, row) if row.leaf.kind == "premiums" else income_of(case, row)
    if isinstance(fact, PremiumFact):
        yield booking.premium(fact, fund=fund, source=row.index)
    elif isinstance(fact, PremiumsFact):
        yield booking.premiums(fact, fund=fund, source=row.index)
    elif isinstance(fact, ForwardFact):
        yield booking.forward(fact, fund=fund, source=row.index)
    elif row.leaf.kind == "refund":
        own, iip = _fund_and_number(case)
        if own != fund:
            raise RecordError("E_LEDGER", "refund_fund", index=row.index, fund=fund, expected=own)
        yield booking.refunded(PayoutId(case.proposal, _part(row)), fact, fund=fund, iip=iip, source=row.index)
    elif row.leaf.kind == "conversion":
        own, iip = _fund_and_number(case)
        if own != fund:
            raise RecordError("E_LEDGER", "refund_fund", index=row.index, fund=fund, expected=own)
        payout, converted = PayoutId(case.proposal, _part(row)), check_conversion(case, row)
        yield booking.converted(payout, converted, fund=fund, iip=iip, source=row.index)
    else:
        yield booking.donation(fact, fund=fund, source=row.index)


def _of_reversed(case: Case, row: Row) -> Iterator[Entry | None]:
    """Whatever a fact booked is taken back, whole, where its block left the chain."""
    number = row.leaf.body["source"]
    assert number in need(case.taken_back), "check 74 has looked at it"
    for booked in case.rows("entry", source=number):
        if booked.index < row.index:
            yield booking.reversal(Entry.from_map(booked.leaf.body), source=row.index)


def _of_proposal(case: Case, row: Row) -> Iterator[Entry | None]:
    """An open vote asks for the sum of its parts."""
    fund, iip = _fund_and_number(case)
    yield booking.asked(case.proposal, fund=fund, iip=iip, amounts=total(asks(need(case.parts))), source=row.index)


def _of_result(case: Case, row: Row) -> Iterator[Entry | None]:
    """What passed is committed part by part, except parts that ended before they were; what did not gives back what it
    asked for.
    """
    fund, iip = _fund_and_number(case)
    if not need(case.released):
        payout, wanted = PayoutId(case.proposal, 0), total(asks(need(case.parts)))
        yield booking.released(payout, fund=fund, iip=iip, amounts=wanted, source=row.index, of="asked")
        return
    over = {
        f"{booking.COMMITTED}:{PayoutId(case.proposal, _part(ended))}"
        for ended in case.rows("ended", proposal=case.proposal)
        if not _was_promised(case, ended)
    }
    yield from (entry for entry in _promises(case, row) if entry.id not in over)


def _promises(case: Case, row: Row) -> Iterator[Entry]:
    """What a result that released the parts commits, whatever became of them."""
    fund, iip = _fund_and_number(case)
    for part, amounts in enumerate(asks(need(case.parts)), 1):
        payout = PayoutId(case.proposal, part)
        entry = booking.committed(payout, fund=fund, iip=iip, amounts=amounts, source=row.index)
        if entry is not None:
            yield entry


def _was_promised(case: Case, ended: Row) -> bool:
    """Whether a part was committed before it ended."""
    promise = next(case.rows("entry", id=f"{booking.COMMITTED}:{PayoutId(*payout_of(ended))}"), None)
    return promise is not None and promise.index < ended.index


def _of_ended(case: Case, row: Row) -> Iterator[Entry | None]:
    """A part that ended unpaid gives back what it was promised, or, if the fund never covered it, what it asked for."""
    fund, iip = _fund_and_number(case)
    part = _part(row)
    of: Literal["asked", "committed"] = "committed" if _was_promised(case, row) else "asked"
    payout, amounts = PayoutId(case.proposal, part), _amounts(case, part)
    yield booking.released(payout, fund=fund, iip=iip, amounts=amounts, source=row.index, of=of)


def _of_cancel(case: Case, row: Row) -> Iterator[Entry | None]:
    """A cancelled vote gives back what it asked for."""
    fund, iip = _fund_and_number(case)
    payout, amounts = PayoutId(case.proposal, 0), total(asks(need(case.parts)))
    yield booking.released(payout, fund=fund, iip=iip, amounts=amounts, source=row.index, of="asked")


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
    "premiums": _of_income,
    "forward": _of_income,
    "donation": _of_income,
    "refund": _of_income,
    "conversion": _of_income,
    "reversed": _of_reversed,
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
