"""Forgeries of what other proposals of the fund asked, were promised and were paid: their entries, and the executions
of theirs that every record holds.

In the genuine record here, part 2 is not ours: its transaction is that of IIP-2, which asked and was promised as much.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from chain.networks import DEVNET_CHAIN_ID
from dao.cli.start.demo import cast
from tests.dao.record.forge import Bench, Slot
from tests.dao.record.row import Row

RECEIPT, ENTRIES, COVER = (61, "payout.receipt"), (71, "books.entries"), (72, "books.cover")

OTHER = bytes([0x55]) * 32
AMOUNT = 75 * 10**16
COIN = f"eip155:{DEVNET_CHAIN_ID}/slip44:60"
HIDDEN = ("proposal", "result")
"""Leaves of IIP-2 that its own record shows; here they are hashes of the tree."""


def entry(bench: Bench, after: Slot, rule: str, *lines: tuple[str, int], **fields: object) -> Slot:
    """Put an entry of IIP-2 into the books."""
    part = 1 if rule in ("committed/1", "paid/1") else 0
    body = {
        "id": f"{rule}:0x{OTHER.hex()}/{part}",
        "source": after.label,
        "rule": rule,
        "fund": cast.FUND,
        "iip": 2,
        "postings": [{"account": account, "amount": str(amount), "asset": COIN} for account, amount in lines],
    }
    return bench.insert(after, "entry", {**body, **fields})


def moved(bench: Bench, amount: int = AMOUNT) -> None:
    """Make part 2's payment that of IIP-2."""
    bench.drop(*bench.all("act"), *(slot for slot in bench.all("confirmation") if _is_of_part_2(bench, slot)))
    for slot in (bench.one("queued", part=2), bench.one("executed", part=2)):
        bench.edit(slot, proposal=OTHER, part=1)
    paid = bench.entry("paid/1", 2)
    old, _, block = paid.body["id"].partition("@")
    assert old != paid.body["id"], "a payment names its block"
    lines = [{**line, "account": _theirs(line["account"])} for line in paid.body["postings"]]
    bench.edit(paid, id=f"paid/1:0x{OTHER.hex()}/1@{block}", iip=2, postings=lines)
    last = bench.entry("asked/1")
    asking = bench.insert(last, "proposal", {**bench.one("proposal").body, "id": OTHER})
    _promised(bench, asking, bench.one("result"), amount)


def _promised(bench: Bench, asking: Slot, like: Slot, amount: int) -> None:
    """IIP-2 asks for an amount, passes with a result like another one, and is promised it."""
    asked = entry(bench, asking, "asked/1", ("Equity:Asked:IIP:IIP-2", -amount), ("Equity:Memo:IIP", amount))
    passed = bench.insert(asked, "result", {**like.body, "proposal": OTHER})
    promise = [("Equity:Asked:IIP:IIP-2", amount), ("Equity:Committed:IIP:IIP-2:Part-1", -amount)]
    entry(bench, passed, "committed/1", *promise)


def _is_of_part_2(bench: Bench, slot: Slot) -> bool:
    return bool(slot.body["hash"] == bench.one("queued", part=2).body["hash"])


def _theirs(account: str) -> str:
    return account.replace("IIP-1", "IIP-2").replace("Part-2", "Part-1")


def sealed(bench: Bench) -> bytes:
    """The record of IIP-1, which shows neither proposal nor result of IIP-2."""
    hidden = [slot for slot in bench.all(*HIDDEN) if OTHER in (slot.body.get("id"), slot.body.get("proposal"))]
    return bench.seal(shown=[slot for slot in bench.slots if slot not in hidden])


def _story(change: Callable[[Bench], object]) -> Callable[[Bench], bytes]:
    def forge(bench: Bench) -> bytes:
        moved(bench)
        change(bench)
        return sealed(bench)

    return forge


def _their(bench: Bench, rule: str) -> Slot:
    return next(slot for slot in bench.all("entry") if slot.body["iip"] == 2 and slot.body["rule"] == rule)


