"""Forgeries of the books, and records that contradict what a verifier knows: checks 70 to 90."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from chain.blocks import BlockRef
from chain.cid import raw_cid
from chain.networks import DEVNET_CHAIN_ID
from dao.cli.start.demo import cast
from dao.record.trust import Trust
from tests.dao.record.forge import Bench, Slot
from tests.dao.record.forgeries_file import damaged_node, surplus_node
from tests.dao.record.row import Row

SOURCES, ENTRIES, COVER, ANCHORS = (
    (70, "books.sources"), (71, "books.entries"), (72, "books.cover"), (90, "anchors.trust"),
)  # fmt: skip


# --- 70: where the money came from


def _field(kind: str, **fields: object) -> Callable[[Bench], None]:
    return lambda bench: bench.edit(bench.one(kind), **fields)


def _premium_twice(bench: Bench) -> None:
    """The same premium once more, with its entry."""
    entry = bench.entry("premium/1")
    copy = bench.copy(bench.one("premium"), after=entry)
    bench.edit(bench.copy(entry, after=copy), source=copy.label)


def _as(kind: str, receipt_of: str, log: int = 0) -> Callable[[Bench], None]:
    """Book one kind of income from the receipt of another."""
    return lambda bench: bench.edit(bench.one(kind), receipt=bench.one(receipt_of).body["receipt"], log=log)


def _on_another_chain(bench: Bench) -> None:
    bench.on_chain(bench.one("premium"), 1)


def _premium_amount(bench: Bench) -> None:
    """Another share in the log of a premium."""
    slot = bench.one("premium", 4)
    nodes = bench.map_of(slot, "receipt")["receipt_nodes"]
    share = (cast.PREMIUMS[3] // 10).to_bytes(32, "big")
    changed = [node.replace(share, (2 * cast.PREMIUMS[3] // 10).to_bytes(32, "big")) for node in nodes]
    assert nodes != changed, "the receipt holds the share"
    bench.edit_map(slot, "receipt", receipt_nodes=sorted(changed))


# --- 71: entries


def _postings(rule: str, change: Callable[[list[dict[str, Any]]], object]) -> Callable[[Bench], None]:
    def forge(bench: Bench) -> None:
        slot = bench.entry(rule)
        lines = [dict(line) for line in slot.body["postings"]]
        change(lines)
        bench.edit(slot, postings=lines)

    return forge


def _one_more(lines: list[dict[str, Any]]) -> None:
    lines[0]["amount"] = str(int(lines[0]["amount"]) + 1)


def _one_more_both(lines: list[dict[str, Any]]) -> None:
    _one_more(lines)
    lines[1]["amount"] = str(int(lines[1]["amount"]) - 1)


def _to_another_account(lines: list[dict[str, Any]]) -> None:
    lines[1]["account"] = "Income:Donations:IIP"


def _other_order(lines: list[dict[str, Any]]) -> None:
    lines.reverse()


def _zero_line(lines: list[dict[str, Any]]) -> None:
    lines[0]["amount"] = lines[1]["amount"] = "0"


def _spaced_amount(lines: list[dict[str, Any]]) -> None:
    lines[0]["asset"] = lines[1]["asset"] = "gold"


def _entry(rule: str, **fields: object) -> Callable[[Bench], None]:
    return lambda bench: bench.edit(bench.entry(rule), **fields)


def _other_source(bench: Bench) -> None:
    bench.edit(bench.entry("premium/1"), source=bench.one("settings").label)


def _source_of_the_next(bench: Bench) -> None:
    bench.edit(bench.entry("premium/1", 2), source=bench.one("premium", 1).label)


def _source_to_come(bench: Bench) -> None:
    bench.edit(bench.entry("premium/1"), source=bench.one("premium", 2).label)


def _entry_before_its_source(bench: Bench) -> None:
    bench.move(bench.entry("paid/1"), bench.one("queued"))


def _posted_twice(bench: Bench) -> None:
    bench.copy(bench.entry("paid/1"))


def _posted_twice_otherwise(bench: Bench) -> None:
    copy = bench.copy(bench.entry("premium/1"), after=bench.one("premium", 2))
    bench.edit(copy, source=bench.one("premium", 2).label)


def _of_rule(bench: Bench) -> None:
    slot = bench.entry("premium/1")
    bench.edit(slot, rule="premium/2", id=slot.body["id"].replace("premium/1", "premium/2"))


def foreign_entry(bench: Bench, after: Slot, rule: str, *lines: tuple[str, int], source: int | None = None) -> Slot:
    """Put an entry of another proposal into the books, whose own record is not at hand."""
    asset = f"eip155:{DEVNET_CHAIN_ID}/slip44:60"
    body = {
        "id": f"{rule}:0x{'55' * 32}/1",
        "source": after.label if source is None else source,
        "rule": rule,
        "fund": cast.FUND,
        "iip": 2,
        "postings": [{"account": account, "amount": str(amount), "asset": asset} for account, amount in lines],
    }
    return bench.insert(after, "entry", body)


def _money_from_elsewhere(rule: str) -> Callable[[Bench], None]:
    """An entry of IIP-2 brings money that no receipt shows."""

    def forge(bench: Bench) -> None:
        after = bench.entry("donation/1")
        foreign_entry(bench, after, rule, ("Assets:Safe:IIP", 10**24), ("Income:Donations:IIP", -(10**24)))

    return forge


def _refund_from_elsewhere(bench: Bench) -> None:
    after = bench.entry("donation/1")
    foreign_entry(bench, after, "paid/1", ("Assets:Safe:IIP", 10**24), ("Expenses:IIP-2:Part-1", -(10**24)))


def _not_an_entry(bench: Bench) -> None:
    bench.edit(bench.entry("premium/1"), postings=[])


# --- 72: cover


def _no_gift(bench: Bench) -> None:
    """The grant never came, so the tokens were promised by nobody's money."""
    bench.drop(bench.one("donation"), bench.entry("donation/1"))


