"""A journal, or its end, as one CARv1 file under a signed checkpoint: how followers get what the writer took.

The root names the first leaf that the file holds, the journal's size, the checkpoint, the leaves by index and link,
and the tree hashes that stand for the leaves before them. Everything else is reached through the leaves' own links. A
file is consistent with its own checkpoint or refused; whose key that is, whether it continues what somebody has, and
whether its facts are true is decided by `dao.workflow.following`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chain import car, dag_cbor, log_tree
from chain.cid import CID, dag_cbor_cid
from dao.record.case import Get
from dao.record.errors import RecordError
from dao.record.leaves import Leaf, leaf_of
from dao.record.pack import ROWS_A_BLOCK

KIND = "journal-export"
VERSION = 1

_KEYS = frozenset({"v", "kind", "since", "size", "checkpoint", "leaves", "proof"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What a file says: leaves `since` to before `size` of a journal, and the note that somebody signed over all."""

    since: int
    size: int
    checkpoint: bytes
    leaves: tuple[Leaf, ...]
    leaf_hashes: tuple[bytes, ...]
    proof: tuple[bytes, ...]
    """The tree hashes of the leaves before `since`, left to right."""
    blocks: Mapping[CID, bytes]

    def root(self) -> bytes:
        """The root that the leaves and the proof make; `E_LOG_INCONSISTENT` if they make none."""
        return log_tree.batch_root(self.size, dict(enumerate(self.leaf_hashes, self.since)), self.proof)


def write_export(leaves: Sequence[Leaf], since: int, checkpoint: bytes, get: Get) -> bytes:
    """Return the file of a journal's leaves from `since` on; `checkpoint` is a note of exactly these leaves."""
    assert 0 <= since < len(leaves), "there is something to export"
    leaf_hashes = [log_tree.leaf_hash(leaf.encode()) for leaf in leaves]
    encoded = [leaf.encode() for leaf in leaves[since:]]
    proof = log_tree.batch_proof(leaf_hashes, range(since, len(leaves)))
    frame = _Frame.build(since, len(leaves), checkpoint, [dag_cbor_cid(data) for data in encoded], proof)
    blocks = {**frame.blocks, **{dag_cbor_cid(data): data for data in encoded}}
    return car.write(frame.root, car.collect(frame.root, lambda cid: blocks[cid] if cid in blocks else get(cid)))


def read_export(data: bytes) -> Export:
    """Read a file strictly, and rebuild its frame: `E_CAR`, `E_CID_MISMATCH`, `E_CANONICAL`, `E_VERSION`, and
    `E_LOG_INCONSISTENT` for one with more or fewer leaves than it says.
    """
    file = car.read(data)
    since, size, checkpoint, links, proof = _open_root(file)
    frame = _Frame.build(since, size, checkpoint, links, proof)
    if frame.root != file.root:
        raise RecordError("E_CANONICAL", "manifest", field="leaves")
    if len(links) != size - since:
        raise RecordError("E_LOG_INCONSISTENT", "export_leaves", said=size - since, found=len(links))
    return Export(
        since=since,
        size=size,
        checkpoint=checkpoint,
        leaves=tuple(leaf_of(file.values[link]) for link in links),
        leaf_hashes=tuple(log_tree.leaf_hash(file.blocks[link]) for link in links),
        proof=tuple(proof),
        blocks={cid: block for cid, block in file.blocks.items() if cid not in frame.blocks},
    )


@dataclass(frozen=True, slots=True)
class _Frame:
    """The blocks of a file that are neither leaves nor anything that a leaf links to."""

    root: CID
    blocks: Mapping[CID, bytes]

    @classmethod
    def build(cls, since: int, size: int, checkpoint: bytes, links: Sequence[CID], proof: Sequence[bytes]) -> _Frame:
        blocks: dict[CID, bytes] = {}

        def add(value: object) -> CID:
            data = dag_cbor.encode(value)
            cid = dag_cbor_cid(data)
            blocks[cid] = data
            return cid

        rows = [[index, link] for index, link in enumerate(links, since)]
        lists = [
            add({"v": VERSION, "kind": "leaf-list", "leaves": rows[start : start + ROWS_A_BLOCK]})
            for start in range(0, len(rows), ROWS_A_BLOCK)
        ]
        root = add({
            "v": VERSION, "kind": KIND, "since": since, "size": size, "checkpoint": checkpoint, "leaves": lists,
            "proof": list(proof),
        })  # fmt: skip
        return cls(root, blocks)


def _open_root(file: car.Car) -> tuple[int, int, bytes, list[CID], list[bytes]]:
    """Take the frame apart as far as its shape goes; that it is spelled in the one way shows when it is rebuilt."""
    value = file.values.get(file.root)
    version = value.get("v") if isinstance(value, dict) else None
    if not isinstance(value, dict) or value.get("kind") != KIND or type(version) is not int or version != VERSION:
        raise RecordError("E_VERSION", "record", kind=KIND, version=version)
    if value.keys() != _KEYS:
        raise RecordError("E_CANONICAL", "manifest", field=", ".join(sorted(value.keys() ^ _KEYS)))
    match value:
        case {"since": int(since), "size": int(size), "checkpoint": bytes(note), "leaves": list(lists),
              "proof": list(proof)} if type(since) is type(size) is int and 0 <= since < size:  # fmt: skip
            links = [link for cid in lists for link in _links(file, cid)]
            hashes = [item for item in proof if isinstance(item, bytes) and len(item) == 32]
            return since, size, note, links, hashes
        case _:
            raise RecordError("E_CANONICAL", "manifest", field="since")


def _links(file: car.Car, cid: object) -> list[CID]:
    value = file.values.get(cid) if isinstance(cid, CID) else None
    rows = value.get("leaves") if isinstance(value, dict) else None
    if not isinstance(rows, list):
        raise RecordError("E_CANONICAL", "manifest", field="leaf-list")
    found = [row[1] for row in rows if isinstance(row, list) and len(row) == 2]
    links = [link for link in found if isinstance(link, CID) and link in file.values]
    if len(links) != len(rows):
        raise RecordError("E_CANONICAL", "manifest", field="leaf-list")
    return links
