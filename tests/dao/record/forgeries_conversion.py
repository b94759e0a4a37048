"""Forgeries of conversions and of what groups hold: checks 70 to 72."""

from __future__ import annotations

from functools import partial

from dao.cli.start.demo import cast
from tests.dao.record.forge import Bench, Slot
from tests.dao.record.invented import rebuilt_header
from tests.dao.record.row import Row

SOURCES, ENTRIES, COVER = (70, "books.sources"), (71, "books.entries"), (72, "books.cover")
REVERSED = (74, "books.reversed")
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


def told_before(bench: Bench) -> tuple[Slot, Slot]:
    """What the conversion got stood in the books as a gift before, as after a sweep; return the gift and its entry."""
    conversion, booked = bench.one("conversion"), bench.entry("converted/1")
    got, between = booked.body["postings"][-2:]
    body = {name: conversion.body[name] for name in ("fund", "receipt", "log")}
    gift = bench.insert(bench.slots[bench.slots.index(conversion) - 1], "donation", body)
    origin = booked.body["id"].partition(":eip155:")[2]
    income = {**between, "account": f"Income:Donations:{cast.FUND.upper()}"}
    entry = bench.insert(gift, "entry", {
        "id": f"donation/1:eip155:{origin}", "source": gift.label, "rule": "donation/1", "fund": cast.FUND, "iip": 0,
        "postings": [got, income],
    })  # fmt: skip
    bench.edit(booked, postings=[*booked.body["postings"][:-2], {**got, "account": income["account"]}, between])
    return gift, entry


def take_back(bench: Bench, source: Slot, entry: Slot) -> None:
    """A block is made up in whose favour an income is taken back."""
    header = bench.map_of(source, "receipt")["header"]
    body = {"source": source.label, "header": bench.raw(rebuilt_header(header, parent_hash=bytes(32)))}
    slot = bench.insert(bench.slots[-1], "reversed", body)
    lines = [{**line, "amount": str(-int(line["amount"]))} for line in entry.body["postings"]]
    about = {**entry.body, "id": f"reversed/1:{entry.body['id']}", "rule": "reversed/1", "source": slot.label}
    bench.insert(slot, "entry", {**about, "postings": lines})


def _gift_taken_back(bench: Bench) -> None:
    """The gift goes with its block, and the conversion of the very log stays."""
    take_back(bench, *told_before(bench))


def _conversion_taken_back(bench: Bench) -> None:
    """The other way round."""
    told_before(bench)
    take_back(bench, bench.one("conversion"), bench.entry("converted/1"))


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
    R("a gift taken back, and not its conversion", _gift_taken_back, *REVERSED, "E_LEDGER"),
    R("a conversion taken back, and not its gift", _conversion_taken_back, *REVERSED, "E_LEDGER"),
    Row("a step of a group that its signer did not sign", _unsigned_step, *COVER, "E_SIG_SIGNER", story="withdrawn"),
    Row("a step of a group left out", lambda bench: bench.drop(bench.one("group")), *COVER, "E_GROUP",
        story="withdrawn"),
    OTHERS("another proposal's conversion above its bound", lambda bench: _edit(bench, bound=24), *ENTRIES,
           "E_SLIPPAGE"),
    OTHERS("another proposal's conversion of which less was given", _less_given, *ENTRIES, "E_LEDGER"),
)  # fmt: skip
