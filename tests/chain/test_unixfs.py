"""`chain.unixfs` and `chain.dag_pb`: a file's blocks as nodes make them, and no file out of blocks that do not fit."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain import dag_pb, unixfs
from chain.cid import DAG_CBOR, RAW, raw_cid
from chain.content_id import DAG_PB, ContentId
from chain.dag_pb import FileNode, Link, UnixFsError
from chain.unixfs import CHUNK, WIDTH, lay_out, read
from tests.chain.refusal import refused
from tests.ipfs_node import large, sample

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "unixfs" / "files.json").read_text("utf-8"))["files"]
LIMIT = 64 << 20


def pb(data: bytes) -> ContentId:
    return ContentId.of(DAG_PB, data)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector["size"]))
def test_names_are_those_of_other_makers(vector: dict[str, Any]) -> None:
    """Kubo and js-ipfs gave these names to these files."""
    assert vector["v1"] == str(lay_out(sample(vector["size"])).root)
    assert vector["v0"] == str(lay_out(sample(vector["size"]), 0).root)


@pytest.mark.parametrize(
    ("size", "version"),
    [
        *((size, version) for size in (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK) for version in (0, 1)),
        (WIDTH * CHUNK, 1),
        (WIDTH * CHUNK + 1, 1),
    ],
)
def test_a_file_is_read_back(size: int, version: int) -> None:
    """At every border of the layout the file comes back, block by block."""
    data = large(size)
    layout = lay_out(data, version)

    assert data == read(layout.root, dict(layout.blocks).__getitem__, max_bytes=LIMIT)
    assert version == layout.root.version


def test_one_chunk_is_its_own_block() -> None:
    """Up to 256 KiB the name in version 1 is the raw one that journals use."""
    assert str(raw_cid(sample(CHUNK))) == str(lay_out(sample(CHUNK)).root)
    assert DAG_PB == lay_out(sample(CHUNK + 1)).root.codec


def test_the_tree_is_balanced() -> None:
    """174 leaves have one parent; one leaf more makes a second and a root above both."""
    assert WIDTH + 1 == len(lay_out(large(WIDTH * CHUNK)).blocks)
    layout = lay_out(large(WIDTH * CHUNK + 1))
    blocks = dict(layout.blocks)

    root = dag_pb.decode(blocks[layout.root], layout.root)
    assert [WIDTH * CHUNK, 1] == [link.size for link in root.links]
    assert sum(map(len, blocks.values())) - len(blocks[layout.root]) == sum(link.tree_size for link in root.links)


def test_other_layouts_are_read() -> None:
    """Bytes in a node itself, other chunks, leaves of kind raw and a mode are all some importer's."""
    leaf = dag_pb.encode(FileNode(b"llo")).replace(b"\x08\x02", b"\x08\x00")  # kind raw, as older importers wrote
    deep = dag_pb.encode(FileNode(b"e", (Link(pb(leaf), 3, len(leaf)),)))
    body = b"\x08\x02\x12\x01h\x18\x05\x20\x04\x38\xa4\x03"  # file, "h", size 5, one part of 4, mode 0o644
    link = b"\x0a\x24" + pb(deep).to_bytes() + b"\x18\x63"  # without a name
    root = b"\x12" + bytes([len(link)]) + link + b"\x0a" + bytes([len(body)]) + body
    blocks = {pb(block): block for block in (leaf, deep, root)}

    assert b"hello" == read(pb(root), blocks.__getitem__, max_bytes=LIMIT)


@pytest.mark.parametrize("codec", [RAW, DAG_CBOR])
def test_a_block_of_ours_is_read_as_it_is(codec: int) -> None:
    """A root that is raw or dag-cbor is one block, and its bytes are given as they are."""
    root = ContentId.of(codec, b"\xa0")

    assert b"\xa0" == read(root, {root: b"\xa0"}.__getitem__, max_bytes=LIMIT)


@pytest.mark.parametrize("version", [0, 1])
def test_H96_other_bytes_for_any_block_are_refused(version: int) -> None:
    """One byte of any block, root or leaf, is enough."""
    layout = lay_out(sample(3 * CHUNK), version)
    for changed, data in layout.blocks:
        blocks = {**dict(layout.blocks), changed: data[:-1] + bytes([data[-1] ^ 1])}
        with refused("E_CID_MISMATCH", "block"):
            read(layout.root, blocks.__getitem__, max_bytes=LIMIT)


def test_more_than_the_limit_is_refused_before_it_is_fetched() -> None:
    """A root says how much lies below, so nothing of it is asked for."""
    layout = lay_out(sample(2 * CHUNK))
    asked: list[ContentId] = []

    def get(cid: ContentId) -> bytes:
        asked.append(cid)
        return dict(layout.blocks)[cid]

    with refused("E_UNIXFS", "limit"):
        read(layout.root, get, max_bytes=CHUNK)
    assert [layout.root] == asked


