"""The books against the chain, block by block: where they part, and whether that is explained.

Decides from balances alone. Between two blocks a balance changes by some amount, whatever logs say of it; the books
booked some amount in those blocks; what differs is one finding with its blocks, and all findings of an account and
asset together are its whole difference, to the base unit. So a token that takes a fee, rebases or lies in its logs
cannot hide, nor can ether that arrives without a log. Balances are read by `treasury.clients.holdings`.

    W_RECONCILE.unbooked    something came in that nobody booked: anybody can send anything
    W_RECONCILE.pending     it moved after the last block that the journal knows
    E_RECONCILE.outflow     something left that nobody booked
    E_RECONCILE.absent      the books have a movement that the chain does not
    E_RECONCILE.differs     both moved, by different amounts
    E_RECONCILE.silent      the balance changed in blocks without any log
    E_RECONCILE.opening     something lay there before the first block that was looked at
    E_RECONCILE.untraced    the books moved it without a place on the chain
    E_RECONCILE.unexplained the balances of older blocks could not be read
    E_TOKEN_BEHAVIOUR       a token's balance changed by something else than its logs say
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from chain.finding import Finding
from treasury.book_lines import BookLine
from treasury.ledger import REVERSED


class Place(NamedTuple):
    """An account of the books and whoever holds it on a chain."""

    account: str
    """`Assets:Safe:IIP`, or more than one with blanks between where funds share a Safe."""
    accounts: tuple[str, ...]
    chain_id: int
    holders: tuple[bytes, ...]
    asset: str


class Stretch(NamedTuple):
    """Blocks `first` to `last`, with what was held before and after them."""

    first: int
    last: int
    before: int
    after: int
    logged: int | None
    """What the token's logs say came in, less what went out; None where logs do not tell, 0 where there are none."""
    is_quiet: bool = False
    """Whether there was no log that tells of a movement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """One place at a block."""

    place: Place
    held: int
    """What the chain says, in base units."""
    booked: int
    findings: tuple[Finding, ...] = ()

    @property
    def difference(self) -> int:
        """What the chain has beyond the books."""
        return self.held - self.booked


def booked_in(lines: Iterable[BookLine], place: Place, block: int) -> dict[int, int]:
    """What the books moved at a place, by block up to `block`; under -1 what names no block of this chain.

    An entry that takes another back stands in that one's block.
    """
    found: dict[int, int] = {}
    blocks: dict[str, int | None] = {}
    for line in lines:
        ref = line.trace.block
        number = None if ref is None or ref.chain_id != place.chain_id else ref.number
        if line.entry.rule == REVERSED:
            number = blocks.get(line.entry.id.removeprefix(f"{REVERSED}:"))
        blocks[line.entry.id] = number
        moved = sum(p.amount for p in line.entry.postings if p.account in place.accounts and p.asset == place.asset)
        if moved and (number is None or number <= block):
            key = -1 if number is None else number
            found[key] = found.get(key, 0) + moved
    return found


def judge(
    place: Place, held: int, booked: Mapping[int, int], stretches: Sequence[Stretch] | None, known: int
) -> Reconciled:
    """Explain a place's difference. `stretches` follow each other up to the block of `held`, and cover every block in
    `booked`; None where older balances cannot be read. `known` is the newest block that the journal knows.
    """
    total = sum(booked.values())
    if held == total and not stretches:
        return Reconciled(place=place, held=held, booked=total)
    if stretches is None:
        unknown = Finding(
            code="E_RECONCILE", reason="unexplained", place=place.account, facts=_facts(place, difference=held - total)
        )
        return Reconciled(place=place, held=held, booked=total, findings=(unknown,))
    findings = list(_findings(place, booked, stretches, known))
    assert _explained(booked, stretches) == held - total, "stretches lie side by side and end where `held` was read"
    return Reconciled(place=place, held=held, booked=total, findings=tuple(findings))


def _explained(booked: Mapping[int, int], stretches: Sequence[Stretch]) -> int:
    """The sum of what all stretches differ by, with what lay there before and what has no block."""
    if not stretches:
        return -sum(booked.values())
    return stretches[0].before + sum(s.after - s.before for s in stretches) - sum(booked.values())


def _findings(place: Place, booked: Mapping[int, int], stretches: Sequence[Stretch], known: int) -> Iterator[Finding]:
    if stretches and stretches[0].before:
        yield _finding(place, "opening", block=stretches[0].first - 1, amount=stretches[0].before)
    if booked.get(-1):
        yield _finding(place, "untraced", amount=booked[-1])
    for stretch in stretches:
        moved = stretch.after - stretch.before
        wanted = sum(amount for block, amount in booked.items() if stretch.first <= block <= stretch.last)
        first, last = stretch.first, stretch.last
        if stretch.logged is not None and not stretch.is_quiet and stretch.logged != moved:
            facts = _facts(place, first=first, last=last, amount=moved, logged=stretch.logged)
            yield Finding(code="E_TOKEN_BEHAVIOUR", reason="logs", place=place.account, facts=facts)
        if moved == wanted:
            continue
        if stretch.first > known and not wanted:
            yield _warning(place, "pending", first=first, last=last, amount=moved)
        elif stretch.is_quiet and not wanted:
            yield _finding(place, "silent", first=first, last=last, amount=moved)
        elif not wanted and moved > 0:
            yield _warning(place, "unbooked", first=first, last=last, amount=moved)
        elif not wanted:
            yield _finding(place, "outflow", first=first, last=last, amount=-moved)
        elif not moved:
            yield _finding(place, "absent", first=first, last=last, amount=wanted)
        else:
            yield _finding(place, "differs", first=first, last=last, amount=moved, booked=wanted)


def _finding(place: Place, reason: str, **facts: int) -> Finding:
    return Finding(code="E_RECONCILE", reason=reason, place=place.account, facts=_facts(place, **facts))


def _warning(place: Place, reason: str, **facts: int) -> Finding:
    told = _facts(place, **facts)
    return Finding(code="W_RECONCILE", level="warning", reason=reason, place=place.account, facts=told)


def _facts(place: Place, **facts: int) -> dict[str, object]:
    return {"asset": place.asset, **facts}
