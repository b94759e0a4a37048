"""Checks 73 and 74: premiums of which no log says what was paid, and income whose block left the chain.

Decides that ranges of one contract follow each other without a gap, that their rows follow from each other and lead to
the contract's own totals, and that what is taken back stood on a block in whose place there is another one. That a
node told the truth about logs and totals is assumed (`A_PREMIUM`); that a block is the chain's too (`A_BLOCK`).
"""

from __future__ import annotations

from chain.blocks import BlockRef
from chain.header import decode_header
from dao.record.case import Case, Row, cid_of, need
from dao.record.checks_income import REVERSIBLE, fund_of, taken_back
from dao.record.checks_settings import settings_now
from dao.record.errors import RecordError
from dao.record.receipts import check_final, receipt_behind
from treasury.income import PremiumsFact
from treasury.mutual_pool.premium_range import PremiumRange, read_range, sums_of

Standing = dict[tuple[int, bytes], list[tuple[int, PremiumRange]]]
"""By chain and contract: the ranges that stand, each with its leaf's index, oldest first."""


def books_premiums(case: Case) -> None:
    """Every range follows from the one before it, and comes to the totals of the contract that its fund names."""
    rows = list(case.rows_of("premiums", "reversed"))
    if not any(case.concerns(row.index) for row in rows):
        return
    facts, standing, gone = dict(need(case.incomes)), Standing(), taken_back(case)
    for row in rows:
        if row.leaf.kind == "reversed":
            _take_back(row, standing)
            continue
        found = read_range(cid_of(row, "range"), case.get)
        stack = standing.setdefault((found.last.chain_id, found.contract), [])
        if case.concerns(row.index):
            facts[row.index] = _fact(case, row, found, stack[-1][1] if stack else None)
            if row.index not in gone:
                case.blocks.add(found.last)
        stack.append((row.index, found))
        case.premiums_assumed = True
    case.incomes = facts


def books_reversed(case: Case) -> None:
    """Whatever is taken back is an income whose block is not the chain's any more, once."""
    seen: set[int] = set()
    for row in case.rows("reversed"):
        number = row.leaf.body["source"]
        assert isinstance(number, int), "the leaf's schema says so"
        if number in seen:
            raise RecordError("E_LEDGER", "reversed_twice", index=row.index)
        seen.add(number)
        if case.concerns(row.index):
            _check_reversed(case, row, number)
    case.taken_back = frozenset(seen)
    if any(case.concerns(row.index) for row in case.rows("reversed")):
        _refuse_left_behind(case, case.taken_back)


def _refuse_left_behind(case: Case, gone: frozenset[int]) -> None:
    """With a block goes all income that was booked of it: else a record would rest on the block and on its end."""
    last: dict[BlockRef, int] = {}
    for row in case.rows("reversed"):
        source = row.leaf.body["source"]
        assert isinstance(source, int), "check 74 has looked at it"
        last[block_of_income(case, Row(source, case.leaves[source]))] = row.index
    for row in case.rows_of(*REVERSIBLE) if last else ():
        block = block_of_income(case, row)
        if row.index not in gone and row.index < last.get(block, 0):
            raise RecordError("E_LEDGER", "reversed_rest", index=row.index, number=block.number, by=last[block])


def standing_ranges(case: Case, until: int | None = None) -> Standing:
    """The ranges that stand after all leaves, or before the leaf `until`."""
    standing = Standing()
    for row in case.rows_of("premiums", "reversed"):
        if until is not None and row.index >= until:
            break
        if row.leaf.kind == "reversed":
            _take_back(row, standing)
        else:
            found = read_range(cid_of(row, "range"), case.get)
            standing.setdefault((found.last.chain_id, found.contract), []).append((row.index, found))
    return standing


def block_of_income(case: Case, row: Row) -> BlockRef:
    """The block on which an income rests: the receipt's, or the last of a range."""
    if row.leaf.kind == "premiums":
        return read_range(cid_of(row, "range"), case.get).last
    before = set(case.blocks)
    ref = receipt_behind(case, row).header.ref(row.leaf.block.chain_id)
    case.blocks &= before
    return ref


def premiums_of(case: Case, row: Row) -> PremiumsFact:
    """What a range that was judged when it came says."""
    found = read_range(cid_of(row, "range"), case.get)
    stack = standing_ranges(case, row.index).get((found.last.chain_id, found.contract))
    return _fact(case, row, found, stack[-1][1] if stack else None)


def _fact(case: Case, row: Row, found: PremiumRange, before: PremiumRange | None) -> PremiumsFact:
    fund = fund_of(case, row)
    if found.contract not in fund.sources_of("mutual") or found.last.chain_id != fund.chain_id:
        raise RecordError("E_LEDGER", "contract", index=row.index, contract=found.contract)
    _refuse_shallow(case, row, found.last)
    sums = sums_of(found, before)
    if not sums.tenths:
        raise RecordError("E_LEDGER", "nothing", index=row.index)
    return PremiumsFact(found.contract, found.first, found.last, sums.tenths)


def _refuse_shallow(case: Case, row: Row, block: BlockRef) -> None:
    chain = settings_now(case, row.index, row.leaf.time).chain(block.chain_id)
    wanted, depth = (0 if chain is None else chain.finality_depth), row.leaf.block.number - block.number
    if depth < wanted:
        raise RecordError("E_FINALITY", index=row.index, depth=depth, wanted=wanted)


def _take_back(row: Row, standing: Standing) -> None:
    """Only the last range of a contract can go: those after it rest on it."""
    for stack in standing.values():
        places = [index for index, _ in stack]
        if row.leaf.body["source"] in places:
            if places[-1] != row.leaf.body["source"]:
                raise RecordError("E_LEDGER", "reversed_order", index=row.index, last=places[-1])
            stack.pop()


def _check_reversed(case: Case, row: Row, number: int) -> None:
    source = case.leaves.get(number)
    if source is None or number >= row.index or source.kind not in REVERSIBLE:
        raise RecordError("E_LEDGER", "reversed_source", index=row.index, source=number)
    header = decode_header(case.get(cid_of(row, "header")))
    gone = block_of_income(case, Row(number, source))
    is_elsewhere = row.leaf.block.chain_id != gone.chain_id  # a header does not say of which chain it is
    if is_elsewhere or header.number != gone.number or header.hash == gone.hash:
        raise RecordError("E_LEDGER", "reversed_block", index=row.index, number=gone.number, found=header.number)
    check_final(case, row, header)
    case.blocks.add(header.ref(gone.chain_id))
