"""The frame of a file of ours: a root and lists of leaves, read strictly and member by member.

Decides the form of the blocks that stand above the leaves of a record, for decision records and for those of a vote at
a hub: what is not in it is `E_CANONICAL`, another kind or version `E_VERSION`. What leaves mean is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from chain import car
from chain.cid import CID, DAG_CBOR
from dao.record.errors import RecordError

VERSION = 1
_LIST = frozenset({"v", "kind", "leaves"})


def map_of(file: car.Car, cid: object, kind: str, keys: frozenset[str]) -> Mapping[str, object]:
    """Take a block of our own kinds with exactly these members; another kind or version is `E_VERSION`."""
    if not isinstance(cid, CID) or cid.codec != DAG_CBOR:
        raise RecordError("E_CANONICAL", "manifest", field=kind)
    value = file.values[cid]
    version = value.get("v") if isinstance(value, dict) else None
    if not isinstance(value, dict) or value.get("kind") != kind or type(version) is not int or version != VERSION:
        raise RecordError("E_VERSION", "record", kind=kind, version=version)
    if value.keys() != keys:
        raise RecordError("E_CANONICAL", "manifest", field=", ".join(sorted(value.keys() ^ keys)))
    return value


def list_of(fields: Mapping[str, object], name: str) -> list[object]:
    """A member that is a list."""
    value = fields[name]
    if not isinstance(value, list):
        raise RecordError("E_CANONICAL", "manifest", field=name)
    return value


def leaves_of(file: car.Car, manifest: Mapping[str, object]) -> Iterator[tuple[int, CID]]:
    """The index and link of each leaf that a root names through its lists, lowest first and none twice."""
    last = -1
    for cid in list_of(manifest, "leaves"):
        for index, link in _links_of(map_of(file, cid, "leaf-list", _LIST)):
            if index <= last:
                raise RecordError("E_LOG_INCONSISTENT", "order", index=index)
            last = index
            yield index, link


def _links_of(fields: Mapping[str, object]) -> list[tuple[int, CID]]:
    rows: list[tuple[int, CID]] = []
    for row in list_of(fields, "leaves"):
        match row:
            case [int(index), CID() as link] if index >= 0 and link.codec == DAG_CBOR and not isinstance(index, bool):
                rows.append((index, link))
            case _:
                raise RecordError("E_CANONICAL", "manifest", field="leaves")
    return rows


def size_of(fields: Mapping[str, object]) -> int:
    """How many leaves the whole tree has."""
    value = fields["size"]
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise RecordError("E_CANONICAL", "manifest", field="size")
    return value


def bytes_of(fields: Mapping[str, object], name: str) -> bytes:
    """A member that is bytes."""
    value = fields[name]
    if not isinstance(value, bytes):
        raise RecordError("E_CANONICAL", "manifest", field=name)
    return value


def proof_of(fields: Mapping[str, object]) -> list[bytes]:
    """The tree hashes of the leaves that are not there."""
    value = [item for item in list_of(fields, "proof") if isinstance(item, bytes) and len(item) == 32]
    if len(value) != len(list_of(fields, "proof")):
        raise RecordError("E_CANONICAL", "manifest", field="proof")
    return value
