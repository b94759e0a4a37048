"""Income, refunds and conversions whose block left the chain: found by asking it for the block of each that stands.

Decides which incomes are taken back, and with which header. Blocks are chained by their hashes, so below the newest one
that the chain still has, all stand. What a reversal must prove is check 74's; payments are not looked at here.
"""

from __future__ import annotations

from dao.record.case import Row
from dao.record.checks_income import REVERSIBLE, taken_back
from dao.record.checks_premiums import block_of_income
from dao.workflow.desk import NO_PROPOSAL, Blocks, Desk, Fact


def reversals(desk: Desk, blocks: Blocks) -> list[Fact]:
    """The facts that take back every income whose block is gone, newest leaf first; their headers go into `blocks`."""
    case = desk.case(NO_PROPOSAL)
    back = taken_back(case)
    standing = [row for row in case.rows_of(*REVERSIBLE) if row.index not in back]
    by_number: dict[int, list[tuple[Row, bytes]]] = {}
    for row in standing:
        ref = block_of_income(case, row)
        by_number.setdefault(ref.number, []).append((row, ref.hash))
    gone: list[tuple[int, bytes]] = []
    for number in sorted(by_number, reverse=True):
        now = desk.node.block(number).ref.hash
        lost = [row for row, hash_ in by_number[number] if hash_ != now]
        if lost:
            header = desk.node.header(number)
            gone += [(row.index, header) for row in lost]
        if len(lost) < len(by_number[number]):
            break
    return [
        Fact("reversed", {"source": index, "header": blocks.raw(header)})
        for index, header in sorted(gone, reverse=True)
    ]
