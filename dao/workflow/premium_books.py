"""Booking what a mutual took: an import of its purchases becomes a range of evidence and one entry.

Decides which purchases the books lack, and that the import is held once more to the contract's own totals before any
of it is booked. Ranges whose block left the chain are taken back in the same commit. What a range must prove is check
73's.
"""

from __future__ import annotations

from typing import NamedTuple

from dao.record.checks_premiums import Standing, standing_ranges
from dao.workflow.desk import NO_PROPOSAL, Blocks, Desk, Fact
from dao.workflow.reverting import reversals
from treasury.clients.mutual_logs import hold_to_totals
from treasury.mutual_pool.import_file import Import
from treasury.mutual_pool.premium_range import PremiumRange, write_range


class BookedPremiums(NamedTuple):
    """What was booked."""

    new: int
    """Purchases."""
    share: int
    """Wei of them that are the fund's."""
    reversed: int
    """Incomes that were taken back."""


def book_premiums(desk: Desk, fund: str, found: Import) -> BookedPremiums:
    """Book the purchases of an import that the books lack, as income of a fund, all of them or none."""
    desk.refuse_reader()
    hold_to_totals(desk.node, found)
    blocks = Blocks()
    facts = reversals(desk, blocks)
    before = _last_standing(desk, found, facts)
    first = found.from_block if before is None else before.last.number + 1
    rows = [row for row in found.rows if row.purchase.place.block >= first]
    if rows:
        range_ = PremiumRange(
            contract=found.contract,
            first=first,
            last=found.reached,
            eth_of_share=found.followed.eth_of_share,
            shares=found.followed.shares,
            providers=desk.node.labels,
            purchases=tuple(row.purchase for row in rows),
        )
        facts = [*facts, Fact("premiums", {"fund": fund, "range": write_range(range_, blocks)})]
    if facts:
        desk.take(facts, blocks)
    return BookedPremiums(len(rows), sum(row.share for row in rows), len(facts) - bool(rows))


def _last_standing(desk: Desk, found: Import, gone: list[Fact]) -> PremiumRange | None:
    """The last range of the contract that stands once what is gone is taken back."""
    standing: Standing = standing_ranges(desk.case(NO_PROPOSAL))
    back = {fact.body["source"] for fact in gone}
    left = [each for index, each in standing.get((found.chain_id, found.contract), []) if index not in back]
    return left[-1] if left else None
