"""Write the facts of one proposal, chosen out of a journal, as one self-contained file.

The file is a CARv1 with one root: a manifest with the signed checkpoint, the indexes and links of the chosen leaves,
and the tree hashes that connect them to the checkpoint's root. Everything else is reached through the leaves' own
links. Which leaves are chosen is decided by `dao.record.story`. Nothing is verified here; a record of a wrong journal
is a wrong record, and `verify` says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chain import car, dag_cbor, log_tree
from chain.cid import CID, dag_cbor_cid
from dao.record.case import Get
from dao.record.leaves import Leaf

VERSION = 1
ROWS_A_BLOCK = 4096
"""Leaf rows in one block of the list: 4,096 rows are under 200 KB."""


def write(
    chosen: Mapping[int, Leaf], leaf_hashes: Sequence[bytes], checkpoint: bytes, proposal: bytes, get: Get
) -> bytes:
    """Return the bytes of the record of `proposal`: `chosen` leaves of a journal whose leaf hashes are `leaf_hashes`,
    under a `checkpoint` of exactly that size.
    """
    blocks: dict[CID, bytes] = {}

    def add(value: object) -> CID:
        data = dag_cbor.encode(value)
        cid = dag_cbor_cid(data)
        blocks[cid] = data
        return cid

    def add_leaf(leaf: Leaf) -> CID:
        data = leaf.encode()
        cid = dag_cbor_cid(data)
        blocks[cid] = data
        return cid

    rows = [[index, add_leaf(chosen[index])] for index in sorted(chosen)]
    lists = [
        add({"v": VERSION, "kind": "leaf-list", "leaves": rows[start : start + ROWS_A_BLOCK]})
        for start in range(0, len(rows), ROWS_A_BLOCK)
    ]
    root = add({
        "v": VERSION,
        "kind": "decision-record",
        "proposal": proposal,
        "size": len(leaf_hashes),
        "checkpoint": checkpoint,
        "leaves": lists,
        "proof": log_tree.batch_proof(leaf_hashes, sorted(chosen)),
    })  # fmt: skip
    return car.write(root, car.collect(root, lambda cid: blocks[cid] if cid in blocks else get(cid)))
