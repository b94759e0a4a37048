"""Junk put into a record, in any place of any block, and sealed so that hashes and links are right.

A `Place` is a block and a way into it; blocks are DAG-CBOR maps or foreign JSON. What is put there comes from the test.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

from hypothesis import strategies as st

from chain import car, dag_cbor, log_tree
from chain.checkpoint import Checkpoint, sign
from chain.cid import CID, DAG_CBOR, RAW, dag_cbor_cid, raw_cid
from dao.cli.start.demo import cast, world

Step = int | str

SAID = (("block",), ("time",))
"""What a leaf says of the moment at which it was written: nothing can prove it (A_TIME), and nothing leans on it."""


class Place(NamedTuple):
    """A value inside a block of a record."""

    block: CID
    path: tuple[Step, ...]

    def __str__(self) -> str:
        return f"{self.block}/{'/'.join(map(str, self.path))}"


@cache
def places(data: bytes) -> list[Place]:
    """Every value in every block that is a map, a list or JSON and is not only said (`SAID`), in the file's order."""
    file = car.read(data)
    found: list[Place] = []
    for cid, block in file.blocks.items():
        value = _value(cid, block)
        if value is not None:
            found.extend(Place(cid, path) for path in _paths(value) if path[:1] not in SAID)
    return found


def _value(cid: CID, block: bytes) -> Any:
    if cid.codec == DAG_CBOR:
        return dag_cbor.decode(block)
    try:
        return json.loads(block)
    except ValueError:
        return None


def _paths(value: Any, path: tuple[Step, ...] = ()) -> Iterator[tuple[Step, ...]]:
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _paths(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _paths(inner, (*path, number))


def put(data: bytes, place: Place, change: Callable[[Any], Any]) -> bytes | None:
    """Change the value at a place and make everything above it anew, checkpoint included; None if it cannot be written.

    `change` may return Ellipsis to take the value away.
    """
    file = car.read(data)
    made: dict[CID, bytes] = {}
    renamed: dict[CID, CID] = {}

    def rebuild(cid: CID) -> CID:
        if cid not in renamed:
            block = file.blocks[cid]
            if cid == place.block:
                block = _changed(cid, block, place.path, change)
            if cid.codec == DAG_CBOR:
                block = dag_cbor.encode(_relinked(dag_cbor.decode(block), rebuild))
            new = raw_cid(block) if cid.codec == RAW else dag_cbor_cid(block)
            renamed[cid], made[new] = new, block
        return renamed[cid]

    try:
        root = _signed_again(made, rebuild(file.root))
        return car.write(root, car.collect(root, made.__getitem__))
    except (dag_cbor.DagCborError, car.CarError, RecursionError):
        return None


def _changed(cid: CID, block: bytes, path: tuple[Step, ...], change: Callable[[Any], Any]) -> bytes:
    whole = {"": _value(cid, block)}
    here: Any = whole
    steps: tuple[Any, ...] = ("", *path)
    for step in steps[:-1]:
        here = here[step]
    changed = change(copy.deepcopy(here[steps[-1]]))
    if changed is ...:
        del here[steps[-1]]
    else:
        here[steps[-1]] = changed
    value: Any = whole.get("")
    return dag_cbor.encode(value) if cid.codec == DAG_CBOR else _json(value)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=repr).encode("utf-8", "surrogatepass")


def _relinked(value: Any, rebuild: Callable[[CID], CID]) -> Any:
    if isinstance(value, CID):
        return rebuild(value)
    if isinstance(value, dict):
        return {name: _relinked(item, rebuild) for name, item in value.items()}
    return [_relinked(item, rebuild) for item in value] if isinstance(value, list) else value


def _signed_again(blocks: dict[CID, bytes], root: CID) -> CID:
    """Sign a checkpoint over the leaves as they are now, where the manifest still says which they are."""
    manifest: Any = dag_cbor.decode(blocks[root])
    try:
        lists: Any = [dag_cbor.decode(blocks[link]) for link in manifest["leaves"]]
        hashes = {index: log_tree.leaf_hash(blocks[leaf]) for rows in lists for index, leaf in rows["leaves"]}
        tree = log_tree.batch_root(manifest["size"], hashes, manifest["proof"])
        note = sign(Checkpoint(world.origin(), manifest["size"], tree), world.origin(), cast.journal_key())
    except Exception:  # the junk is in the manifest itself: whoever reads it has to cope
        return root
    encoded = dag_cbor.encode({**manifest, "checkpoint": note})
    blocks[dag_cbor_cid(encoded)] = encoded
    return dag_cbor_cid(encoded)


@cache
def values(data: bytes) -> st.SearchStrategy[Any]:
    """Junk: the edges of every kind of value, and links to blocks of the record."""
    links = [cid for cid, block in car.read(data).blocks.items() if cid.codec == RAW or len(block) > 1_000]
    edges: list[Any] = [
        None, True, False, 0, 1, 2, -1, 2**31, 2**63 - 1, 2**63, 2**64 - 1, -(2**64), "", "0", "1", "-1", "1" * 78,
        "1" * 5_000, "\x00", "\ufeff", "e\u0301", "0x", "0x" + "00" * 20, "0x" + "00" * 32, "passed", "basic", b"",
        bytes(20), bytes(31), bytes(32), b"\xff" * 65, [], {}, [[]], [None], {"": None}, {"v": 1},
    ]  # fmt: skip
    return st.sampled_from(edges) | st.sampled_from(links) | st.integers(-5, 2**40) | st.text(max_size=20)


@cache
def changes(data: bytes) -> st.SearchStrategy[Callable[[Any], Any]]:
    """What may be done to a value: replace it, take it away, or turn its own content around."""
    return values(data).map(lambda junk: lambda _: junk) | st.sampled_from([
        lambda _: ...,
        _reversed,
        _doubled,
        _shortened,
        _added,
    ])  # fmt: skip


def _reversed(value: Any) -> Any:
    return value[::-1] if _is_long(value) else value  # keys of a map have no order that could be turned around


def _doubled(value: Any) -> Any:
    return value * 2 if isinstance(value, int | list | str | bytes) and not isinstance(value, bool) else value


def _shortened(value: Any) -> Any:
    return value[:-1] if _is_long(value) else value


def _added(value: Any) -> Any:
    if isinstance(value, dict):
        return {**value, "more": 1}
    if isinstance(value, list):
        return [*value, 1]
    return value + 1 if isinstance(value, int) else value


def _is_long(value: Any) -> bool:
    return isinstance(value, list | str | bytes)
