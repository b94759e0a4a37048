"""CARv1 files with one root: a decision record as one sequence of blocks, in the only order it can have.

A file holds its root, then every block that the root reaches over links, each once, in depth-first pre-order, and
nothing else. So one record has one file, and every flipped bit, missing, foreign or repeated block is refused: `E_CAR`
for the frame and the order, `E_CID_MISMATCH` for the bytes of a block. What the blocks say is decided by the readers of
records; nothing here touches a disk.

Sources: the CARv1 specification (ipld.io), unsigned varints (multiformats).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from chain import dag_cbor
from chain.cid import CID, DAG_CBOR, SIZE, CidError
from chain.dag_cbor import Value
from chain.errors import ChainError
from chain.varint import read_varint, write_varint

MAX_BYTES = 1 << 30
"""Bytes of the largest file that is taken unless the caller says otherwise."""

# The header is {"roots": [root], "version": 1} in DAG-CBOR behind its length, 58. Only the root varies, so the header
# is compared rather than interpreted.
_BEFORE_ROOT = b"\x3a\xa2\x65roots\x81\xd8\x2a\x58\x25\x00"
_AFTER_ROOT = b"\x67version\x01"
_HEADER_SIZE = len(_BEFORE_ROOT) + SIZE + len(_AFTER_ROOT)
_VARINT_MAX = 4
"""Bytes of a length, plenty for blocks of 1 MiB."""

Block = tuple[CID, bytes]


class CarError(ChainError):
    """A file that is not the CAR of its root (`E_CAR`), or with a block that is not DAG-CBOR (`E_CANONICAL`)."""


@dataclass(frozen=True, slots=True)
class Car:
    """What a file holds, every block checked against its CID and every CID reached from the root."""

    root: CID
    blocks: Mapping[CID, bytes]
    """In the order of the file."""
    values: Mapping[CID, Value]
    """What the DAG-CBOR blocks among them say, decoded once. Whoever reads a value leaves it as it is."""


def write(root: CID, blocks: Iterable[Block]) -> bytes:
    """Return the CAR of `root`; the blocks must come as `collect` gives them, or it is `E_CAR`."""
    parts = [_header(root)]
    for cid, data, _ in _in_order(root, blocks):
        parts += [write_varint(SIZE + len(data)), cid.to_bytes(), data]
    return b"".join(parts)


def read(data: bytes, *, max_bytes: int = MAX_BYTES) -> Car:
    """Read a CAR of at most `max_bytes`, checking all of it; raise a `ChainError` for any other bytes."""
    if len(data) > max_bytes:
        raise CarError("E_CAR", "size", size=len(data), limit=max_bytes)
    root = _read_root(data)
    blocks: dict[CID, bytes] = {}
    values: dict[CID, Value] = {}
    for cid, block, value in _in_order(root, _sections(data)):
        blocks[cid] = block
        if cid.codec == DAG_CBOR:
            values[cid] = value
    return Car(root, MappingProxyType(blocks), MappingProxyType(values))


def root_value(data: bytes) -> Value:
    """Return what the root of a file says, and look at nothing else: to see what a file is before it is read."""
    root = _read_root(data)
    for cid, block in _sections(data):
        if cid == root:
            return _Walk(root).enter(cid, block)
        raise CarError("E_CAR", "order", block=1, expected=str(root), found=str(cid))
    raise CarError("E_CAR", "missing", cid=str(root))


def collect(root: CID, get: Callable[[CID], bytes], *, max_bytes: int = MAX_BYTES) -> list[Block]:
    """Follow all links from `root` and return the blocks in the order of a CAR.

    `get` may take blocks from anywhere, for each is checked against its CID; where it raises `KeyError`, the block is
    missing (`E_CAR`).
    """
    walk = _Walk(root)
    blocks: list[Block] = []
    size = _HEADER_SIZE
    while (cid := walk.expected()) is not None:
        try:
            data = get(cid)
        except KeyError:
            raise CarError("E_CAR", "missing", cid=str(cid)) from None
        size += SIZE + len(data) + len(write_varint(SIZE + len(data)))
        if size > max_bytes:
            raise CarError("E_CAR", "size", size=size, limit=max_bytes)
        walk.enter(cid, data)
        blocks.append((cid, data))
    return blocks


class _Walk:
    """The depth-first pre-order over links from a root, each block at its first visit."""

    def __init__(self, root: CID) -> None:
        self._pending = [root]
        self._seen: set[CID] = set()

    def expected(self) -> CID | None:
        """The block that comes next; None when all were entered."""
        while self._pending and self._pending[-1] in self._seen:
            self._pending.pop()
        return self._pending[-1] if self._pending else None

    def enter(self, cid: CID, data: bytes) -> Value:
        """Check the bytes of the expected block, go on to what it links to, and return what it says (raw: None)."""
        if len(data) > dag_cbor.MAX_BLOCK:
            raise CarError("E_CAR", "block_size", cid=str(cid), size=len(data), limit=dag_cbor.MAX_BLOCK)
        cid.check(data)
        self._seen.add(cid)
        if cid.codec != DAG_CBOR:
            return None
        try:
            value = dag_cbor.decode(data)
        except dag_cbor.DagCborError as error:
            raise CarError("E_CANONICAL", "car_block", cid=str(cid), cause=error.reason) from error
        self._pending.extend(reversed(list(dag_cbor.links(value))))
        return value


def _in_order(root: CID, blocks: Iterable[Block]) -> Iterator[tuple[CID, bytes, Value]]:
    """Pass on the blocks and what they say, provided that they are exactly those of the walk; counted from 1."""
    walk = _Walk(root)
    number = 0
    for number, (cid, data) in enumerate(blocks, 1):
        expected = walk.expected()
        if expected is None:
            raise CarError("E_CAR", "extra", block=number, cid=str(cid))
        if cid != expected:
            raise CarError("E_CAR", "order", block=number, expected=str(expected), found=str(cid))
        yield cid, data, walk.enter(cid, data)
    missing = walk.expected()
    if missing is not None:
        raise CarError("E_CAR", "missing", cid=str(missing))


def _header(root: CID) -> bytes:
    return _BEFORE_ROOT + root.to_bytes() + _AFTER_ROOT


def _read_root(data: bytes) -> CID:
    try:
        root = CID.from_bytes(data[len(_BEFORE_ROOT) : len(_BEFORE_ROOT) + SIZE])
    except CidError as error:
        raise CarError("E_CAR", "header") from error
    if data[:_HEADER_SIZE] != _header(root):
        raise CarError("E_CAR", "header")
    return root


def _sections(data: bytes) -> Iterator[Block]:
    """Split what follows the header: a varint of the length, a binary CID, the block, and so on to the last byte."""
    at = _HEADER_SIZE
    while at < len(data):
        start = at
        found = read_varint(data, at, most=_VARINT_MAX)
        if found is None:
            raise CarError("E_CAR", "varint", offset=start)
        length, at = found
        end = at + length
        if length < SIZE or end > len(data):
            raise CarError("E_CAR", "section", offset=start, length=length)
        yield CID.from_bytes(data[at : at + SIZE]), data[at + SIZE : end]
        at = end
