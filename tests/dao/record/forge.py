"""A forger's bench: a record taken apart into leaves and blocks, changed at will, and sealed anew.

Whoever works here owns the journal's key, and may borrow anybody else's: every CID, leaf hash, the tree's root and the
checkpoint are made anew, indexes that leaves say of each other follow the leaves, and what is signed can be signed
again. So a forgery fails for what it says, never for a loose end.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from chain import car, dag_cbor, log_tree
from chain.address import checksum, parse
from chain.checkpoint import Checkpoint, sign
from chain.cid import CID, RAW, dag_cbor_cid, raw_cid
from chain.signer import KeySigner
from dao.cli.start.demo import cast, world
from dao.record import leaves, pack
from dao.record.leaves import Leaf
from dao.record.story import select
from governance.acts import read_act, sign_act
from governance.document_steps import read_step, sign_step
from governance.messages import message_id, read_envelope, sign_envelope

KEYS = {cast.address(name): cast.key(name) for name in cast.PEOPLE}
"""Everybody's key, by address: a devnet's keys are public."""


@dataclass(slots=True, eq=False)
class Slot:
    """A leaf in the forger's hands; `label` is what other leaves call it, whatever its index becomes."""

    label: int
    leaf: Leaf

    @property
    def body(self) -> dict[str, Any]:
        """The leaf's own fields."""
        return dict(self.leaf.body)


