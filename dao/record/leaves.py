"""The facts that a journal may hold: their fields, and their one spelling in bytes.

A leaf is a DAG-CBOR map of ours with fixed keys per kind; foreign bytes (envelopes, documents, receipts) stand behind
a link. Reading is strict: unknown kind, missing or surplus key, wrong shape are refused, and because the codec is
canonical a leaf has exactly one spelling. Whether a fact is *true* is decided by `dao.record.checks`, never here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from chain import dag_cbor
from chain.blocks import BlockRef
from chain.cid import CID, DAG_CBOR, RAW
from chain.dag_cbor import Value
from dao.errors import DaoError

VERSION = 1

Test = Callable[[object], bool]

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,77}", re.ASCII)
_SIGNED = re.compile(r"0|-?[1-9][0-9]{0,77}", re.ASCII)


class LeafError(DaoError):
    """Bytes that are not one of our facts (`E_CANONICAL`), or of a version this tool does not know (`E_VERSION`)."""


def _bytes(length: int) -> Test:
    return lambda value: isinstance(value, bytes) and len(value) == length


def _int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


def _text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 256


def _decimal(value: object) -> bool:
    return isinstance(value, str) and _DECIMAL.fullmatch(value) is not None


def _signed(value: object) -> bool:
    return isinstance(value, str) and _SIGNED.fullmatch(value) is not None


def _link(codec: int) -> Test:
    return lambda value: isinstance(value, CID) and value.codec == codec


def _optional(test: Test) -> Test:
    return lambda value: value is None or test(value)


def _list_of(test: Test) -> Test:
    return lambda value: isinstance(value, list) and all(test(item) for item in value)


def _map_of(**fields: Test) -> Test:
    return lambda value: (
        isinstance(value, dict) and value.keys() == fields.keys() and all(test(value[k]) for k, test in fields.items())
    )


def _entry_id(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 300


def _asked_again(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and _HASH(value[0]) and _optional(_BLOCK)(value[1])


def _cause(value: object) -> bool:
    return value in ("expired", "vetoed", "superseded", "terminated")


_ADDRESS, _HASH = _bytes(20), _bytes(32)
_FOREIGN, _BLOCK = _link(RAW), _link(DAG_CBOR)
_POSTING = _map_of(account=_text, amount=_signed, asset=_text)
_PRICE = _map_of(file=_HASH, currency=_text, day=_int, given=_decimal, got=_decimal)

KINDS: Mapping[str, Mapping[str, Test]] = MappingProxyType({
    "settings": {"settings": _FOREIGN, "signatures": lambda v: isinstance(v, bytes), "state": _BLOCK},
    "transition": {"iip": _int, "event": _text, "document": _FOREIGN},
    "document": {"iip": _int, "author": _ADDRESS, "document": _FOREIGN},
    "step": {"id": _HASH, "iip": _int, "event": _text, "document": _FOREIGN, "envelope": _FOREIGN},
    "parts": {"parts": _BLOCK},
    "proposal": {"id": _HASH, "envelope": _FOREIGN, "headers": _list_of(_FOREIGN), "power": _list_of(_BLOCK)},
    "vote": {"id": _HASH, "proposal": _HASH, "envelope": _FOREIGN},
    "cancel": {"id": _HASH, "proposal": _HASH, "envelope": _FOREIGN},
    "closed": {"proposal": _HASH, "count": _int, "root": _HASH, "state": _BLOCK},
    "power": {"proposal": _HASH, "evidence": _list_of(_BLOCK)},
    "result": {
        "proposal": _HASH, "closed": _int, "transcript": _BLOCK, "scores": _list_of(_decimal), "verdict": _text,
        "released": lambda v: isinstance(v, bool),
    },
    "act": {"id": _HASH, "proposal": _HASH, "envelope": _FOREIGN, "evidence": _optional(_FOREIGN)},
    "queued": {"proposal": _HASH, "part": _int, "hash": _HASH, "safe_tx": _BLOCK},
    "confirmation": {"hash": _HASH, "owner": _ADDRESS, "signature": _bytes(65)},
    "executed": {"proposal": _HASH, "part": _int, "hash": _HASH, "receipt": _BLOCK, "state": _BLOCK},
    "spent": {"hash": _HASH, "safe_tx": _BLOCK, "receipt": _BLOCK},
    "ended": {"proposal": _HASH, "part": _int, "cause": _cause},
    "alive": {"id": _HASH, "owner": _ADDRESS, "envelope": _FOREIGN},
    "announced": {"safe": _ADDRESS, "owner": _ADDRESS, "former": _optional(_ADDRESS), "threshold": _optional(_int)},
    "housekept": {"hash": _HASH, "safe_tx": _BLOCK, "receipt": _BLOCK, "state": _BLOCK},
    "group": {"id": _HASH, "group": _text, "envelope": _FOREIGN},
    "premium": {"fund": _text, "receipt": _BLOCK, "log": _int},
    "premiums": {"fund": _text, "range": _BLOCK},
    "forward": {"fund": _text, "receipt": _BLOCK, "log": _int},
    "donation": {"fund": _text, "receipt": _BLOCK, "log": _int},
    "refund": {"proposal": _HASH, "part": _int, "fund": _text, "receipt": _BLOCK, "log": _int},
    "conversion": {
        "proposal": _HASH, "part": _int, "fund": _text, "receipt": _BLOCK, "log": _int, "bound": _int, "price": _PRICE,
    },
    "reversed": {"source": _int, "header": _FOREIGN},
    "entry": {
        "id": _entry_id, "source": _int, "rule": _text, "fund": _text, "iip": _int, "postings": _list_of(_POSTING),
    },
})  # fmt: skip
"""Every kind of fact, and for each field a test of its shape. Their meaning: `docs/reference/formats.md`."""

VERSION_OF_CONTRACTS = 2
CONTRACTS: Mapping[str, tuple[str, Test]] = MappingProxyType({
    "vote": ("contract", _BLOCK),
    "closed": ("again", lambda value: bool(value) and _list_of(_asked_again)(value)),
    "confirmation": ("contract", _BLOCK),
})  # fmt: skip
"""The field that version 2 of a kind has besides, where a contract signed; all other leaves are of version 1."""

_UINT = rb"(?:[\x00-\x17]|\x18[\x18-\xff]|\x19(?!\x00)..|\x1a(?!\x00\x00)....)"
"""A number of DAG-CBOR below 2**32 in its one encoding."""
_VOTE = re.compile(
    rb"\xa7av\x01bidX (.{32})dkinddvotedtime(" + _UINT + rb")eblock\xa3dhashX .{32}fnumber" + _UINT
    + rb"hchain_id(?!\x00)" + _UINT
    + rb"henvelope\xd8\x2aX%\x00\x01\x55\x12\x20(.{32})hproposalX (.{32})",
    re.DOTALL,
).fullmatch  # fmt: skip

_COMMON: Mapping[str, Test] = MappingProxyType({
    "v": _int, "kind": _text, "time": _int, "block": lambda v: isinstance(v, dict),
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One fact, with the moment at which the journal took it."""

    kind: str
    time: int
    """Unix seconds, never less than the leaf before."""
    block: BlockRef
    """The last block that the journal's writer knew then."""
    body: Mapping[str, object]

    def encode(self) -> bytes:
        """Return the leaf's bytes; refuse a body that is not of its kind, so that none is ever written."""
        _check_body(self.kind, self.body)
        version = _version(self.kind, self.body)
        fields = {"v": version, "kind": self.kind, "time": self.time, "block": self.block.to_map()}
        return dag_cbor.encode({**fields, **self.body})


