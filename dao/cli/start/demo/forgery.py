"""Forging a record, to show that it does not help: one vote changed, then everything around it made anew.

The forger here even owns the journal's key. He can make every hash, every CID, the tree and the checkpoint anew; what
he cannot make is the voter's signature.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chain import car, dag_cbor, log_tree
from chain.checkpoint import Checkpoint, sign
from chain.cid import CID, RAW, dag_cbor_cid, raw_cid
from chain.dag_cbor import Value

Change = Callable[[CID, bytes], bytes]


def flipped_vote(data: bytes) -> bytes:
    """The file with the choice of one vote changed and nothing else."""
    at = data.index(b'"choice":1')
    return data[: at + 9] + b"2" + data[at + 10 :]


def resealed_vote(data: bytes, journal_key: bytes, origin: str) -> bytes:
    """The same forgery, with every CID above it, the journal's tree and its checkpoint made anew."""
    done: list[CID] = []

    def change(cid: CID, block: bytes) -> bytes:
        if cid.codec == RAW and b'"choice":1' in block and (not done or cid in done):
            done.append(cid)
            return block.replace(b'"choice":1', b'"choice":2', 1)
        return block

    return reseal(data, change, journal_key, origin)


def reseal(data: bytes, change: Change, journal_key: bytes, origin: str) -> bytes:
    """Change blocks of a record and make everything that hangs on them anew: CIDs, leaf hashes, root, checkpoint.

    A leaf that is changed keeps its index; the tree hashes of leaves that the record does not hold are kept.
    """
    file = car.read(data)
    made: dict[CID, bytes] = {}
    renamed: dict[CID, CID] = {}

    def rebuild(cid: CID) -> CID:
        if cid not in renamed:
            block = change(cid, file.blocks[cid])
            if cid.codec == RAW:
                new = raw_cid(block)
            else:
                block = dag_cbor.encode(_relinked(dag_cbor.decode(block), rebuild))
                new = dag_cbor_cid(block)
            renamed[cid], made[new] = new, block
        return renamed[cid]

    manifest: Any = _relinked(dag_cbor.decode(file.blocks[file.root]), rebuild)
    hashes: dict[int, bytes] = {}
    for link in manifest["leaves"]:
        rows: Any = dag_cbor.decode(made[link])
        hashes |= {index: log_tree.leaf_hash(made[leaf]) for index, leaf in rows["leaves"]}
    root = log_tree.batch_root(manifest["size"], hashes, manifest["proof"])
    manifest["checkpoint"] = sign(Checkpoint(origin, manifest["size"], root), origin, journal_key)
    encoded = dag_cbor.encode(manifest)
    made[dag_cbor_cid(encoded)] = encoded
    return car.write(dag_cbor_cid(encoded), car.collect(dag_cbor_cid(encoded), made.__getitem__))


def _relinked(value: Value, rebuild: Callable[[CID], CID]) -> Value:
    match value:
        case CID():
            return rebuild(value)
        case dict():
            return {name: _relinked(item, rebuild) for name, item in value.items()}
        case list():
            return [_relinked(item, rebuild) for item in value]
        case _:
            return value