def _without(*rules: str) -> Callable[[Bench], None]:
    return lambda bench: bench.drop(*(bench.entry(rule) for rule in rules))


def _premiums_unbooked(bench: Bench) -> None:
    bench.drop(bench.entry("premium/1", 12))


def _unfinished(*rules: tuple[str, int]) -> Callable[[Bench], None]:
    """Nothing is queued yet, and some entries of the vote are not booked."""

    def change(bench: Bench) -> None:
        bench.drop(*bench.slots[bench.slots.index(bench.one("queued")) :])
        bench.drop(*(bench.entry(rule, number) for rule, number in rules))

    return change


def _committed_after_it_was_queued(bench: Bench) -> None:
    bench.move(bench.entry("committed/1", 2), bench.one("queued", 2))


def _income_before_its_block(bench: Bench) -> None:
    """The premium's leaf is older than the premium's block."""
    slot = bench.one("premium")
    slot.leaf = replace(slot.leaf, time=bench.one("settings").leaf.time)


# --- 90: what the verifier knows

NOTHING = [lambda bench: None][0]  # the record is genuine; it is another one than the verifier's


def _trust(**known: object) -> Trust:
    return Trust(**known)  # type: ignore[arg-type]


ROWS = (
    Row("the log of an income", _field("donation", log=1), *SOURCES, "E_LEDGER"),
    Row("another log of an income", _field("forward", log=0), *SOURCES, "E_LEDGER"),
    Row("an income of another fund", _field("premium", fund="other"), *SOURCES, "E_LEDGER"),
    Row("an income of another chain", _on_another_chain, *SOURCES, "E_LEDGER"),
    Row("an income twice", _premium_twice, *SOURCES, "E_LEDGER"),
    Row("an income booked before its block", _income_before_its_block, *SOURCES, "E_TIME"),
    Row("a gift booked as a premium", _as("premium", "donation"), *SOURCES, "E_LEDGER"),
    Row("a premium booked as a gift", _as("donation", "premium"), *SOURCES, "E_LEDGER"),
    Row("a forwarding booked as a gift", _as("donation", "forward"), *SOURCES, "E_DONATION"),
    Row("a premium booked as a forwarding", _as("forward", "premium"), *SOURCES, "E_LEDGER"),
    Row("the share of a premium", _premium_amount, *SOURCES, "E_PROOF"),
    Row("a surplus node in its receipt", surplus_node("premium", "receipt", "receipt_nodes"), *SOURCES, "E_PROOF"),
    Row("a damaged node in a gift's", damaged_node("donation", "receipt", "receipt_nodes"), *SOURCES, "E_PROOF"),
    Row("an unbalanced entry", _postings("premium/1", _one_more), *ENTRIES, "E_UNBALANCED"),
    Row("a balanced entry that is not its rule's", _postings("premium/1", _one_more_both), *ENTRIES, "E_LEDGER"),
    Row("an entry to another account", _postings("premium/1", _to_another_account), *ENTRIES, "E_LEDGER"),
    Row("an entry in another order", _postings("paid/1", _other_order), *ENTRIES, "E_LEDGER"),
    Row("an entry over nothing", _postings("premium/1", _zero_line), *ENTRIES, "E_ENTRY"),
    Row("an entry in gold", _postings("premium/1", _spaced_amount), *ENTRIES, "E_ENTRY"),
    Row("an entry without lines", _not_an_entry, *ENTRIES, "E_ENTRY"),
    Row("an entry of another source", _other_source, *ENTRIES, "E_LEDGER"),
    Row("an entry of its neighbour's source", _source_of_the_next, *ENTRIES, "E_LEDGER"),
    Row("an entry of a source to come", _source_to_come, *ENTRIES, "E_LEDGER"),
    Row("an entry before its source", _entry_before_its_source, *ENTRIES, "E_LEDGER"),
    Row("an entry of another fund", _entry("premium/1", fund="other"), *ENTRIES, "E_LEDGER"),
    Row("an entry of a fund that cannot be", _entry("premium/1", fund="Other Fund"), *ENTRIES, "E_ENTRY"),
    Row("an entry of another number", _entry("paid/1", iip=0), *ENTRIES, "E_LEDGER"),
    Row("an entry of a rule of tomorrow", _of_rule, *ENTRIES, "E_LEDGER"),
    Row("an entry posted twice", _posted_twice, *ENTRIES, "E_LEDGER"),
    Row("an entry posted twice, from another source", _posted_twice_otherwise, *ENTRIES, "E_LEDGER"),
    Row("money from another proposal", _money_from_elsewhere("released/1"), *ENTRIES, "E_LEDGER"),
    Row("a gift in another proposal's name", _money_from_elsewhere("donation/1"), *ENTRIES, "E_LEDGER"),
    Row("a refund of another proposal", _refund_from_elsewhere, *ENTRIES, "E_LEDGER"),
    Row("a commitment above cover", _no_gift, *COVER, "E_BUDGET"),
    Row("a forwarding that is not booked", _without("forward/1"), *COVER, "E_BUDGET"),
    Row("an ask that is not booked", _without("asked/1"), *COVER, "E_BUDGET"),
    Row("a commitment that is not booked", _without("committed/1"), *COVER, "E_BUDGET"),
    Row("a payment that is not booked", _without("paid/1"), *COVER, "E_LEDGER"),
    Row("a premium that is not booked", _premiums_unbooked, *COVER, "E_LEDGER"),
    Row("one commitment of two that is not booked", _unfinished(("committed/1", 2)), *COVER, "E_LEDGER"),
    Row(
        "commitments that are covered and not booked",
        _unfinished(("committed/1", 1), ("committed/1", 2)),
        *COVER,
        "E_LEDGER",
    ),
    Row(
        "a vote that is not booked at all",
        _unfinished(("asked/1", 1), ("committed/1", 1), ("committed/1", 2)),
        *COVER,
        "E_LEDGER",
    ),
    Row("a payment queued before it was committed", _committed_after_it_was_queued, *COVER, "E_BUDGET"),
    Row("another Safe", NOTHING, *ANCHORS, "E_SPLIT_VIEW", _trust(safe=(DEVNET_CHAIN_ID, bytes(19) + b"\x01"))),
    Row("the Safe on another chain", NOTHING, *ANCHORS, "E_SPLIT_VIEW", _trust(safe=(1, bytes(19) + b"\x01"))),
    Row("other settings", NOTHING, *ANCHORS, "E_SPLIT_VIEW", _trust(settings=frozenset({raw_cid(b"other")}))),
    Row("another journal key", NOTHING, *ANCHORS, "E_SPLIT_VIEW", _trust(journal_key=bytes(32))),
    Row(
        "another block at the same height",
        NOTHING,
        *ANCHORS,
        "E_SPLIT_VIEW",
        _trust(blocks=frozenset({BlockRef(DEVNET_CHAIN_ID, 31, bytes(32))})),
    ),
)
