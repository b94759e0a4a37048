"""A plain folder of blocks: the same content as on a node, without one.

Decides where a block lies (as Kubo's flatfs lays it out, `next-to-last/2`, so that a node can take the folder as it is)
and what is pinned: a root with an empty file of its name in `pins`. What no pinned root reaches is removed when a root
is let go. Every block is compared with its name when it is read, because a disk forgets too.
"""

from __future__ import annotations

import os
import secrets
from base64 import b32encode
from collections.abc import Iterable
from pathlib import Path

from chain import dag_cbor, dag_pb, unixfs
from chain.cid import CID, DAG_CBOR, CidError
from chain.content_id import DAG_PB, ContentId
from chain.errors import ChainError, UncheckableError

PINS, BLOCKS = "pins", "blocks"
SHARDING = "/repo/flatfs/shard/v1/next-to-last/2\n"


class BlockFolderError(UncheckableError):
    """A block that is not there (`E_IPFS` absent), or a folder that cannot be read or written (`E_IPFS` folder)."""


class BlockFolder:
    """Blocks below a folder, which is made when the first is put."""

    def __init__(self, folder: Path, *, name: str = "") -> None:
        self.label = name or folder.name
        """What errors call it."""
        self._blocks = folder / BLOCKS
        self._pins = folder / PINS

    def close(self) -> None:
        """Nothing is held open."""

    def add(self, data: bytes, version: int = 1) -> ContentId:
        """Put a file, pinned, as a node would lay it out."""
        layout = unixfs.lay_out(data, version)
        self._keep(layout.root, layout.blocks)
        return layout.root

    def put(self, root: CID, blocks: Iterable[tuple[CID, bytes]]) -> None:
        """Put everything that hangs below a root, and pin the root."""
        self._keep(ContentId.from_cid(root), [(ContentId.from_cid(cid), data) for cid, data in blocks])

    def block(self, cid: ContentId) -> bytes:
        """One block, compared with its name."""
        try:
            data = self._place(cid.digest).read_bytes()
        except FileNotFoundError:
            raise BlockFolderError("E_IPFS", "missing", provider=self.label, cid=str(cid)) from None
        except OSError as error:
            raise self._failure(error) from error
        if not cid.is_of(data):
            found = ContentId.of(cid.codec, data, cid.version)
            raise CidError("E_CID_MISMATCH", "served", provider=self.label, cid=str(cid), found=str(found))
        return data

    def pin(self, cid: ContentId) -> None:
        """Keep a root whose blocks are all here."""
        self.reach(cid)
        self._mark(cid)

    def is_pinned(self, cid: ContentId) -> bool:
        """Whether the root is kept."""
        return self._pin(cid).is_file()

    def unpin(self, cid: ContentId) -> bool:
        """Let go of a root, and remove what no other pinned root reaches; False where it was not pinned."""
        if not self.is_pinned(cid):
            return False
        try:
            others = [ContentId.parse(pin.name) for pin in self._pins.iterdir()]
            kept = {digest for other in others if not other.names_same(cid) for digest in self.reach(other)}
            gone = self.reach(cid) - kept
        except ChainError:  # what is damaged cannot be followed, so nothing is removed for its sake
            gone = set()
        try:
            self._pin(cid).unlink()
            for digest in gone:
                self._place(digest).unlink(missing_ok=True)
        except OSError as error:
            raise self._failure(error) from error
        return True

    def reach(self, root: ContentId) -> set[bytes]:
        """The digests of all blocks below a root, each of which is here and has its name."""
        seen: set[bytes] = set()
        pending = [root]
        while pending:
            cid = pending.pop()
            if cid.digest not in seen:
                seen.add(cid.digest)
                pending += links(cid, self.block(cid))
        return seen

    def keep_block(self, cid: ContentId, data: bytes) -> None:
        """Put one block that was compared with its name; one that is damaged here is replaced."""
        path = self._place(cid.digest)
        try:
            is_there = path.is_file() and cid.is_of(path.read_bytes())
        except OSError as error:
            raise self._failure(error) from error
        if not is_there:
            self._write(path, data)

    def _keep(self, root: ContentId, blocks: Iterable[tuple[ContentId, bytes]]) -> None:
        for cid, data in blocks:
            self.keep_block(cid, data)
        self._mark(root)

    def _mark(self, cid: ContentId) -> None:
        self._write(self._pin(cid), b"")

    def _write(self, path: Path, data: bytes) -> None:
        """Put a file in place whole; a writer that is killed leaves a file of another name."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            sharding = self._blocks / "SHARDING"
            if path.parent.parent == self._blocks and not sharding.exists():
                sharding.write_text(SHARDING, "ascii")
            fresh = path.with_name(f".{secrets.token_hex(8)}.tmp")
            try:
                with fresh.open("xb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(fresh, path)
            except BaseException:  # a disk that is full keeps nothing of it
                fresh.unlink(missing_ok=True)
                raise
        except OSError as error:
            raise self._failure(error) from error

    def _failure(self, error: OSError) -> ChainError:
        problem = error.strerror or type(error).__name__
        return BlockFolderError("E_IPFS", "folder", provider=self.label, problem=problem)

    def _pin(self, cid: ContentId) -> Path:
        return self._pins / str(ContentId(cid.codec, cid.digest))

    def _place(self, digest: bytes) -> Path:
        key = b32encode(b"\x12\x20" + digest).decode("ascii").rstrip("=")
        return self._blocks / key[-3:-1] / f"{key}.data"


def links(cid: ContentId, data: bytes) -> list[ContentId]:
    """What a block links to."""
    if cid.codec == DAG_PB:
        return [link.cid for link in dag_pb.decode(data, cid).links]
    if cid.codec == DAG_CBOR:
        return [ContentId.from_cid(link) for link in dag_cbor.links(dag_cbor.decode(data))]
    return []
