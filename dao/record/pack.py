"""Choose the facts of one proposal out of a journal, and write them as one self-contained file.

The file is a CARv1 with one root: a manifest with the signed checkpoint, the indexes and links of the chosen leaves,
and the tree hashes that connect them to the checkpoint's root. Everything else is reached through the leaves' own
links. Nothing is verified here; a record of a wrong journal is a wrong record, and `verify` says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chain import car, dag_cbor, log_tree
from chain.cid import CID, dag_cbor_cid
from chain.errors import CodedError
from dao.record.case import Get
from dao.record.leaves import Leaf
from governance.commitment import Commitment, read_commitment
from governance.messages import read_envelope

VERSION = 1
ROWS_A_BLOCK = 4096
"""Leaf rows in one block of the list: 4,096 rows are under 200 KB."""

_WHOLE = frozenset({
    "settings", "premium", "forward", "donation", "entry", "queued", "executed", "spent", "ended",
})  # fmt: skip
"""Kinds of which a record holds every leaf."""


def select(leaves: Sequence[Leaf], proposal: bytes, get: Get) -> dict[int, Leaf]:
    """The leaves that the record of one proposal holds, by index: its own story; all settings; the whole story of the
    fund, because what was available depends on every entry before; every transaction that was queued or executed, and
    every nonce that was spent, because no two payouts share one; every payout that ended unpaid, with what its owners
    had signed, because its money is available again; and what became of other proposals of its number.
    """
    story = _Story(leaves, proposal, get)
    return {index: leaf for index, leaf in enumerate(leaves) if story.holds(leaf)}


class _Story:
    """Which leaves belong to a proposal; reads commitments, and believes them only as far as this choice goes."""

    def __init__(self, leaves: Sequence[Leaf], proposal: bytes, get: Get) -> None:
        self.proposal = proposal
        ended = {(leaf.body["proposal"], leaf.body["part"]) for leaf in leaves if leaf.kind == "ended"}
        self.hashes = {
            leaf.body["hash"]
            for leaf in leaves
            if leaf.kind == "queued"
            and (leaf.body["proposal"] == proposal or (leaf.body["proposal"], leaf.body["part"]) in ended)
        }
        found = {leaf.body["id"]: _commitment(leaf, get) for leaf in leaves if leaf.kind == "proposal"}
        self.commitment = found.get(proposal)
        number = None if self.commitment is None else self.commitment.iip
        self.twins = {other for other, bound in found.items() if bound is not None and bound.iip == number}

    def holds(self, leaf: Leaf) -> bool:
        """Whether a leaf belongs to the record."""
        body = leaf.body
        if leaf.kind in _WHOLE or body.get("proposal") == self.proposal:
            return True
        if leaf.kind == "proposal":
            return body["id"] == self.proposal or body["id"] in self.twins
        if leaf.kind in ("result", "cancel"):
            return body["proposal"] in self.twins
        if leaf.kind == "confirmation":
            return body["hash"] in self.hashes
        if self.commitment is None:
            return False
        if leaf.kind in ("document", "transition"):
            return body["iip"] == self.commitment.iip
        return leaf.kind == "parts" and body["parts"] == self.commitment.parts


def _commitment(leaf: Leaf, get: Get) -> Commitment | None:
    cid = leaf.body["envelope"]
    assert isinstance(cid, CID), "the leaf's schema says so"
    try:
        return read_commitment(read_envelope(get(cid)).message.get("plugins"))
    except CodedError:
        return None  # the checks will say what is wrong with it


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