def _executed(bench: Bench) -> Slot:
    return bench.one("executed", proposal=OTHER)


def _set(rule: str, **fields: object) -> Callable[[Bench], None]:
    return lambda bench: bench.edit(_their(bench, rule), **fields)


def _lines(rule: str, change: Callable[[list[dict[str, Any]]], object]) -> Callable[[Bench], None]:
    def forge(bench: Bench) -> None:
        slot = _their(bench, rule)
        lines = [dict(line) for line in slot.body["postings"]]
        change(lines)
        bench.edit(slot, postings=lines)

    return forge


def _all_of(amount: int) -> Callable[[list[dict[str, Any]]], None]:
    def change(lines: list[dict[str, Any]]) -> None:
        for line in lines:
            line["amount"] = str(amount if int(line["amount"]) > 0 else -amount)

    return change


def _to_our_promise(lines: list[dict[str, Any]]) -> None:
    """Their payment ends our promise, so that ours looks paid."""
    lines[0]["account"] = "Equity:Committed:IIP:IIP-1:Part-2"


def _in_our_name(bench: Bench) -> None:
    """A proposal that is nowhere, in the name of this number, takes what this one was promised."""
    lines = [("Equity:Committed:IIP:IIP-1:Part-2", AMOUNT), ("Equity:Memo:IIP", -AMOUNT)]
    entry(bench, bench.slots[-1], "released/1", *lines, iip=1)


def _asked_again_in_our_name(bench: Bench) -> None:
    lines = [("Equity:Asked:IIP:IIP-1", -AMOUNT), ("Equity:Memo:IIP", AMOUNT)]
    source = bench.one("proposal", id=OTHER).label
    entry(bench, bench.slots[-1], "asked/1", *lines, iip=1, source=source, id=f"asked/1:0x{'66' * 32}/0")


def _id_of(part: str) -> str:
    return f"committed/1:0x{OTHER.hex()}/{part}"


def _our_execution(bench: Bench) -> None:
    """Our payment is booked in their name."""
    ours = bench.entry("paid/1")
    lines = [{**line, "account": line["account"].replace("IIP-1", "IIP-2")} for line in ours.body["postings"]]
    bench.edit(ours, id=f"paid/1:0x{'66' * 32}/1@{ours.body['id'].partition('@')[2]}", iip=2, postings=lines)


def _before_its_block(bench: Bench) -> None:
    slot = _executed(bench)
    slot.leaf = replace(slot.leaf, time=bench.one("queued", proposal=OTHER).leaf.time)


def _receipt_of_ours(bench: Bench) -> None:
    bench.edit(_executed(bench), receipt=bench.one("executed", proposal=bench.proposal).body["receipt"])


def _above_cover(bench: Bench) -> bytes:
    """IIP-2 was promised three ether before us, and there is not enough for both."""
    moved(bench, 3 * 10**18)
    return sealed(bench)


def _overtaken(bench: Bench) -> bytes:
    """IIP-2 asks and passes after us, and is promised its money first."""
    ours = bench.one("result")
    asking = bench.insert(ours, "proposal", {**bench.one("proposal").body, "id": OTHER})
    _promised(bench, asking, ours, AMOUNT)
    return sealed(bench)


def _under(rule: str, old: int, new: int) -> Callable[[Bench], None]:
    """All entries of a rule and a number stand under another number, in each of their lines."""

    def forge(bench: Bench) -> None:
        for slot in bench.all("entry"):
            if (slot.body["rule"], slot.body["iip"]) == (rule, old):
                lines = [
                    {**line, "account": line["account"].replace(f"IIP-{old}", f"IIP-{new}")}
                    for line in slot.body["postings"]
                ]
                bench.edit(slot, iip=new, postings=lines)

    return forge


def _paid_by_them(bench: Bench) -> None:
    """Ours was not paid, and IIP-2's payment ends our promise, in all its lines."""
    ours = bench.entry("paid/1", 2)
    bench.drop(ours, *(slot for slot in bench.all("executed") if slot.label == ours.body["source"]))
    _under("paid/1", 2, 1)(bench)


