"""Write what was followed of one proposal at a hub as one self-contained file, a record of a vote that was held there.

The file is a CARv1 with one root: the proposal's id, the size of the list of facts, the indexes and links of those that
tell of this proposal, and the tree hashes of all others. The list is a follower's (`governance.followed`), hashed like
a journal and signed by nobody. Nothing is verified here; `dao.record.hub_verify` does that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chain import car, dag_cbor, log_tree
from chain.cid import CID, dag_cbor_cid
from chain.errors import CodedError
from dao.record.manifest import VERSION
from dao.record.pack import ROWS_A_BLOCK
from governance.followed import Fact

KIND = "hub-record"


def is_hub_record(data: bytes) -> bool:
    """Whether a file says of itself that it is such a record, of whatever version; nothing else of it is looked at."""
    try:
        root = car.root_value(data)
    except CodedError:
        return False
    return isinstance(root, dict) and root.get("kind") == KIND


def choose(facts: Sequence[Fact]) -> Mapping[str, Sequence[int]]:
    """The indexes of the facts of each proposal, ascending: its rows, its votes, their signatures and marks, how far it
    was read, and what all share: the hub, and when it was looked at.
    """
    shared = [index for index, fact in enumerate(facts) if fact.kind in {"follow", "looked"}]
    owners: dict[str, str] = {}
    """By the id of a proposal or a vote: the proposal."""
    found: dict[str, list[int]] = {}
    for index, fact in enumerate(facts):
        match fact.kind:
            case "proposal":
                owners[fact.of] = fact.of
            case "vote":
                owners[fact.of] = str(fact.row.get("proposal"))
        if fact.kind not in {"follow", "looked", "space"} and fact.of in owners:
            found.setdefault(owners[fact.of], []).append(index)
    return {proposal: sorted([*shared, *indexes]) for proposal, indexes in found.items()}


def write(proposal: str, indexes: Sequence[int], facts: Sequence[bytes], leaf_hashes: Sequence[bytes]) -> bytes:
    """Return the bytes of the record of `proposal`: the chosen ones of all `facts`, whose hashes are `leaf_hashes`."""
    blocks: dict[CID, bytes] = {}

    def add(data: bytes) -> CID:
        cid = dag_cbor_cid(data)
        blocks[cid] = data
        return cid

    rows = [[index, add(facts[index])] for index in indexes]
    lists = [
        add(dag_cbor.encode({"v": VERSION, "kind": "leaf-list", "leaves": rows[start : start + ROWS_A_BLOCK]}))
        for start in range(0, len(rows), ROWS_A_BLOCK)
    ]
    root = add(dag_cbor.encode({
        "v": VERSION, "kind": KIND, "proposal": proposal, "size": len(leaf_hashes), "leaves": lists,
        "proof": log_tree.batch_proof(leaf_hashes, indexes),
    }))  # fmt: skip
    return car.write(root, car.collect(root, lambda cid: blocks[cid]))
