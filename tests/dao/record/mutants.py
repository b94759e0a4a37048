"""Structural edits of a journal by whoever writes it: an edit is a function of a bench and a source of choices.

An edit gives the slots that it touched, or None where it found nothing to do. Everything is sealed afterwards as the
forger's bench seals it, so a mutant fails for what it says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from random import Random
from typing import Any, NamedTuple

from chain import dag_cbor
from chain.cid import CID, DAG_CBOR
from dao.cli.start.demo import cast
from dao.record.checks_payout import confirmations_of
from dao.record.foreign_entries import payout_named
from dao.record.verify import Report
from tests.dao.record.forge import Bench, Slot
from treasury.fund import replay
from treasury.ledger import Entry

Edit = Callable[[Bench, Random], list[Slot] | None]

ACCOUNTS = (
    "Assets:Safe:IIP", "Assets:Receivable:IIP", "Income:Donations:IIP", "Equity:Memo:IIP", "Equity:Asked:IIP:IIP-1",
    "Equity:Committed:IIP:IIP-1:Part-1", "Equity:Committed:IIP:IIP-2:Part-1", "Expenses:IIP-1:Part-2",
)  # fmt: skip
EVENTS = ("submit_for_review", "freeze", "normative_change", "withdraw", "resubmit", "inactive", "tally_pass")


def any_of(bench: Bench, choose: Random) -> Slot:
    """A leaf, every kind as likely as any other."""
    kind = choose.choice(sorted({slot.leaf.kind for slot in bench.slots}))
    return choose.choice(bench.all(kind))


def repeated(bench: Bench, choose: Random) -> list[Slot] | None:
    """A fact stands in the journal once more."""
    slot = any_of(bench, choose)
    return [bench.copy(slot, after=choose.choice([slot, bench.slots[-1], *bench.slots]))]


def repeated_with_entries(bench: Bench, choose: Random) -> list[Slot] | None:
    """A fact stands there once more, and is booked once more."""
    slot = any_of(bench, choose)
    entries = [entry for entry in bench.all("entry") if entry.body["source"] == slot.label]
    last = copy = bench.copy(slot, after=bench.slots[-1])
    for entry in entries:
        last = bench.copy(entry, after=last)
        bench.edit(last, source=copy.label)
    return [copy] if entries else None


def moved(bench: Bench, choose: Random) -> list[Slot] | None:
    """A fact stands elsewhere, at its new neighbour's time."""
    slot, other = any_of(bench, choose), choose.choice(bench.slots)
    if slot is other:
        return None
    bench.move(slot, other)
    return [slot]


def exchanged(bench: Bench, choose: Random) -> list[Slot] | None:
    """Two facts change places."""
    one, other = any_of(bench, choose), any_of(bench, choose)
    one.leaf, other.leaf = (
        replace(other.leaf, time=one.leaf.time, block=one.leaf.block),
        replace(one.leaf, time=other.leaf.time, block=other.leaf.block),
    )
    one.label, other.label = other.label, one.label
    return [one, other]


def left_out(bench: Bench, choose: Random) -> list[Slot] | None:
    """The journal never took a fact."""
    slot = any_of(bench, choose)
    bench.drop(slot)
    return [slot]


def dated(bench: Bench, choose: Random) -> list[Slot] | None:
    """A fact came at another time, between its neighbours."""
    slot = any_of(bench, choose)
    at = bench.slots.index(slot)
    around = [bench.slots[place].leaf.time for place in (max(0, at - 1), min(len(bench.slots) - 1, at + 1))]
    slot.leaf = replace(slot.leaf, time=choose.choice([*around, choose.randint(*around)]))
    return [slot]


def another_value(bench: Bench, choose: Random) -> list[Slot] | None:
    """One field says what the same field of another leaf says, or something close to what it said."""
    slot = any_of(bench, choose)
    field = choose.choice(sorted(slot.body))
    before = slot.body[field]
    values = [value for value in others(bench, slot, field) if value != before]
    if not values:
        return None
    bench.edit(slot, **{field: choose.choice(values)})
    return [slot]


def others(bench: Bench, slot: Slot, field: str) -> list[Any]:
    """Valid values that a field might have instead."""
    value = slot.body[field]
    known = [other.body[field] for other in bench.all(slot.leaf.kind) if field in other.body]
    known += [found for other in bench.slots for found in other.body.values() if _is_like(bench, value, found)]
    return list({repr(found): found for found in [*known, *_near(value, len(bench.slots))]}.values())


def _is_like(bench: Bench, value: object, found: object) -> bool:
    """Whether two values could stand in one place: hashes, addresses, links to blocks of one kind."""
    if isinstance(value, CID) and isinstance(found, CID) and value.codec == found.codec == DAG_CBOR:
        return bool(_map(bench, value)["kind"] == _map(bench, found)["kind"])
    if isinstance(value, bytes) and isinstance(found, bytes):
        return len(value) == len(found)
    return isinstance(value, CID) and isinstance(found, CID) and value.codec == found.codec


def _near(value: object, size: int) -> list[Any]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, max(0, value - 1), 0, size - 1, 2**63 - 1]
    if isinstance(value, bytes):
        people = [cast.address(name) for name in cast.PEOPLE]
        flipped = [value[:-1] + bytes([value[-1] ^ 1])] if value else []
        return flipped + [person for person in people if len(person) == len(value)]
    if isinstance(value, str):
        return [value + "x", value[:-1] or "x", *EVENTS, "passed", "rejected", "paid/1", "committed/1", "other"]
    if isinstance(value, list):
        return [value[::-1], value[1:], [*value, *value[:1]], []]
    return [None] if value is None else []


