"""Forgeries of premiums that no log prices, and of incomes taken back: checks 73 and 74."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chain.cid import CID
from tests.dao.record.forge import Bench
from tests.dao.record.row import Row
from treasury.mutual_pool.premium_range import PremiumRange, read_range, write_range

PREMIUMS, REVERSED = (73, "books.premiums"), (74, "books.reversed")
_STORY = "premiums"


def _range(number: int, change: Callable[[PremiumRange], PremiumRange]) -> Callable[[Bench], None]:
    """Another range behind a leaf, counted from 1."""

    def forge(bench: Bench) -> None:
        slot = bench.one("premiums", number)
        found = read_range(slot.body["range"], bench.blocks.__getitem__)
        blocks: dict[CID, bytes] = {}
        bench.edit(slot, range=write_range(change(found), blocks))
        bench.blocks |= blocks

    return forge


def _more_paid(found: PremiumRange) -> PremiumRange:
    row = found.purchases[0]
    assert row.value is not None
    return replace(found, purchases=(row._replace(value=2 * row.value),))


def _unbooked(bench: Bench) -> None:
    """The range that stands leads elsewhere, and no entry is made of it."""
    bench.drop(bench.entry("premiums/1", 3))
    _range(3, lambda found: replace(found, shares=found.shares + 1))(bench)


def _twice(bench: Bench) -> None:
    """The range that stands once more."""
    entry = bench.entry("premiums/1", 3)
    copy = bench.copy(bench.one("premiums", 3), after=entry)
    bench.edit(bench.copy(entry, after=copy), source=copy.label)


def _more(source: int | str) -> Callable[[Bench], None]:
    """Take back another leaf besides: one of a kind, or of an index."""

    def forge(bench: Bench) -> None:
        first = bench.one("reversed")
        label = source if isinstance(source, int) else bench.one(source).label
        bench.edit(bench.copy(first), source=label)

    return forge


def _below(bench: Bench) -> None:
    """Take back the first range, on which the second rests."""
    bench.edit(bench.one("reversed"), source=bench.one("premiums").label)


def _header_of_another(bench: Bench) -> None:
    """The header of the proposal's snapshot, which has another number."""
    bench.edit(bench.one("reversed"), header=bench.one("proposal").body["headers"][0])


def _again(bench: Bench) -> None:
    bench.copy(bench.one("reversed"))


ROWS = (
    Row("premiums of a contract that is no source", _range(1, lambda r: replace(r, contract=bytes(20))),
        *PREMIUMS, "E_LEDGER", story=_STORY),
    Row("a premium that was greater", _range(1, _more_paid), *PREMIUMS, "E_PREM_IMPORT", story=_STORY),
    Row("a range that leads elsewhere", _range(1, lambda r: replace(r, shares=r.shares + 1)),
        *PREMIUMS, "E_PREM_INCOMPLETE", story=_STORY),
    Row("a range that leads elsewhere, and that nobody booked", _unbooked, *PREMIUMS, "E_PREM_INCOMPLETE",
        story=_STORY),
    Row("a range with a gap before it", _range(3, lambda r: replace(r, first=r.first + 1)),
        *PREMIUMS, "E_PREM_RANGES", story=_STORY),
    Row("a range without its rows", _range(3, lambda r: replace(r, purchases=())),
        *PREMIUMS, "E_PREM_RANGES", story=_STORY),
    Row("a range that nobody said", _range(3, lambda r: replace(r, providers=())), *PREMIUMS, "E_PROOF", story=_STORY),
    Row("a range to come", _range(3, lambda r: replace(r, last=r.last._replace(number=10**6))),
        *PREMIUMS, "E_FINALITY", story=_STORY),
    Row("a range twice", _twice, *PREMIUMS, "E_PREM_RANGES", story=_STORY),
    Row("the range below another taken back", _below, *PREMIUMS, "E_LEDGER", story=_STORY),
    Row("an income taken back that is none", _more("settings"), *REVERSED, "E_LEDGER", story=_STORY),
    Row("an income taken back before it came", _more(10**6), *REVERSED, "E_LEDGER", story=_STORY),
    Row("an income taken back for another block", _header_of_another, *REVERSED, "E_LEDGER", story=_STORY),
    Row("an income taken back on another chain", lambda bench: bench.on_chain(bench.one("reversed"), 1),
        *REVERSED, "E_LEDGER", story=_STORY),
    Row("an income taken back twice", _again, *REVERSED, "E_LEDGER", story=_STORY),
)  # fmt: skip
