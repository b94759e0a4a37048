"""A vote in exactly the bytes that today's clients write, read in a third of the time of any other message.

Votes come by the million and all look alike: the same domain and types, spelled by `JSON.stringify`, and a message
whose eight members stand in one of few orders. `read_plain` takes apart a text of just this shape and hashes it; for
any other it returns None and says nothing about it, for `governance.envelope` reads that with the general parsers and
words every refusal. What is taken here is taken there too, with the same meaning: a test holds the two to each other.

Who signed is not judged here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from chain.address import has_its_cases
from chain.keccak import keccak256
from chain.typed_data import domain_separator, encode_type
from governance.choice import Choice, read_choice
from governance.message_types import DOMAIN, TODAY, MessageError, MessageType, registry

_FIELDS = ("from", "space", "timestamp", "proposal", "choice", "reason", "app", "metadata")
_ORDERS = (
    _FIELDS,
    ("from", "timestamp", "space", "proposal", "choice", "reason", "app", "metadata"),
    ("space", "proposal", "choice", "reason", "app", "metadata", "from", "timestamp"),
)
"""Members as the types have them, and as clients write them that add sender and time before or behind the rest."""

_HEAD, _MIDDLE, _TYPES = b'{"address":"', b'","sig":"0x', 195
"""How such a text begins, what follows its address, and where its 65 bytes of signature end."""
_MESSAGE = b'"message":{'

_TEXT = r'"([^"\\\x00-\x1f]*)"'
_NUMBER = "[1-9][0-9]{0,8}"
_SPELLED = {"from": '"(0x[0-9a-fA-F]{40})"', "timestamp": "([1-9][0-9]{0,17})", "proposal": '"(0x[0-9a-f]{64})"'}
_CHOICES = {
    "vote": f"({_NUMBER})",
    "vote-array": rf"(\[{_NUMBER}(?:,{_NUMBER})*\])",
    "vote-string": r'"((?:[^"\\\x00-\x1f]|\\")*)"',
}
"""The patterns take less than JSON does: of escapes only those of quotes in weights, and no number beyond its type."""


class PlainVote(NamedTuple):
    """What such a text says."""

    sender: bytes
    signature: bytes
    kind: MessageType
    message: dict[str, object]
    timestamp: int
    choice: Choice
    id: bytes


class _Shape(NamedTuple):
    """How votes of one type are written, and hashed."""

    kind: MessageType
    orders: tuple[tuple[Callable[[str], re.Match[str] | None], tuple[int, ...]], ...]
    """A pattern, and which of its groups holds each of `_FIELDS`."""
    type_hash: bytes
    read: Callable[[str], object]
    """From the choice's spelling to its value in JSON."""
    proposal: Callable[[str], bytes]
    choice: Callable[[object], bytes]
    """From a value to the 32 bytes that stand for it in the hash."""


def read_plain(raw: bytes) -> PlainVote | None:
    """Read such a text; None for every other, whatever is or is not the matter with it."""
    at = raw.find(_MESSAGE, _TYPES) + 10
    shape = _shapes().get(raw[_TYPES:at])
    if shape is None or raw[:12] != _HEAD or raw[54:65] != _MIDDLE:
        return None
    try:
        signature, text = bytes.fromhex(raw[65:_TYPES].decode()), raw[at:].decode()
    except ValueError:
        return None
    found = _members(shape, text)
    if found is None:
        return None
    sender, space, time, proposal, spelled, reason, app, metadata = found
    named = sender.encode()
    if len(signature) != 65 or raw[12:54] != named or not has_its_cases(named[2:]):
        return None
    timestamp, value = int(time), shape.read(spelled)
    try:
        choice = read_choice(shape.kind.action, value)
    except MessageError:
        return None
    hashed = keccak256(
        shape.type_hash
        + keccak256(named)
        + _hash(space)
        + timestamp.to_bytes(32, "big")
        + shape.proposal(proposal)
        + shape.choice(value)
        + _hash(reason)
        + _hash(app)
        + _hash(metadata)
    )
    message = {
        "from": sender, "space": space, "timestamp": timestamp, "proposal": proposal, "choice": value,
        "reason": reason, "app": app, "metadata": metadata,
    }  # fmt: skip
    id_ = keccak256(_PREFIX + hashed)
    return PlainVote(bytes.fromhex(sender[2:]), signature, shape.kind, message, timestamp, choice, id_)


def _members(shape: _Shape, text: str) -> tuple[str, ...] | None:
    """The spellings of `_FIELDS`."""
    for match, places in shape.orders:
        found = match(text)
        if found is not None:
            return found.group(*places)
    return None


@lru_cache(maxsize=1024)
def _hash(text: str) -> bytes:
    """Space, proposal, app and mostly the reason come again in every vote of a tally."""
    return keccak256(text.encode())


def _hash_number(choice: object) -> bytes:
    assert isinstance(choice, int), "as its pattern has it"
    return choice.to_bytes(32, "big")


def _hash_numbers(choice: object) -> bytes:
    assert isinstance(choice, list), "as its pattern has it"
    return keccak256(b"".join([number.to_bytes(32, "big") for number in choice]))


def _hash_weights(choice: object) -> bytes:
    return keccak256(str(choice).encode())


_READERS: Mapping[str, Callable[[str], object]] = {
    "vote": int,
    "vote-array": json.loads,
    "vote-string": lambda text: text.replace('\\"', '"'),
}
_HASHES = {"vote": _hash_number, "vote-array": _hash_numbers, "vote-string": _hash_weights}
_PREFIX = b"\x19\x01" + domain_separator(DOMAIN)


@cache
def _shapes() -> dict[bytes, _Shape]:
    """By the bytes between signature and message."""
    shapes = {}
    for kind in registry().values():
        fields = kind.types.get("Vote", ())
        types = {field.name: field.type for field in fields}
        if kind.sha256 in TODAY and tuple(types) == _FIELDS and types["from"] == "string":
            data = json.dumps({"domain": dict(DOMAIN), "types": kind.to_json()}, separators=(",", ":"))
            shapes[f'","data":{data[:-1]},"message":'.encode()] = _shape(kind, types["proposal"])
    return shapes


def _shape(kind: MessageType, proposal: str) -> _Shape:
    patterns = dict.fromkeys(_FIELDS, _TEXT) | _SPELLED | {"choice": _CHOICES[kind.action]}
    orders = tuple(
        (
            re.compile("{" + ",".join(f'"{name}":{patterns[name]}' for name in order) + "}}}").fullmatch,
            tuple(order.index(name) + 1 for name in _FIELDS),
        )
        for order in _ORDERS
    )
    return _Shape(
        kind=kind,
        orders=orders,
        type_hash=keccak256(encode_type("Vote", kind.types).encode()),
        read=_READERS[kind.action],
        proposal=_hash if proposal == "string" else lambda text: bytes.fromhex(text[2:]),
        choice=_HASHES[kind.action],
    )
