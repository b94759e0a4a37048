"""Forgeries of the file, the journal and the settings: checks 1 to 11."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from chain import car, log_tree
from chain.checkpoint import Checkpoint, sign
from chain.cid import dag_cbor_cid, raw_cid
from chain.errors import CodedError
from dao.cli.start.demo import cast, forgery
from dao.keys import devnet_key
from dao.workflow.founding import sign_settings
from governance.space import NO_PREVIOUS
from tests.dao.record.forge import Bench, Slot, rewrite
from tests.dao.record.row import Row

FILE, MANIFEST, TREE, SETTINGS, CHECKPOINT = (
    (1, "file.container"), (2, "file.manifest"), (3, "journal.tree"), (10, "settings.signature"),
    (11, "journal.checkpoint"),
)  # fmt: skip


# --- 1: bytes of the file


def _section(data: bytes) -> bytes:
    return car.write(raw_cid(data), [(raw_cid(data), data)])[59:]


def _appended(tail: bytes) -> Callable[[Bench], bytes]:
    return lambda bench: bench.seal() + tail


def _cut(bench: Bench) -> bytes:
    data = bench.seal()
    return data[: len(data) // 2]


def _other_spelling(_: Bench) -> bytes:
    """A root whose map has its keys in another order: other bytes, the same value."""
    data = b"\xa2\x62bb\x01\x61a\x01"
    cid = dag_cbor_cid(data)
    header = b"\x3a\xa2\x65roots\x81\xd8\x2a\x58\x25\x00" + cid.to_bytes() + b"\x67version\x01"
    return header + bytes([36 + len(data)]) + cid.to_bytes() + data


# --- 2: the manifest and the leaves' form


def _leaf(kind: str, /, **changes: object) -> Callable[[Bench], bytes]:
    """Change the map of the first leaf of a kind; a value of Ellipsis takes the key away."""
    return lambda bench: rewrite(bench.seal(), leaf=_once(kind, changes))


def _once(kind: str, changes: dict[str, object]) -> Callable[[dict[str, Any]], None]:
    done: list[str] = []

    def edit(value: dict[str, Any]) -> None:
        if value["kind"] != kind or done:
            return
        done.append(kind)
        for name, changed in changes.items():
            if changed is ...:
                del value[name]
            else:
                value[name] = changed

    return edit


def _manifest(**changes: object) -> Callable[[Bench], bytes]:
    return lambda bench: rewrite(bench.seal(), manifest=lambda value: value.update(changes))


def _list(**changes: object) -> Callable[[Bench], bytes]:
    return lambda bench: rewrite(bench.seal(), rows=lambda value: value.update(changes))


def _rows(change: Callable[[list[Any]], None]) -> Callable[[Bench], bytes]:
    return lambda bench: rewrite(bench.seal(), rows=lambda value: change(value["leaves"]))


def _twice(rows: list[Any]) -> None:
    rows[4] = rows[3]


def _swapped(rows: list[Any]) -> None:
    rows[3], rows[4] = rows[4], rows[3]


def _older_leaf(bench: Bench) -> None:
    slot = bench.one("vote", 3)
    bench.shift(slot, -1_000_000, slot)


# --- 3: the tree


def _dropped_row(rows: list[Any]) -> None:
    del rows[5]


def _moved_rows(rows: list[Any]) -> None:
    for row in rows[-3:]:
        row[0] += 1


def _surplus_hash(bench: Bench) -> bytes:
    return rewrite(bench.seal(), manifest=lambda value: value["proof"].append(bytes(32)))


# --- 10: the settings


def change_settings(bench: Bench, old: bytes, new: bytes, signers: tuple[str, ...], slot: Slot | None = None) -> None:
    """Change the text of settings and let some people sign it as the Safe's owners."""
    place = slot or bench.one("settings")
    bench.edit_raw(place, "settings", lambda text: text.replace(old, new))
    text = bench.blocks[place.body["settings"]].decode()
    try:
        signatures = sign_settings(text, [cast.signer(name) for name in signers], NO_PREVIOUS)
    except CodedError:  # what our own tool refuses to sign, another one may
        return
    bench.edit(place, signatures=signatures)


HOUSEKEEPING = (b'"housekeeping":[]', b'"housekeeping":["rotate"]')
BLANK = (b',"version":1,"voting"', b', "version":1,"voting"')
QUORUM = (b'"minimum":"200000000000000000000000"', b'"minimum":"1"')


def _rule_by(*signers: str) -> Callable[[Bench], None]:
    return lambda bench: change_settings(bench, *QUORUM, signers)


def _asks_for(old: bytes, new: bytes) -> Callable[[Bench], None]:
    """Settings that ask for what this release would ignore, signed by two owners."""
    return lambda bench: change_settings(bench, old, new, ("ann", "cho"))