def test_a_block_longer_than_blocks_are_is_refused() -> None:
    """A raw root is one block, however much the caller would take."""
    data = bytes(unixfs.MAX_BLOCK + 1)

    with refused("E_UNIXFS", "limit"):
        read(ContentId.of(RAW, data), lambda _: data, max_bytes=LIMIT)


def _lies(change: Callable[[Link], Link]) -> dict[ContentId, bytes]:
    leaf = ContentId.of(RAW, b"abc")
    root = dag_pb.encode(FileNode(b"", (change(Link(leaf, 3, 3)),)))
    return {leaf: b"abc", pb(root): root}


@pytest.mark.parametrize(("size", "reason"), [(2, "size"), (4, "size"), (0, "form")])
def test_sizes_that_lie_are_refused(size: int, reason: str) -> None:
    """A parent that says another size than its child has is no file; a part of no bytes is written by nobody."""
    blocks = _lies(lambda link: link._replace(size=size))

    with refused("E_UNIXFS", reason):
        read(list(blocks)[-1], blocks.__getitem__, max_bytes=LIMIT)


def test_a_tower_is_refused() -> None:
    """Blocks one upon another, deeper than any file, cost no more than the limit."""
    block, blocks = b"x", {ContentId.of(RAW, b"x"): b"x"}
    for _ in range(unixfs.MAX_DEPTH + 2):
        below = list(blocks)[-1]
        block = dag_pb.encode(FileNode(b"", (Link(below, 1, 1),)))
        blocks[pb(block)] = block

    with refused("E_UNIXFS", "depth"):
        read(list(blocks)[-1], blocks.__getitem__, max_bytes=LIMIT)


def test_many_small_blocks_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """One leaf that is linked without end is asked for so many times and no more."""
    monkeypatch.setattr(unixfs, "MAX_BLOCKS", 10)
    leaf = ContentId.of(RAW, b"x")
    root = dag_pb.encode(FileNode(b"", (Link(leaf, 1, 1),) * 20))

    with refused("E_UNIXFS", "limit"):
        read(pb(root), {leaf: b"x", pb(root): root}.__getitem__, max_bytes=LIMIT)


@pytest.mark.parametrize(("number", "kind"), [(1, "directory"), (4, "symlink"), (5, "sharded directory")])
def test_what_is_no_file_is_refused_by_name(number: int, kind: str) -> None:
    """A directory is told apart from damage."""
    block = b"\x0a\x02\x08" + bytes([number])

    with pytest.raises(UnixFsError) as caught:
        dag_pb.decode(block, pb(block))
    assert ("E_UNIXFS", "kind", kind) == (caught.value.code, caught.value.reason, caught.value.facts["kind"])


_GOOD = dag_pb.encode(FileNode(b"", (Link(ContentId.of(RAW, b"abc"), 3, 3),)))
_FORMS = {
    "empty": b"",
    "text": b"not a block at all",
    "unknown field": _GOOD + b"\x1a\x00",
    "two bodies": dag_pb.encode(FileNode(b"x")) * 2,
    "a link after the body": dag_pb.encode(FileNode(b"x")) + _GOOD[: _GOOD.index(b"\x0a\x06\x08\x02")],
    "a link without a name": b"\x12\x00\x0a\x06\x08\x02\x18\x03\x20\x03",
    "more sizes than links": b"\x0a\x06\x08\x02\x18\x03\x20\x03",
    "no size": b"\x0a\x05\x08\x02\x12\x01x",
    "a kind that is none": b"\x0a\x02\x08\x09",
    "a long spelling of a short number": b"\x0a\x05\x08\x82\x00\x18\x00",
    "a number without end": b"\x0a\x0c\x08" + b"\xff" * 11,
    "sharding's fields": b"\x0a\x06\x08\x02\x18\x00\x28\x22",
}


@pytest.mark.parametrize("block", _FORMS.values(), ids=_FORMS.keys())
def test_malformed_blocks_are_refused(block: bytes) -> None:
    """Whatever no importer writes is no block of a file."""
    with pytest.raises(UnixFsError) as caught:
        dag_pb.decode(block, pb(block))
    assert "E_UNIXFS" == caught.value.code


def test_every_cut_is_refused_or_another_file() -> None:
    """A block that ends too early never raises anything but our refusals."""
    for end in range(len(_GOOD)):
        with pytest.raises(UnixFsError):
            dag_pb.decode(_GOOD[:end], pb(_GOOD))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """A stranger's bytes make no other exception; those that are read have one spelling less mode and time."""
    from chain.errors import ChainError

    with suppress(ChainError):
        node = dag_pb.decode(data, pb(data))
        assert node == dag_pb.decode(dag_pb.encode(node), pb(data))