def decode(data: bytes) -> Leaf:
    """Read a leaf strictly; raise `LeafError`, or the codec's own error for bytes that are not canonical."""
    return leaf_of(dag_cbor.decode(data))


class VoteLeaf(NamedTuple):
    """What the leaf of a vote says."""

    time: int
    id: bytes
    proposal: bytes
    envelope: bytes
    """The SHA-256 digest that the link to its raw block holds."""


def vote_at_a_glance(data: bytes) -> VoteLeaf | None:
    """Read the leaf of a vote, of which there may be millions, in a twentieth of the time of `decode`; None where the
    bytes are of another kind, or anything else than what `decode` takes for a vote and `Leaf.encode` writes.
    """
    found = _VOTE(data)
    if found is None:
        return None
    id_, time, envelope, proposal = found.groups()
    return VoteLeaf(int.from_bytes(time[1:] or time, "big"), id_, proposal, envelope)


def leaf_of(value: Value) -> Leaf:
    """Take the decoded value of a leaf's block; raise `LeafError` for one that is no leaf."""
    kind = value.get("kind") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(kind, str):
        raise LeafError("E_CANONICAL", "leaf", kind="?", field="kind")
    version = value.get("v")
    if type(version) is not int or kind not in KINDS or version not in _versions(kind):
        raise LeafError("E_VERSION", "leaf", kind=kind, version=version)
    for name, test in _COMMON.items():
        if name not in value or not test(value[name]):
            raise LeafError("E_CANONICAL", "leaf", kind=kind, field=name)
    body = {name: field for name, field in value.items() if name not in _COMMON}
    _check_body(kind, body)
    if version != _version(kind, body):
        raise LeafError("E_CANONICAL", "leaf", kind=kind, field="v")
    time = value["time"]
    assert isinstance(time, int), "tested above"
    return Leaf(kind=kind, time=time, block=BlockRef.from_map(value["block"]), body=body)


def _check_body(kind: str, body: Mapping[str, object]) -> None:
    schema = KINDS.get(kind)
    if schema is None:
        raise LeafError("E_VERSION", "leaf", kind=kind, version=VERSION)
    if _version(kind, body) == VERSION_OF_CONTRACTS:
        name, test = CONTRACTS[kind]
        schema = {**schema, name: test}
    for name in sorted(schema.keys() ^ body.keys()):
        raise LeafError("E_CANONICAL", "leaf", kind=kind, field=name)
    for name, test in schema.items():
        if not test(body[name]):
            raise LeafError("E_CANONICAL", "leaf", kind=kind, field=name)


def _versions(kind: str) -> tuple[int, ...]:
    return (VERSION, VERSION_OF_CONTRACTS) if kind in CONTRACTS else (VERSION,)


def _version(kind: str, body: Mapping[str, object]) -> int:
    return VERSION_OF_CONTRACTS if kind in CONTRACTS and CONTRACTS[kind][0] in body else VERSION
