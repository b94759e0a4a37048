"""Budgets against what was paid, by the kinds of expenses that MakerDAO's MIP40 names.

Decides a row's kind: its purpose may begin with one of them and a colon (`Gas: a call a week`), as it was voted on;
every other row is of the kind `Other`. Approved is what votes promised of it, paid what parts paid, ended what was
given back. A part is paid whole or not at all, so its rows are, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from treasury.book_lines import BookLine
from treasury.booking import COMMITTED, PAID, RELEASED
from treasury.ledger import REVERSED, opposite
from treasury.statements import Period

KINDS = (
    "Compensation", "Bonus", "Travel", "Admin", "Freight", "Gas", "Governance", "Hardware", "Marketing",
    "Professional Services", "Software", "Supplies", "Training", "Contingency",
)  # fmt: skip
OTHER = "Other"

_BY_NAME: Mapping[str, str] = {kind.lower(): kind for kind in KINDS}


class Planned(NamedTuple):
    """One row of a budget that was voted on."""

    iip: int
    part: int
    kind: str
    asset: str
    amount: int


class Actual(NamedTuple):
    """One kind and asset, over all proposals of a fund."""

    kind: str
    asset: str
    approved: int
    paid: int
    """In all, until the end of the period."""
    paid_now: int
    """In the period."""
    ended: int

    @property
    def open(self) -> int:
        """Approved, and neither paid nor ended."""
        return self.approved - self.paid - self.ended


def kind_of(purpose: str) -> str:
    """The kind that a purpose begins with, or `Other`."""
    name, colon, _ = purpose.partition(":")
    return _BY_NAME.get(name.strip().lower(), OTHER) if colon else OTHER


def actuals(planned: Iterable[Planned], lines: Sequence[BookLine], fund: str, period: Period) -> tuple[Actual, ...]:
    """Every kind and asset that something was approved of before the period's end, in the order of `KINDS`."""
    rows = list(planned)
    sums: dict[tuple[str, str], list[int]] = {}
    for line in lines:
        if line.entry.fund != fund or line.time >= period.last:
            continue
        rule, sign = line.entry.rule, 1
        if rule == REVERSED:
            rule, sign = line.entry.id.removeprefix(f"{REVERSED}:").partition(":")[0], -1
        postings = line.entry.postings if sign == 1 else opposite(line.entry.postings)
        promised = {(p.asset, p.amount) for p in postings if p.account.startswith("Equity:Committed:")}
        if rule not in (COMMITTED, PAID, RELEASED) or not promised:
            continue
        for kind, asset, amount in _shares(rows, line, dict(promised)):
            found = sums.setdefault((kind, asset), [0, 0, 0, 0])
            place = {COMMITTED: 0, PAID: 1, RELEASED: 3}[rule]
            found[place] += sign * amount
            if rule == PAID and period.holds(line.time):
                found[2] += sign * amount
    order = {kind: place for place, kind in enumerate((*KINDS, OTHER))}
    return tuple(
        Actual(*key, *found) for key, found in sorted(sums.items(), key=lambda row: (order[row[0][0]], row[0]))
    )


def _shares(rows: Sequence[Planned], line: BookLine, promised: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """What an entry moved, by kind; what the budget's rows do not say (a call with other effects) is `Other`."""
    found: list[tuple[str, str, int]] = []
    for asset, signed in sorted(promised.items()):
        left = abs(signed)
        for row in rows:
            if (row.iip, row.part, row.asset) == (line.entry.iip, line.part, asset) and row.amount <= left:
                found.append((row.kind, asset, row.amount))
                left -= row.amount
        if left:
            found.append((OTHER, asset, left))
    return found
