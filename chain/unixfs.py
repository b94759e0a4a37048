"""A file as IPFS lays it out, without a node: the same blocks and name, and back again with every block checked.

Decides the layout of `ipfs add --chunker=size-262144`: chunks of 256 KiB, a balanced tree of 174 links a block, leaves
raw in version 1 and dag-pb in version 0. Reading takes any layout, because other importers cut otherwise: whatever
hangs together below the root is the file. Where blocks come from is decided by clients.

Sources: UnixFS (ipfs/specs); Kubo's importer and its defaults.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from chain import dag_pb
from chain.cid import RAW, CidError
from chain.content_id import DAG_PB, ContentId
from chain.dag_pb import FileNode, Link, UnixFsError

CHUNK = 262_144
"""Bytes of a leaf."""
WIDTH = 174
"""Links of a block."""
MAX_BLOCK = 2 << 20
"""Bytes; what nodes pass to each other in one piece."""
MAX_DEPTH = 12
MAX_BLOCKS = 1 << 16

Get = Callable[[ContentId], bytes]


class Layout(NamedTuple):
    """The blocks of one file."""

    root: ContentId
    blocks: tuple[tuple[ContentId, bytes], ...]
    """Leaves first, the root last; a block that repeats stands there each time."""


class _Part(NamedTuple):
    """What a parent has to know of a finished block."""

    cid: ContentId
    size: int
    tree_size: int


def lay_out(data: bytes, version: int = 1) -> Layout:
    """Cut a file into the blocks that a node makes of it; `version` (0 or 1) picks the spelling, and with it the
    leaves.
    """
    blocks: list[tuple[ContentId, bytes]] = []
    level = [
        _leaf(data[start : start + CHUNK], version, blocks)
        for start in range(0, max(len(data), 1), CHUNK)  # an empty file has one empty leaf
    ]
    while len(level) > 1:
        level = [_parent(level[start : start + WIDTH], version, blocks) for start in range(0, len(level), WIDTH)]
    return Layout(level[0].cid, tuple(blocks))


def read(root: ContentId, get: Get, *, max_bytes: int) -> bytes:
    """Return the file below `root`. Every block that `get` gives is compared with its name (`E_CID_MISMATCH`); what is
    no file, or longer than `max_bytes`, is `E_UNIXFS`. A root that is raw or dag-cbor is its one block.
    """
    if root.codec != DAG_PB:
        return _Reader(get, max_bytes).block(root)
    return _Reader(get, max_bytes).file(root)


def _leaf(chunk: bytes, version: int, blocks: list[tuple[ContentId, bytes]]) -> _Part:
    data = chunk if version else dag_pb.encode(FileNode(chunk))
    cid = ContentId.of(RAW if version else DAG_PB, data, version)
    blocks.append((cid, data))
    return _Part(cid, len(chunk), len(data))


def _parent(below: list[_Part], version: int, blocks: list[tuple[ContentId, bytes]]) -> _Part:
    data = dag_pb.encode(FileNode(b"", tuple(Link(part.cid, part.size, part.tree_size) for part in below)))
    cid = ContentId.of(DAG_PB, data, version)
    blocks.append((cid, data))
    return _Part(cid, sum(part.size for part in below), len(data) + sum(part.tree_size for part in below))


class _Reader:
    """One walk over the blocks of a file, with what it may still take."""

    def __init__(self, get: Get, max_bytes: int) -> None:
        self._get = get
        self._max_bytes = max_bytes
        self._blocks = 0

    def block(self, cid: ContentId) -> bytes:
        """One block, compared with its name."""
        self._blocks += 1
        data = self._get(cid)
        if not cid.is_of(data):
            found = ContentId.of(cid.codec, data, cid.version)
            raise CidError("E_CID_MISMATCH", "block", cid=str(cid), found=str(found))
        if len(data) > min(self._max_bytes, MAX_BLOCK):
            raise UnixFsError("E_UNIXFS", "limit", cid=str(cid), size=len(data), limit=min(self._max_bytes, MAX_BLOCK))
        if self._blocks > MAX_BLOCKS:
            raise UnixFsError("E_UNIXFS", "limit", cid=str(cid), size=self._blocks, limit=MAX_BLOCKS)
        return data

    def file(self, root: ContentId) -> bytes:
        """The bytes below a root, in order; sizes are compared before anything below is asked for."""
        top = dag_pb.decode(self.block(root), root)
        if top.size > self._max_bytes:
            raise UnixFsError("E_UNIXFS", "limit", cid=str(root), size=top.size, limit=self._max_bytes)
        pieces: list[bytes] = []
        self._gather(top, root, 0, pieces)
        return b"".join(pieces)

    def _gather(self, node: FileNode, cid: ContentId, depth: int, pieces: list[bytes]) -> None:
        if depth > MAX_DEPTH:
            raise UnixFsError("E_UNIXFS", "depth", cid=str(cid), limit=MAX_DEPTH)
        pieces.append(node.data)
        for link in node.links:
            if link.size == 0:  # no importer writes one, and without end they would cost time for nothing
                raise UnixFsError("E_UNIXFS", "form", cid=str(cid))
            data = self.block(link.cid)
            below = dag_pb.decode(data, link.cid) if link.cid.codec == DAG_PB else FileNode(data)
            if below.size != link.size:
                raise UnixFsError("E_UNIXFS", "size", cid=str(link.cid), found=below.size, expected=link.size)
            self._gather(below, link.cid, depth + 1, pieces)