def _asked_elsewhere(bench: Bench) -> None:
    """What the vote that missed its quorum asked, and gave back, stands under a number that nobody has."""
    mine = [slot for slot in bench.all("entry") if bench.proposal.hex() in slot.body["id"]]
    before = {slot.label: slot.body for slot in mine}
    for rule in ("asked/1", "released/1"):
        _under(rule, 1, 7)(bench)
    for slot in mine:
        bench.edit(slot, **before[slot.label])


ROWS = (
    Row("another's payment in all its lines as our number's", _paid_by_them, *ENTRIES, "E_LEDGER",
        story="asked again"),
    Row("another vote of the number under another number", _asked_elsewhere, *ENTRIES, "E_LEDGER",
        story="asked again"),
    Row("another's refund in all its lines as our number's", _under("refunded/1", 2, 1), *ENTRIES, "E_LEDGER",
        story="vetoed"),
    Row("another's conversion in all its lines as our number's", _under("converted/1", 2, 1), *ENTRIES, "E_LEDGER",
        story="vetoed"),
    Row("what a superseded proposal asked under another number", _under("asked/1", 1, 7), *ENTRIES, "E_LEDGER",
        story="superseding"),
    Row("another's execution with our receipt", _story(_receipt_of_ours), *RECEIPT, "E_EXECUTION"),
    Row("another's execution twice", _story(lambda bench: bench.copy(_executed(bench))), *RECEIPT, "E_ALREADY"),
    Row("another's execution before its block", _story(_before_its_block), *RECEIPT, "E_TIME"),
    Row("another's execution on another chain", _story(lambda bench: bench.on_chain(_executed(bench), 1)), *RECEIPT,
        "E_EXECUTION"),
    Row("another's payment of more", _story(_lines("paid/1", _all_of(AMOUNT + 1))), *ENTRIES, "E_LEDGER"),
    Row("another's payment of less", _story(_lines("paid/1", _all_of(1))), *ENTRIES, "E_LEDGER"),
    Row("another's payment out of our promise", _story(_lines("paid/1", _to_our_promise)), *ENTRIES, "E_LEDGER"),
    Row("another's payment in another order", _story(_lines("paid/1", lambda lines: lines.reverse())), *ENTRIES,
        "E_LEDGER"),
    Row("another's payment as our number's", _story(_set("paid/1", iip=1)), *ENTRIES, "E_LEDGER"),
    Row("another's payment under another block", _story(_set("paid/1", id=f"paid/1:0x{'55' * 32}/1@0x{'77' * 32}")),
        *ENTRIES, "E_LEDGER"),
    Row("another's payment of an execution that is ours", _story(_our_execution), *ENTRIES, "E_LEDGER"),
    Row("another's promise in another order", _story(_lines("committed/1", lambda lines: lines.reverse())), *ENTRIES,
        "E_LEDGER"),
    Row("another's promise of no part", _story(_set("committed/1", id=_id_of("0"))), *ENTRIES, "E_LEDGER"),
    Row("another's promise of part 01", _story(_set("committed/1", id=_id_of("01"))), *ENTRIES, "E_LEDGER"),
    Row("another's promise to nobody", _story(_set("committed/1", id="committed/1:somebody")), *ENTRIES, "E_LEDGER"),
    Row("a promise given back in our number's name", _story(_in_our_name), *ENTRIES, "E_LEDGER"),
    Row("an ask in our number's name", _story(_asked_again_in_our_name), *ENTRIES, "E_LEDGER"),
    Row("another's payment that is not booked", _story(lambda bench: bench.drop(_their(bench, "paid/1"))), *COVER,
        "E_LEDGER"),
    Row("another's payment that nobody promised", _story(lambda bench: bench.drop(_their(bench, "committed/1"))),
        *COVER, "E_BUDGET"),
    Row("a commitment behind somebody else's", _above_cover, *COVER, "E_BUDGET"),
    Row("a commitment that somebody else's overtook", _overtaken, *COVER, "E_LEDGER"),
)  # fmt: skip