class Bench:
    """One record, taken apart."""

    def __init__(self, data: bytes) -> None:
        file = car.read(data)
        manifest: Any = dag_cbor.decode(file.blocks[file.root])
        rows: Any = [row for link in manifest["leaves"] for row in _rows(file.blocks[link])]
        assert [index for index, _ in rows] == list(range(manifest["size"])), "the demo's record holds every leaf"
        self._open([leaves.decode(file.blocks[link]) for _, link in rows], file.blocks, manifest["proposal"])

    @classmethod
    def of_journal(cls, found: Iterable[Leaf], blocks: Mapping[CID, bytes], proposal: bytes) -> Bench:
        """A whole journal, of which the record of one proposal shows only a part (`record`)."""
        bench = cls.__new__(cls)
        bench._open(found, blocks, proposal)
        return bench

    def _open(self, found: Iterable[Leaf], blocks: Mapping[CID, bytes], proposal: bytes) -> None:
        self.blocks: dict[CID, bytes] = dict(blocks)
        self.slots = [Slot(index, leaf) for index, leaf in enumerate(found)]
        self.proposal = proposal
        self.origin = world.origin()
        self.journal_key = cast.journal_key()
        self._labels = count(len(self.slots))

    # --- finding

    def all(self, *kinds: str) -> list[Slot]:
        """The leaves of some kinds, in their order."""
        return [slot for slot in self.slots if slot.leaf.kind in kinds]

    def one(self, kind: str, number: int = 1, **match: object) -> Slot:
        """The leaf of a kind whose fields agree, counted from 1."""
        found = [slot for slot in self.all(kind) if all(slot.body[name] == value for name, value in match.items())]
        return found[number - 1]

    def entry(self, rule: str, number: int = 1) -> Slot:
        """An entry by its booking rule, counted from 1."""
        return [slot for slot in self.all("entry") if slot.body["rule"] == rule][number - 1]

    def vote(self, name: str, number: int = 1) -> Slot:
        """A vote of a person, counted from 1."""
        return [slot for slot in self.all("vote") if self.envelope(slot)["address"] == _text(name)][number - 1]

    def envelope(self, slot: Slot) -> dict[str, Any]:
        """The signed message behind a leaf."""
        found: dict[str, Any] = json.loads(self.blocks[slot.body["envelope"]])
        return found

    def message(self, slot: Slot) -> dict[str, Any]:
        """What was signed."""
        found: dict[str, Any] = self.envelope(slot)["data"]["message"]
        return found

    def map_of(self, slot: Slot, field: str) -> dict[str, Any]:
        """The DAG-CBOR map behind a leaf's link."""
        found: Any = dag_cbor.decode(self.blocks[slot.body[field]])
        return dict(found)

    # --- changing

    def edit(self, slot: Slot, **fields: object) -> None:
        """Change fields of a leaf."""
        slot.leaf = replace(slot.leaf, body={**slot.leaf.body, **fields})

    def raw(self, data: bytes) -> CID:
        """Add foreign bytes."""
        cid = raw_cid(data)
        self.blocks[cid] = data
        return cid

    def map(self, value: object) -> CID:
        """Add a DAG-CBOR block."""
        return self.map_bytes(dag_cbor.encode(value))

    def map_bytes(self, data: bytes) -> CID:
        """Add an encoded DAG-CBOR block."""
        cid = dag_cbor_cid(data)
        self.blocks[cid] = data
        return cid

    def edit_map(self, slot: Slot, field: str, **values: object) -> None:
        """Change values of the map behind a link."""
        self.edit(slot, **{field: self.map({**self.map_of(slot, field), **values})})

    def edit_raw(self, slot: Slot, field: str, change: Callable[[bytes], bytes]) -> None:
        """Change the foreign bytes behind a link."""
        before = self.blocks[slot.body[field]]
        after = change(before)
        assert before != after, "the forgery changes something"
        self.edit(slot, **{field: self.raw(after)})

    def drop(self, *slots: Slot) -> None:
        """Leave leaves out of the journal."""
        self.slots = [slot for slot in self.slots if slot not in slots]

    def insert(self, after: Slot, kind: str, body: Mapping[str, object]) -> Slot:
        """Put a leaf behind another one, with its time and block."""
        slot = Slot(next(self._labels), replace(after.leaf, kind=kind, body=body))
        self.slots.insert(self.slots.index(after) + 1, slot)
        return slot

    def copy(self, slot: Slot, after: Slot | None = None) -> Slot:
        """Put the same leaf in twice."""
        return self.insert(after or slot, slot.leaf.kind, slot.leaf.body)

    def move(self, slot: Slot, after: Slot) -> None:
        """Put a leaf elsewhere, with the time and block of its new neighbour."""
        self.drop(slot)
        slot.leaf = replace(slot.leaf, time=after.leaf.time, block=after.leaf.block)
        self.slots.insert(self.slots.index(after) + 1, slot)

    def shift(self, first: Slot, seconds: int, last: Slot | None = None) -> None:
        """Move the times of a leaf and of all that follow it, or of those up to `last`."""
        begin = self.slots.index(first)
        end = len(self.slots) if last is None else self.slots.index(last) + 1
        for slot in self.slots[begin:end]:
            slot.leaf = replace(slot.leaf, time=slot.leaf.time + seconds)

    def on_chain(self, slot: Slot, chain_id: int) -> None:
        """Say that a leaf's block is one of another chain."""
        slot.leaf = replace(slot.leaf, block=slot.leaf.block._replace(chain_id=chain_id))

    # --- signing again

    def sign_message(self, slot: Slot, primary: str, key: bytes | None = None, **members: object) -> None:
        """Change members of a Snapshot message and let its author sign it, or somebody else in his own name."""
        message = {**self.message(slot), **members}
        signer = KeySigner(KEYS[_bytes(message["from"])] if key is None else key)
        message["from"] = _text_of(signer.address)
        self.edit(slot, id=message_id(primary, message), envelope=self.raw(sign_envelope(primary, message, signer)))

    def sign_proposal(self, **members: object) -> None:
        """Change members of the proposal under its author's signature; all leaves follow its new id."""
        slot, old = self.one("proposal"), self.proposal
        self.sign_message(slot, "Proposal", **members)
        self.rename(old, slot.body["id"])

    def sign_plugins(self, change: Callable[[dict[str, Any]], None]) -> None:
        """Change our block in the proposal's plugins, under the author's signature."""
        plugins = json.loads(self.message(self.one("proposal"))["plugins"])
        change(plugins)
        self.sign_proposal(plugins=json.dumps(plugins, sort_keys=True, separators=(",", ":"), ensure_ascii=False))

    def sign_act(self, slot: Slot, key: bytes, **members: object) -> None:
        """Change members of an act and sign it."""
        raw = sign_act({**self.message(slot), **members}, KeySigner(key))
        self.edit(slot, id=read_act(raw).id, envelope=self.raw(raw))

    def sign_step(self, slot: Slot, name: str = cast.AUTHOR, **members: object) -> None:
        """Change members of a document's step and sign it."""
        raw = sign_step({**self.message(slot), **members}, cast.signer(name))
        step = read_step(raw)
        document = CID(RAW, step.document)
        self.edit(
            slot, id=step.id, iip=step.iip, event=step.event, document=document, envelope=self.raw(raw)
        )  # fmt: skip

    def rename(self, old: bytes, new: bytes) -> None:
        """Give the proposal another id wherever leaves and transcripts name it."""
        self.proposal = new
        for slot in self.slots:
            if slot.body.get("proposal") == old:
                self.edit(slot, proposal=new)
            if slot.leaf.kind == "result":
                self.edit_map(slot, "transcript", proposal=new)
            if slot.leaf.kind == "entry":
                self.edit(slot, id=slot.body["id"].replace(old.hex(), new.hex()))

    def follow(self) -> None:
        """Let everybody vote and act again on the proposal as it is now."""
        named = "0x" + self.proposal.hex()
        for slot in self.all("vote"):
            self.sign_message(slot, "Vote", proposal=named)
        for slot in self.all("act"):
            self.sign_act(slot, KEYS[_bytes(self.envelope(slot)["address"])], proposal=named)
        self.close_again()

    def close_again(self) -> None:
        """Let the `closed` leaf list the votes that stand there now."""
        ids = [read_envelope(self.blocks[slot.body["envelope"]]).id for slot in self.all("vote")]
        root = log_tree.root([log_tree.leaf_hash(id_) for id_ in ids])
        for slot in self.all("closed"):
            self.edit(slot, count=len(ids), root=root)

    # --- sealing

    def record(self) -> bytes:
        """Make the record anew with the leaves that its writer would choose."""
        chosen = select([slot.leaf for slot in self.slots], self.proposal, self.blocks.__getitem__)
        return self.seal(shown=[self.slots[index] for index in chosen])

    def seal(self, shown: Iterable[Slot] | None = None) -> bytes:
        """Make the record anew; with `shown`, one that shows only these leaves of the journal."""
        index = {slot.label: place for place, slot in enumerate(self.slots)}
        for slot in self.slots:
            if slot.leaf.kind in ("entry", "reversed"):
                self.edit(slot, source=index.get(slot.body["source"], slot.body["source"]))
            if slot.leaf.kind == "result":
                closed = index.get(slot.body["closed"], slot.body["closed"])
                if self.map_of(slot, "transcript")["closed"] == slot.body["closed"]:
                    self.edit_map(slot, "transcript", closed=closed)
                self.edit(slot, closed=closed)
        chosen = {place: slot.leaf for place, slot in enumerate(self.slots) if shown is None or slot in shown}
        hashes = [log_tree.leaf_hash(slot.leaf.encode()) for slot in self.slots]
        note = sign(Checkpoint(self.origin, len(hashes), log_tree.root(hashes)), self.origin, self.journal_key)
        return pack.write(chosen, hashes, note, self.proposal, self.blocks.__getitem__)


