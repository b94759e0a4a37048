"""`chain.car`: one record, one file."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain import car, dag_cbor
from chain.cid import CID, DAG_CBOR, dag_cbor_cid, raw_cid
from chain.dag_cbor import Value
from chain.errors import ChainError
from tests.chain.refusal import refused


class Store:
    """Blocks in memory, and the ways to put them there."""

    def __init__(self) -> None:
        self.blocks: dict[CID, bytes] = {}

    def raw(self, data: bytes) -> CID:
        return self._put(raw_cid(data), data)

    def put(self, value: object) -> CID:
        data = dag_cbor.encode(value)
        return self._put(dag_cbor_cid(data), data)

    def _put(self, cid: CID, data: bytes) -> CID:
        self.blocks[cid] = data
        return cid

    def car(self, root: CID) -> bytes:
        return car.write(root, car.collect(root, self.blocks.__getitem__))


def _record() -> tuple[Store, CID, list[CID]]:
    """A small record with a shared block and one linked twice; its root, and all CIDs in the order of the file."""
    store = Store()
    ballot, text = store.raw(b"ballot"), store.raw(b"")
    leaf = store.put({"envelope": ballot, "kind": "vote"})
    page = store.put([ballot, leaf, ballot, text])
    root = store.put({"z": leaf, "first": page, "last": text})
    # pre-order: keys sort as z, last, first, because shorter ones come first
    return store, root, [root, leaf, ballot, text, page]


@st.composite
def records(draw: st.DrawFn) -> tuple[Store, CID]:
    """Draw any graph of blocks, each linking to some that were there before it."""
    store = Store()
    known: list[CID] = [store.raw(b"")]
    for _ in range(draw(st.integers(0, 8))):
        linked: Value = list(draw(st.lists(st.sampled_from(known), max_size=4)))
        known.append(store.put({"links": linked}) if draw(st.booleans()) else store.raw(draw(st.binary(max_size=40))))
    return store, known[-1]


def test_file_has_the_layout_of_carv1() -> None:
    """The smallest file, byte by byte: header behind its length, then one section behind its length."""
    store = Store()
    root = store.raw(b"hi")

    expected = (
        "3a" + dag_cbor.encode({"roots": [root], "version": 1}).hex() + "26" + root.to_bytes().hex() + b"hi".hex()
    )

    assert expected == store.car(root).hex()


def test_blocks_come_depth_first_each_once() -> None:
    """A block stands where it is first reached, and repeated links add nothing."""
    store, root, order = _record()

    assert order == [cid for cid, _ in car.collect(root, store.blocks.__getitem__)]
    assert order == list(car.read(store.car(root)).blocks)


@given(records())
def test_record_survives_its_file(record: tuple[Store, CID]) -> None:
    """Reading gives back the root, the reachable blocks and, written again, the same bytes."""
    store, root = record

    found = car.read(store.car(root))

    assert root == found.root
    assert found.blocks.items() <= store.blocks.items()
    assert store.car(root) == car.write(found.root, found.blocks.items())


@given(records())
def test_values_are_what_the_blocks_say(record: tuple[Store, CID]) -> None:
    """Every DAG-CBOR block comes with its decoded value; foreign bytes have none."""
    store, root = record

    found = car.read(store.car(root))

    assert found.values == {cid: dag_cbor.decode(block) for cid, block in found.blocks.items() if cid.codec == DAG_CBOR}


@given(records())
def test_order_is_that_of_a_plain_recursion(record: tuple[Store, CID]) -> None:
    """The walk over a stack visits what the obvious recursion visits, in the same order."""
    store, root = record
    order: list[CID] = []

    def visit(cid: CID) -> None:
        if cid not in order:
            order.append(cid)
            if cid.codec == DAG_CBOR:
                for link in dag_cbor.links(dag_cbor.decode(store.blocks[cid])):
                    visit(link)

    visit(root)

    assert order == [cid for cid, _ in car.collect(root, store.blocks.__getitem__)]


def test_every_flipped_bit_is_refused() -> None:
    """All bytes times all eight bits: none can change without the file being refused."""
    store, root, _ = _record()
    data = store.car(root)
    for at in range(len(data)):
        for bit in range(8):
            altered = bytearray(data)
            altered[at] ^= 1 << bit
            with pytest.raises(ChainError):
                car.read(bytes(altered))


def test_every_truncation_is_refused() -> None:
    """No part of a file is a file, and neither is a file with a byte more."""
    store, root, _ = _record()
    data = store.car(root)
    for size in range(len(data)):
        with pytest.raises(ChainError):
            car.read(data[:size])
    for surplus in (b"\0", b"\x26", data):
        with pytest.raises(ChainError):
            car.read(data + surplus)


@given(st.binary(max_size=200), st.integers(0, 300), st.integers(0, 40))
def test_any_bytes_are_read_or_refused(junk: bytes, at: int, removed: int) -> None:
    """Nothing but a `ChainError` comes out of bad bytes, alone or spliced into a good file."""
    store, root, _ = _record()
    data = store.car(root)
    for bad in (junk, data[:at] + junk + data[at + removed :]):
        try:
            car.read(bad)
        except ChainError:
            continue
        assert bad == data


def _sections(blocks: Sequence[tuple[CID, bytes]]) -> bytes:
    return b"".join(_length(36 + len(data)) + cid.to_bytes() + data for cid, data in blocks)


def _length(number: int) -> bytes:
    return bytes([number] if number < 128 else [number % 128 + 128, number // 128])


def _file(root: CID, blocks: Sequence[tuple[CID, bytes]]) -> bytes:
    """A file of any blocks whatever, for records that `write` would not write."""
    return b"\x3a" + dag_cbor.encode({"roots": [root], "version": 1}) + _sections(blocks)


def test_hand_made_file_is_the_same() -> None:
    """The forger of the tests below makes good files out of good blocks."""
    store, root, order = _record()

    assert store.car(root) == _file(root, [(cid, store.blocks[cid]) for cid in order])


def test_missing_block_is_refused() -> None:
    """A link into nothing is named, at the end of a file, in its middle, and while collecting."""
    store, root, order = _record()
    blocks = [(cid, store.blocks[cid]) for cid in order]

    with refused("E_CAR", "missing"):
        car.read(_file(root, blocks[:-1]))
    with refused("E_CAR", "missing"):
        car.read(_file(root, []))
    with refused("E_CAR", "order"):
        car.read(_file(root, blocks[:1] + blocks[2:]))
    del store.blocks[order[-1]]
    with refused("E_CAR", "missing"):
        car.collect(root, store.blocks.__getitem__)


def test_the_root_is_read_alone() -> None:
    """What it says, whatever follows; another first block, none, or a changed one is refused."""
    store, root, order = _record()
    data = store.car(root)
    section = _file(root, [(root, store.blocks[root])])

    assert dag_cbor.decode(store.blocks[root]) == car.root_value(data) == car.root_value(section)
    with refused("E_CAR", "order"):
        car.root_value(_file(root, [(order[1], store.blocks[order[1]])]))
    with refused("E_CAR", "missing"):
        car.root_value(_file(root, []))
    with refused("E_CID_MISMATCH", "block"):
        car.root_value(section[:-1] + bytes([section[-1] ^ 1]))


def test_foreign_and_repeated_blocks_are_refused() -> None:
    """Nothing can be slipped in beside the record, not even a copy of what is there."""
    store, root, order = _record()
    blocks = [(cid, store.blocks[cid]) for cid in order]
    foreign = (raw_cid(b"foreign"), b"foreign")

    for surplus in (foreign, blocks[0], blocks[-1]):
        with refused("E_CAR", "extra"):
            car.read(_file(root, [*blocks, surplus]))
        with refused("E_CAR", "order"):
            car.read(_file(root, [blocks[0], surplus, *blocks[1:]]))


def test_other_orders_are_refused() -> None:
    """Blocks of the same record in any other order are another file, which is no record."""
    store, root, order = _record()
    blocks = [(cid, store.blocks[cid]) for cid in order]
    for at in range(len(blocks) - 1):
        swapped = [*blocks[:at], blocks[at + 1], blocks[at], *blocks[at + 2 :]]
        with refused("E_CAR", "order"):
            car.read(_file(root, swapped))
        with refused("E_CAR", "order"):
            car.write(root, swapped)


def test_block_under_a_wrong_name_is_refused() -> None:
    """The bytes of each block are hashed, in a file, while writing, and while collecting."""
    store, root, order = _record()
    blocks = [(cid, store.blocks[cid]) for cid in order]
    blocks[2] = (blocks[2][0], b"Ballot")

    with refused("E_CID_MISMATCH", "block"):
        car.read(_file(root, blocks))
    with refused("E_CID_MISMATCH", "block"):
        car.write(root, blocks)
    with refused("E_CID_MISMATCH", "block"):
        car.collect(root, dict(blocks).__getitem__)


def test_dag_cbor_under_a_raw_name_hides_no_links() -> None:
    """The codec belongs to the name: the same bytes as raw are another block, and the order shows it."""
    store, root, order = _record()
    blocks = [(cid, store.blocks[cid]) for cid in order]
    blocks[1] = (raw_cid(blocks[1][1]), blocks[1][1])

    with refused("E_CAR", "order"):
        car.read(_file(root, blocks))


@pytest.mark.parametrize("block", ["fb3ff0000000000000", "a2616200616100", "81" * 40 + "80", "1800"])
def test_H114_block_that_is_not_canonical_is_refused(block: str) -> None:
    """A block with the right hash and the wrong form does not enter a record."""
    data = bytes.fromhex(block)
    root = dag_cbor_cid(data)

    with refused("E_CANONICAL", "car_block"):
        car.read(_file(root, [(root, data)]))


_LINK = "d82a582500" + raw_cid(b"").to_bytes().hex()


@pytest.mark.parametrize(
    "header",
    [
        "a165726f6f747381" + _LINK,
        "a265726f6f7473806776657273696f6e01",
        "a265726f6f747382" + _LINK + _LINK + "6776657273696f6e01",
        "a265726f6f747381" + _LINK + "6776657273696f6e02",
        "a26776657273696f6e0165726f6f747381" + _LINK,
        "a365726f6f747381" + _LINK + "6776657273696f6e01626f6b01",
        "",
    ],
    ids=["no version", "no root", "two roots", "version 2", "keys out of order", "more keys", "empty"],
)
def test_other_headers_are_refused(header: str) -> None:
    """A file has one root, version 1, and a header in its only encoding."""
    data = bytes.fromhex(header)

    with refused("E_CAR", "header"):
        car.read(bytes([len(data)]) + data + _sections([(raw_cid(b""), b"")]))


def test_longer_lengths_are_refused() -> None:
    """A length of a block in more bytes than it needs would give one record two files."""
    root = raw_cid(b"")
    data = _file(root, [(root, b"")])
    head, section = data[:59], data[60:]
    assert bytes([36]) == data[59:60]

    for longer in ("a400", "a48000", "a4808000", "a48080808000", "ffffffff"):
        with refused("E_CAR", "varint"):
            car.read(head + bytes.fromhex(longer) + section)
    for wrong in ("00", "23", "25", "8001", "ffffff7f"):
        with refused("E_CAR", "section"):
            car.read(head + bytes.fromhex(wrong) + section)


def test_size_is_limited() -> None:
    """A file of exactly the limit passes; one byte less of limit is `E_CAR`, before anything is hashed."""
    store, root, _ = _record()
    data = store.car(root)
    size = len(data)

    assert root == car.read(data, max_bytes=size).root
    assert 5 == len(car.collect(root, store.blocks.__getitem__, max_bytes=size))
    with refused("E_CAR", "size"):
        car.read(data, max_bytes=size - 1)
    with refused("E_CAR", "size"):
        car.collect(root, store.blocks.__getitem__, max_bytes=size - 1)


def test_block_over_one_mebibyte_is_refused() -> None:
    """The limit of a block holds for raw blocks too, whose length then takes three bytes."""
    store = Store()
    largest = store.raw(bytes(dag_cbor.MAX_BLOCK))
    larger = store.raw(bytes(dag_cbor.MAX_BLOCK + 1))

    assert largest == car.read(store.car(largest)).root
    with refused("E_CAR", "block_size"):
        store.car(larger)


def test_long_chains_need_no_stack() -> None:
    """Two thousand blocks that each link to the next are walked like any others."""
    store = Store()
    root = store.raw(b"end")
    for _ in range(2000):
        root = store.put([root])

    assert 2001 == len(car.read(store.car(root)).blocks)