def inside(bench: Bench, choose: Random) -> list[Slot] | None:
    """Something changes in a block behind a link."""
    slot = any_of(bench, choose)
    links = {field: cid for field, cid in slot.body.items() if isinstance(cid, CID) and cid.codec == DAG_CBOR}
    if not links:
        return None
    field = choose.choice(sorted(links))
    value = _map(bench, links[field])
    *way, last = choose.choice(list(_paths(value)))
    here: Any = value
    for step in way:
        here = here[step]
    values = [near for near in _near(here[last], len(bench.slots)) if near != here[last]]
    if not values:
        return None
    here[last] = choose.choice(values)
    bench.edit(slot, **{field: bench.map(value)})
    return [slot]


def _map(bench: Bench, cid: CID) -> Any:
    return dag_cbor.decode(bench.blocks[cid])


def _paths(value: Any, path: tuple[int | str, ...] = ()) -> Iterator[tuple[int | str, ...]]:
    if path:
        yield path
    if isinstance(value, dict | list):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _paths(inner, (*path, step))


def rebooked(bench: Bench, choose: Random) -> list[Slot] | None:
    """The lines of an entry are turned around, split, doubled, negated, or of another account."""
    slot = choose.choice(bench.all("entry"))
    lines = [dict(line) for line in slot.body["postings"]]
    first, last = lines[0], lines[-1]
    change = choose.randrange(6)
    if change == 0:
        lines.reverse()
    elif change == 1:
        first["amount"], last["amount"] = str(int(first["amount"]) + 1), str(int(last["amount"]) - 1)
    elif change == 2:
        lines = [{**line, "amount": str(-int(line["amount"]))} for line in lines]
    elif change == 3:
        lines = [{**line, "amount": str(2 * int(line["amount"]))} for line in lines]
    elif change == 4:
        first["account"] = choose.choice([account for account in ACCOUNTS if account != first["account"]])
    else:
        lines += [{**first, "account": "Equity:Memo:IIP", "amount": amount} for amount in ("5", "-5")]
    bench.edit(slot, postings=lines)
    return [slot]


def stepped(bench: Bench, choose: Random) -> list[Slot] | None:
    """A step of the lifecycle that nobody took."""
    slots = bench.all("transition")
    if not slots:
        return None
    slot, after = choose.choice(slots), choose.choice(bench.slots)
    return [bench.insert(after, "transition", {**slot.body, "event": choose.choice(EVENTS)})]


EDITS: tuple[Edit, ...] = (
    repeated, repeated_with_entries, moved, exchanged, left_out, dated, another_value, another_value, inside, inside,
    rebooked, stepped,
)  # fmt: skip


class Told(NamedTuple):
    """What a record that passes says: what was decided, what was done about it, and what money there is."""

    decided: Mapping[str, object]
    done: Mapping[str, frozenset[str]]
    money: Mapping[str, int]
    """What the Safe holds by the books, by account and asset."""


def told(report: Report) -> Told:
    """What a report says that passed."""
    case = report.case
    assert case is not None
    assert case.verdict is not None or case.cancelled is not None
    entries = [entry for _, entry in case.entries or ()]
    decided = {
        "proposal": case.proposal,
        "settings": case.settings,
        "parts": case.parts,
        "votes": None if case.cancelled else sorted(vote.envelope.id for vote in case.votes or ()),
        "powers": dict(case.powers or {}),
        "verdict": case.verdict,
        "cancelled": case.cancelled is not None,
    }
    done = {
        "votes": _texts(vote.envelope.id for vote in case.votes or ()),  # of a cancelled proposal no list was closed
        "acts": _texts((leaf.act.id, leaf.act.address) for leaf in case.acts or ()),
        "released": _texts(case.releases or ()),
        "queued": _texts((queued.hash, queued.payout) for queued in case.queue or ()),
        "signed": _texts((tx, one.owner) for tx in case.safe_txs or {} for one in confirmations_of(case, tx)),
        "executed": _texts((row.leaf.body["hash"], row.leaf.body["receipt"]) for row in case.rows("executed")),
        "ended": _texts((case.ended or {}).items()),
        "spent": _texts(case.spent or ()),
        "incomes": _texts((case.incomes or {}).values()),
        "entries": _texts((entry.id, entry.postings) for entry in entries if _is_own(entry, case.proposal)),
        "entries of others": _texts(entry.id for entry in entries),
    }
    money = {
        f"{balance.account} {balance.asset}": balance.amount
        for balance in replay(entries).balances()
        if balance.account.startswith("Assets:")
    }
    return Told(decided, done, money)


def _is_own(entry: Entry, proposal: bytes) -> bool:
    """How much others asked and were promised is proved in their own records, and moves no money in this one."""
    named = payout_named(entry)
    return named is None or named.proposal == proposal


def _texts(items: Iterable[object]) -> frozenset[str]:
    return frozenset(repr(item) for item in items)


def refuse_other(genuine: Told, found: Told, about: str) -> None:
    """Fail where a mutant says something that the genuine record does not."""
    assert genuine.decided == found.decided, about
    for kind, facts in found.done.items():
        assert facts <= genuine.done[kind], f"{about}: {kind}"
    if all(genuine.done[kind] == found.done[kind] for kind in ("executed", "incomes")):
        assert genuine.money == found.money, about