def _rows(block: bytes) -> list[Any]:
    decoded: Any = dag_cbor.decode(block)
    return list(decoded["leaves"])


def _text(name: str) -> str:
    return _text_of(cast.address(name))


def _text_of(address: bytes) -> str:
    return checksum(address)


def _bytes(text: str) -> bytes:
    return parse(text)


Edit = Callable[[dict[str, Any]], object]


def rewrite(data: bytes, *, leaf: Edit | None = None, rows: Edit | None = None, manifest: Edit | None = None) -> bytes:
    """Make a record anew from maps that no reader has looked at: `leaf` may change each leaf's map, `rows` the list of
    leaves, `manifest` the signed root.
    """
    file = car.read(data)
    blocks = dict(file.blocks)

    def add(value: object) -> CID:
        encoded = dag_cbor.encode(value)
        cid = dag_cbor_cid(encoded)
        blocks[cid] = encoded
        return cid

    def changed(cid: CID, edit: Edit | None) -> dict[str, Any]:
        value: Any = dag_cbor.decode(blocks[cid])
        if edit is not None:
            edit(value)
        return dict(value)

    root = changed(file.root, None)
    links = []
    hashes: dict[int, bytes] = {}
    for link in root["leaves"]:
        listed = changed(link, None)
        listed["leaves"] = [[index, add(changed(cid, leaf))] for index, cid in listed["leaves"]]
        if rows is not None:
            rows(listed)
        hashes |= {row[0]: log_tree.leaf_hash(blocks[row[1]]) for row in listed["leaves"]}
        links.append(add(listed))
    root["leaves"] = links
    if len(hashes) == root["size"]:
        tree = log_tree.root([hashes[index] for index in sorted(hashes)])
        root["checkpoint"] = sign(Checkpoint(world.origin(), root["size"], tree), world.origin(), cast.journal_key())
    if manifest is not None:
        manifest(root)
    cid = add(root)
    return car.write(cid, car.collect(cid, blocks.__getitem__))