def _unsigned_rule(bench: Bench) -> None:
    bench.edit_raw(bench.one("settings"), "settings", lambda text: text.replace(*QUORUM))


def _not_text(bench: Bench) -> None:
    bench.edit_raw(bench.one("settings"), "settings", lambda text: b"\xff" + text)


def _replayed(bench: Bench) -> None:
    """The same settings, signed once, put in again later."""
    first = bench.one("settings")
    bench.copy(first)


def _state_nodes(kind: str, field: str, key: str, number: int = 1) -> Callable[[Bench], None]:
    """Flip the last byte of a trie node."""

    def change(bench: Bench) -> None:
        slot = bench.one(kind, number)
        nodes = list(bench.map_of(slot, field)[key])
        nodes[0] = nodes[0][:-1] + bytes([nodes[0][-1] ^ 1])
        bench.edit_map(slot, field, **{key: sorted(nodes)})

    return change


def surplus_node(kind: str, field: str, key: str, number: int = 1) -> Callable[[Bench], None]:
    """Add a trie node that no proof needs."""

    def change(bench: Bench) -> None:
        slot = bench.one(kind, number)
        bench.edit_map(slot, field, **{key: sorted([*bench.map_of(slot, field)[key], b"\xc0"])})

    return change


damaged_node = _state_nodes


def _settings_of_another_block(bench: Bench) -> None:
    slot = bench.one("settings")
    slot.leaf = replace(slot.leaf, block=slot.leaf.block._replace(number=slot.leaf.block.number + 1))


def _settings_without_any(bench: Bench) -> None:
    bench.drop(bench.one("settings"))


# --- 11: the checkpoint


def _other_key(bench: Bench) -> None:
    bench.journal_key = devnet_key("another journal")


def _other_origin(bench: Bench) -> None:
    bench.origin = "mutual-dao/0123456789abcdef"


def _other_root(bench: Bench) -> bytes:
    return _note_over(bench, len(bench.slots), bytes(32))


def _other_size(bench: Bench) -> bytes:
    data = bench.seal()
    tree = log_tree.root([log_tree.leaf_hash(slot.leaf.encode()) for slot in bench.slots])
    assert data, "sealed, so that the leaves are final"
    return _note_over(bench, len(bench.slots) + 1, tree)


def _note_over(bench: Bench, size: int, root: bytes) -> bytes:
    note = sign(Checkpoint(bench.origin, size, root), bench.origin, bench.journal_key)
    return rewrite(bench.seal(), manifest=lambda value: value.update(checkpoint=note))


