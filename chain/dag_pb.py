"""The blocks of files that IPFS splits: dag-pb nodes with UnixFS data, written as nodes write them and read strictly.

Decides the bytes of one block. How a file is cut into blocks, and whether the blocks of a file fit together, is
`chain.unixfs`'s business. Of what a node may hold only files are read: directories, links and sharded directories are
refused (`E_UNIXFS`), and so is a block that its writer would not have written.

Sources: the DAG-PB specification (ipld.io), UnixFS (ipfs/specs), Protocol Buffers (encoding).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from chain.content_id import ContentId
from chain.errors import ChainError
from chain.varint import read_varint, write_varint

FILE = 2
_RAW = 0
_KINDS = {1: "directory", 3: "metadata", 4: "symlink", 5: "sharded directory"}
_VARINT, _BYTES = 0, 2
_UINT64_MAX = (1 << 64) - 1


class UnixFsError(ChainError):
    """A block or a tree of blocks that is no file (`E_UNIXFS`)."""


class Link(NamedTuple):
    """What a node says of one block below it."""

    cid: ContentId
    size: int
    """Bytes of the file that lie below."""
    tree_size: int
    """Bytes of all blocks below, with their frames."""


class FileNode(NamedTuple):
    """A block of a file: its own bytes, then those of the blocks below in order."""

    data: bytes
    links: tuple[Link, ...] = ()

    @property
    def size(self) -> int:
        """Bytes of the file here and below."""
        return len(self.data) + sum(link.size for link in self.links)


def encode(node: FileNode) -> bytes:
    """Write the block as `ipfs add` writes it: the links, then UnixFS data of kind file."""
    links = b"".join(
        _field(2, _field(1, link.cid.to_bytes()) + _field(2, b"") + _number(3, link.tree_size)) for link in node.links
    )
    sizes = b"".join(_number(4, link.size) for link in node.links)
    data = _field(2, node.data) if node.data else b""
    return links + _field(1, _number(1, FILE) + data + _number(3, node.size) + sizes)


def decode(data: bytes, cid: ContentId) -> FileNode:
    """Read a block that is a file or a part of one; anything else is `E_UNIXFS`, which names `cid`."""
    hashes: list[tuple[ContentId, int]] = []
    body: bytes | None = None
    for number, value in _fields(data, cid):
        if number == 2 and body is None and isinstance(value, bytes):
            hashes.append(_link(value, cid))
        elif number == 1 and body is None and isinstance(value, bytes):
            body = value
        else:
            raise UnixFsError("E_UNIXFS", "form", cid=str(cid))
    if body is None:
        raise UnixFsError("E_UNIXFS", "form", cid=str(cid))
    return _file(body, hashes, cid)


def _file(body: bytes, hashes: Sequence[tuple[ContentId, int]], cid: ContentId) -> FileNode:
    kind, size = -1, -1
    own = b""
    sizes: list[int] = []
    for number, value in _fields(body, cid):
        match number, value:
            case 1, int():
                kind = value
            case 2, bytes():
                own = value
            case 3, int():
                size = value
            case 4, int():
                sizes.append(value)
            case ((7 | 8), _):  # mode and time of change say nothing of the bytes
                continue
            case _:
                raise UnixFsError("E_UNIXFS", "form", cid=str(cid))
    if kind in _KINDS:
        raise UnixFsError("E_UNIXFS", "kind", cid=str(cid), kind=_KINDS[kind])
    if kind not in {FILE, _RAW} or len(sizes) != len(hashes):
        raise UnixFsError("E_UNIXFS", "form", cid=str(cid))
    links = tuple(Link(name, below, tree) for (name, tree), below in zip(hashes, sizes, strict=True))
    node = FileNode(own, links)
    if size not in {node.size, -1} or (size == -1 and (own or links)):
        raise UnixFsError("E_UNIXFS", "size", cid=str(cid), found=node.size, expected=size)
    return node


def _link(data: bytes, cid: ContentId) -> tuple[ContentId, int]:
    found: dict[int, bytes | int] = {}
    for number, value in _fields(data, cid):
        if number in found or number not in {1, 2, 3}:
            raise UnixFsError("E_UNIXFS", "form", cid=str(cid))
        found[number] = value
    name, size = found.get(1), found.get(3, 0)
    if not isinstance(name, bytes) or not isinstance(size, int):
        raise UnixFsError("E_UNIXFS", "form", cid=str(cid))
    return ContentId.from_bytes(name), size


def _fields(data: bytes, cid: ContentId) -> Iterator[tuple[int, bytes | int]]:
    """Split a message into its fields: numbers and byte strings, nothing else."""
    at = 0
    while at < len(data):
        head, at = _varint(data, at, cid)
        value, at = _varint(data, at, cid)
        if head & 7 == _VARINT:
            yield head >> 3, value
            continue
        if head & 7 != _BYTES or at + value > len(data):
            raise UnixFsError("E_UNIXFS", "form", cid=str(cid))
        yield head >> 3, data[at : at + value]
        at += value


def _varint(data: bytes, at: int, cid: ContentId) -> tuple[int, int]:
    found = read_varint(data, at, most=10)
    if found is None or found[0] > _UINT64_MAX:
        raise UnixFsError("E_UNIXFS", "form", cid=str(cid))
    return found


def _field(number: int, data: bytes) -> bytes:
    return write_varint(number << 3 | _BYTES) + write_varint(len(data)) + data


def _number(number: int, value: int) -> bytes:
    return write_varint(number << 3 | _VARINT) + write_varint(value)
