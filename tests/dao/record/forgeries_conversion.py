"""Forgeries of conversions and of what groups hold: checks 70 to 72."""

from __future__ import annotations

from functools import partial

from dao.cli.start.demo import cast
from tests.dao.record.forge import Bench
from tests.dao.record.row import Row

SOURCES, ENTRIES, COVER = (70, "books.sources"), (71, "books.entries"), (72, "books.cover")
R, OTHERS = partial(Row, story="after a veto"), partial(Row, story="vetoed")


def _edit(bench: Bench, **fields: object) -> None:
    bench.edit(bench.one("conversion"), **fields)


def _price(bench: Bench, **fields: object) -> None:
    slot = bench.one("conversion")
    bench.edit(slot, price={**slot.body["price"], **fields})


def _twice(bench: Bench) -> None:
    """The same conversion once more, with its entry."""
    entry = bench.entry("converted/1")
    copy = bench.copy(bench.one("conversion"), after=entry)
    bench.edit(bench.copy(entry, after=copy), source=copy.label)


def _day_later(bench: Bench, days: int) -> None:
    _price(bench, day=bench.one("conversion").body["price"]["day"] + days * cast.DAY)


def _less_given(bench: Bench) -> None:
    """The entry says that less was given, by the same in both its lines."""
    slot = bench.entry("converted/1")
    lines = [dict(line) for line in slot.body["postings"]]
    for line in lines[:2]:
        line["amount"] = str(int(line["amount"]) * 9 // 10)
    bench.edit(slot, postings=lines)


def _unsigned_step(bench: Bench) -> None:
    """The confirmation of a group's step with the signature of its request."""
    asked, confirmed = bench.all("group")
    stolen = bench.envelope(asked)["sig"]
    bench.edit_raw(
        confirmed, "envelope", lambda raw: raw.replace(bench.envelope(confirmed)["sig"].encode(), stolen.encode())
    )


ROWS = (
    R("a conversion above its bound", lambda bench: _edit(bench, bound=24), *ENTRIES, "E_SLIPPAGE"),
    R("a conversion by other prices", lambda bench: _price(bench, got="1"), *ENTRIES, "E_SLIPPAGE"),
    R("a conversion with a bound that bounds nothing", lambda bench: _edit(bench, bound=9_999), *ENTRIES,
      "E_CONVERSION"),
    R("a conversion by prices of the day after", lambda bench: _day_later(bench, 1), *ENTRIES, "E_CONVERSION"),
    R("a conversion by prices of long ago", lambda bench: _day_later(bench, -2), *ENTRIES, "E_CONVERSION"),
    R("a conversion without a price", lambda bench: _price(bench, given="0"), *ENTRIES, "E_CONVERSION"),
    R("a conversion of a part that only paid", lambda bench: _edit(bench, part=1), *ENTRIES, "E_CONVERSION"),
    R("a conversion by what nobody queued", lambda bench: bench.edit(bench.one("executed", 2), hash=bytes(32)),
      61, "payout.receipt", "E_HASH_MISMATCH"),
    R("a conversion twice", _twice, *SOURCES, "E_LEDGER"),
    R("a conversion of which less was given", _less_given, *ENTRIES, "E_LEDGER"),
    Row("a step of a group that its signer did not sign", _unsigned_step, *COVER, "E_SIG_SIGNER", story="withdrawn"),
    Row("a step of a group left out", lambda bench: bench.drop(bench.one("group")), *COVER, "E_GROUP",
        story="withdrawn"),
    OTHERS("another proposal's conversion above its bound", lambda bench: _edit(bench, bound=24), *ENTRIES,
           "E_SLIPPAGE"),
    OTHERS("another proposal's conversion of which less was given", _less_given, *ENTRIES, "E_LEDGER"),
)  # fmt: skip