ROWS = (
    Row("a vote's choice, and nothing else", lambda b: forgery.flipped_vote(b.seal()), *FILE, "E_CID_MISMATCH"),
    Row("one byte behind the end", _appended(b"\x00"), *FILE, "E_CAR"),
    Row("a block that nothing links to", lambda b: b.seal() + _section(b"surplus"), *FILE, "E_CAR"),
    Row("half of the file", _cut, *FILE, "E_CAR"),
    Row("no file at all", lambda _: b"", *FILE, "E_CAR"),
    Row("a block in another spelling", _other_spelling, *FILE, "E_CANONICAL"),
    Row("a record of version 2", _manifest(v=2), *MANIFEST, "E_VERSION"),
    Row("a record of version true", _manifest(v=True), *MANIFEST, "E_VERSION"),
    Row("a manifest of another kind", _manifest(kind="poem"), *MANIFEST, "E_VERSION"),
    Row("a surplus key in the manifest", _manifest(note="hello"), *MANIFEST, "E_CANONICAL"),
    Row("a proposal id of 31 bytes", _manifest(proposal=bytes(31)), *MANIFEST, "E_CANONICAL"),
    Row("a size below one", _manifest(size=0), *MANIFEST, "E_CANONICAL"),
    Row("a size of true", _manifest(size=True), *MANIFEST, "E_CANONICAL"),
    Row("a checkpoint of text", _manifest(checkpoint="note"), *MANIFEST, "E_CANONICAL"),
    Row("leaves that are no list", _manifest(leaves={}), *MANIFEST, "E_CANONICAL"),
    Row("a proof of short hashes", _manifest(proof=[bytes(31)]), *MANIFEST, "E_CANONICAL"),
    Row("a record without leaves", _manifest(leaves=[]), *MANIFEST, "E_CANONICAL"),
    Row("a leaf list that is no link", _manifest(leaves=[1]), *MANIFEST, "E_CANONICAL"),
    Row("a leaf list of version 2", _list(v=2), *MANIFEST, "E_VERSION"),
    Row("a leaf list of version true", _list(v=True), *MANIFEST, "E_VERSION"),
    Row("a surplus key in the leaf list", _list(more=[]), *MANIFEST, "E_CANONICAL"),
    Row("a row that is no pair", _rows(lambda rows: rows[0].append(1)), *MANIFEST, "E_CANONICAL"),
    Row("a leaf of version 2", _leaf("vote", v=2), *MANIFEST, "E_VERSION"),
    Row("a leaf of version true", _leaf("vote", v=True), *MANIFEST, "E_VERSION"),
    Row("a leaf of an unknown kind", _leaf("vote", kind="bribe"), *MANIFEST, "E_VERSION"),
    Row("a leaf with a surplus field", _leaf("vote", weight="1"), *MANIFEST, "E_CANONICAL"),
    Row("a leaf without a field", _leaf("vote", envelope=...), *MANIFEST, "E_CANONICAL"),
    Row("a leaf with a field of another shape", _leaf("closed", count="6"), *MANIFEST, "E_CANONICAL"),
    Row("a leaf with a time below zero", _leaf("settings", time=-1), *MANIFEST, "E_CANONICAL"),
    Row("a leaf without a block", _leaf("vote", block=...), *MANIFEST, "E_CANONICAL"),
    Row("a leaf with a block of another form", _leaf("vote", block={"chain_id": 1}), *MANIFEST, "E_PROOF"),
    Row("a leaf that stands there twice", _rows(_twice), *MANIFEST, "E_LOG_INCONSISTENT"),
    Row("leaves in another order", _rows(_swapped), *MANIFEST, "E_LOG_INCONSISTENT"),
    Row("a leaf older than the one before", _older_leaf, *MANIFEST, "E_LOG_INCONSISTENT"),
    Row("a leaf left out of the file", _rows(_dropped_row), *TREE, "E_LOG_INCONSISTENT"),
    Row("leaves that moved up by one", _rows(_moved_rows), *TREE, "E_LOG_INCONSISTENT"),
    Row("a hash that no leaf needs", _surplus_hash, *TREE, "E_LOG_INCONSISTENT"),
    Row("a journal that says it is longer", _manifest(size=60), *TREE, "E_LOG_INCONSISTENT"),
    Row("a journal that says it is shorter", _manifest(size=58), *TREE, "E_LOG_INCONSISTENT"),
    Row("a journal longer than any", _manifest(size=2**64 - 1), *TREE, "E_LOG_INCONSISTENT"),
    Row("a rule, unsigned", _unsigned_rule, *SETTINGS, "E_SETTINGS"),
    Row("a rule, signed by one owner", _rule_by("ann"), *SETTINGS, "E_SETTINGS"),
    Row("a rule, signed by an owner and a stranger", _rule_by("ann", "jan"), *SETTINGS, "E_SETTINGS"),
    Row("settings at a hub", _asks_for(b'"venue":"journal"', b'"venue":"snapshot"'), *SETTINGS, "E_VERSION"),
    Row("settings with housekeeping", _asks_for(*HOUSEKEEPING), *SETTINGS, "E_VERSION"),
    Row("settings of tomorrow", _asks_for(b'"version":1,"voting"', b'"version":2,"voting"'), *SETTINGS, "E_VERSION"),
    Row("settings with a key of tomorrow", _asks_for(b'"venue":', b'"vanity":1,"venue":'), *SETTINGS, "E_VERSION"),
    Row("settings without a quorum", _asks_for(QUORUM[0], b'"minimum":"0"'), *SETTINGS, "E_RULE_UNSAFE"),
    Row("settings in another spelling", _asks_for(*BLANK), *SETTINGS, "E_CANONICAL"),
    Row("settings that are no text", _not_text, *SETTINGS, "E_SETTINGS"),
    Row("settings put in twice", _replayed, *SETTINGS, "E_SETTINGS"),
    Row("settings left out", _settings_without_any, *SETTINGS, "E_SETTINGS"),
    Row("settings at another block", _settings_of_another_block, *SETTINGS, "E_SETTINGS"),
    Row("a trie node of the Safe's state", damaged_node("settings", "state", "nodes"), *SETTINGS, "E_PROOF"),
    Row("a surplus trie node in it", surplus_node("settings", "state", "nodes"), *SETTINGS, "E_PROOF"),
    Row("a checkpoint of another journal's key", _other_key, *CHECKPOINT, "E_NOTE"),
    Row("a checkpoint of another origin", _other_origin, *CHECKPOINT, "E_NOTE"),
    Row("a checkpoint over another tree", _other_root, *CHECKPOINT, "E_NOTE"),
    Row("a checkpoint of another size", _other_size, *CHECKPOINT, "E_NOTE"),
    Row("a checkpoint that is no note", _manifest(checkpoint=b"trust me"), *CHECKPOINT, "E_NOTE"),
)  # fmt: skip
