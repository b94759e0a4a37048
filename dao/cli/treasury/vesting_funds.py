"""What a workspace's books say of the buckets that funds pay, as the vesting commands show it.

Decides how it is laid out, and that a plan of which a workspace is asked has the payments of its books. What a
difference is, is `treasury.bucket_funds`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dao.cli.text import columns, say, wrapped
from dao.cli.treasury.vesting_plan import Chosen
from dao.views.bucket_books import paid_by
from dao.views.opening import open_journal
from treasury.bucket_funds import PaidBy, by_the_books


def read_funds(chosen: Chosen, folder: Path | None) -> tuple[PaidBy, ...]:
    """The plan's buckets that name a fund, by a workspace's books; none where no workspace or fund is named."""
    if folder is None or not any(bucket.fund for bucket in chosen.plan.buckets):
        return ()
    with open_journal(folder) as (_, journal):
        return paid_by(journal, chosen.plan)


def with_books(chosen: Chosen, found: tuple[PaidBy, ...]) -> Chosen:
    """The plan with what its committees paid by the books."""
    return chosen._replace(plan=by_the_books(chosen.plan, found)) if found else chosen


def held_by_funds(found: tuple[PaidBy, ...]) -> int | None:
    """What the funds of a plan hold of its asset by their books, promised or not; None where no books were read."""
    states = [row.booked.state for row in found if row.booked is not None]
    return sum(state.held for state in states) if states else None


def fund_row(row: PaidBy) -> dict[str, object]:
    """One bucket as JSON, amounts in base units; null where the fund has nothing of the plan's."""
    found: dict[str, object] = {"bucket": row.bucket.id, "fund": row.bucket.fund, "total": str(row.bucket.amount)}
    return found | {name: None if units is None else str(units) for name, units in _amounts(row).items()}


def fund_lines(chosen: Chosen, found: tuple[PaidBy, ...]) -> Iterator[str]:
    """The same for people, in whole tokens."""
    yield from wrapped(say("VESTING", "funds"))
    yield ""
    names = ("received", "promised", "paid", "left")
    table = [("", *(say("VESTING", name) for name in ("fund", "total", *names)))]
    for row in found:
        told = ("-" if units is None else chosen.spell_short(units) for units in _amounts(row).values())
        table.append((row.bucket.id, row.bucket.fund or "", chosen.spell_short(row.bucket.amount), *told))
    yield from columns(table, right=range(2, 3 + len(names)))


def _amounts(row: PaidBy) -> dict[str, int | None]:
    if row.booked is None:
        return dict.fromkeys(("received", "promised", "paid", "left"))
    state = row.booked.state
    paid = state.paid - state.refunded
    return {"received": row.booked.received, "promised": state.committed, "paid": paid, "left": row.left}
