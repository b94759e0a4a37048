"""Canonical DAG-CBOR: the bytes of leaves, parts, evidence and manifests.

A value is a `dict` with text keys, a `list`, `str`, `bytes`, `int` of 64 bits and a sign, `bool`, `None` or a `CID`;
it has exactly one encoding, and `decode` takes no other (`E_CANONICAL`). No floats: money and power are decimal text.
Which keys a kind of block has is decided by the room that owns it.

Writing is cbor2's. Reading is done here in one strict pass, because cbor2 gives meaning to dozens of tags on the way
(shared references, regular expressions, fractions), which lets a small hostile block cost much; then what was read is
written again with cbor2 and the bytes are compared, so two codecs have to agree on every block that we accept.

Sources: the DAG-CBOR specification (ipld.io), RFC 8949 §3 (heads) and §4.2.3 (length-first map keys).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import NoReturn, TypeAlias

import cbor2

from chain.cid import CID, SIZE, CidError
from chain.errors import ChainError

MAX_BLOCK = 1 << 20
"""Bytes; larger matter goes into several blocks."""

MAX_DEPTH = 32
"""Lists and maps inside each other."""

Value: TypeAlias = dict[str, "Value"] | list["Value"] | str | bytes | int | bool | CID | None

_LINK_TAG = 42
# tag(42), then a byte string of 37 bytes that starts with the multibase identity prefix 0x00
_LINK_HEAD = b"\xd8\x2a\x58\x25\x00"
_SIMPLE = {0xF4: False, 0xF5: True, 0xF6: None}
# additional information 24..27: how many bytes follow, and the least argument that needs so many
_ARGUMENTS = {24: (1, 24), 25: (2, 1 << 8), 26: (4, 1 << 16), 27: (8, 1 << 32)}


class DagCborError(ChainError):
    """Bytes or a value outside canonical DAG-CBOR (`E_CANONICAL`)."""


def encode(value: object) -> bytes:
    """Return the one encoding of `value`; raise `E_CANONICAL` for what has none."""
    _check(value, 0)
    data: bytes = cbor2.dumps(value, canonical=True, default=_write_link)
    if len(data) > MAX_BLOCK:
        raise DagCborError("E_CANONICAL", "block_size", size=len(data), limit=MAX_BLOCK)
    return data


def decode(data: bytes) -> Value:
    """Read a block that is canonical DAG-CBOR from its first byte to its last; raise `E_CANONICAL` for all others."""
    if len(data) > MAX_BLOCK:
        raise DagCborError("E_CANONICAL", "block_size", size=len(data), limit=MAX_BLOCK)
    try:
        value, end = _item(data, 0, 0)
    except IndexError:
        _refuse("truncated", len(data))
    if end != len(data):
        _refuse("trailing", end)
    if cbor2.dumps(value, default=_write_link) != data:  # in the order read, which is the sorted one
        raise DagCborError("E_CANONICAL", "other_bytes", size=len(data))
    return value


def links(value: Value) -> Iterator[CID]:
    """Yield the links of a decoded value in document order, repeated ones too."""
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, CID):
            yield item
        elif isinstance(item, dict):
            pending.extend(reversed(item.values()))
        elif isinstance(item, list):
            pending.extend(reversed(item))


def _refuse(reason: str, at: int) -> NoReturn:
    raise DagCborError("E_CANONICAL", reason, offset=at)


def _write_link(encoder: cbor2.CBOREncoder, value: object) -> None:
    assert isinstance(value, CID), "all other kinds were refused before"
    encoder.encode(cbor2.CBORTag(_LINK_TAG, b"\0" + value.to_bytes()))


def _item(data: bytes, at: int, depth: int) -> tuple[Value, int]:
    """Read the item that starts at `at`; return it and where it ends. Running off the block is an IndexError."""
    start, head = at, data[at]
    major, argument = head >> 5, head & 31
    if major == 7:
        if head not in _SIMPLE:
            _refuse("simple", start)
        return _SIMPLE[head], start + 1
    if major == 6:
        return _link(data, start)
    at += 1
    if argument > 23:
        argument, at = _long_argument(data, start, argument)
    if major == 0:
        return argument, at
    if major == 1:
        return -1 - argument, at
    if major < 4:
        end = at + argument
        if end > len(data):
            raise IndexError
        return (data[at:end] if major == 2 else _text(data[at:end], start)), end
    if depth == MAX_DEPTH:
        _refuse("depth", start)
    if major == 4:
        return _list(data, at, argument, depth + 1)
    return _map(data, at, argument, depth + 1)


def _long_argument(data: bytes, start: int, information: int) -> tuple[int, int]:
    """Read a number, length or size that does not stand in the head itself."""
    if information not in _ARGUMENTS:
        _refuse("indefinite", start)
    width, least = _ARGUMENTS[information]
    end = start + 1 + width
    if end > len(data):
        raise IndexError
    argument = int.from_bytes(data[start + 1 : end], "big")
    if argument < least:
        _refuse("not_shortest", start)
    return argument, end


def _list(data: bytes, at: int, size: int, depth: int) -> tuple[Value, int]:
    items: list[Value] = []
    for _ in range(size):
        value, at = _item(data, at, depth)
        items.append(value)
    return items, at


def _map(data: bytes, at: int, size: int, depth: int) -> tuple[Value, int]:
    entries: dict[str, Value] = {}
    last = b""
    for _ in range(size):
        start, head = at, data[at]
        if head >> 5 != 3:
            _refuse("key_kind", start)
        length, at = head & 31, at + 1
        if length > 23:
            length, at = _long_argument(data, start, length)
        raw = data[at : at + length]
        at += length
        if entries and (len(raw), raw) <= (len(last), last):
            _refuse("key_twice" if raw == last else "key_order", start)
        if raw.isascii():
            key = raw.decode("ascii")
        else:
            key = _text(raw, start)
            _check_key(key)
        entries[key], at = _item(data, at, depth)
        last = raw
    return entries, at


def _text(raw: bytes, at: int) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        _refuse("utf8", at)


def _link(data: bytes, at: int) -> tuple[CID, int]:
    start, end = at + len(_LINK_HEAD), at + len(_LINK_HEAD) + SIZE
    if data[at:start] != _LINK_HEAD:
        _refuse("tag", at)
    try:
        return CID.from_bytes(data[start:end]), end
    except CidError:
        _refuse("link", at)


def _check_key(key: str) -> None:
    if not key.isascii() and not unicodedata.is_normalized("NFC", key):
        raise DagCborError("E_CANONICAL", "key_nfc", key=key)


def _check(value: object, depth: int) -> None:
    """Refuse what has no canonical encoding, before cbor2 finds one for it. Subclasses are other kinds."""
    if type(value) is str:
        _check_text(value)
    elif type(value) is int:
        if not -(1 << 64) <= value < 1 << 64:
            raise DagCborError("E_CANONICAL", "value_range", value=value)
    elif type(value) is dict or type(value) is list:
        if depth == MAX_DEPTH:
            raise DagCborError("E_CANONICAL", "value_depth", limit=MAX_DEPTH)
        if type(value) is dict:
            for key in value:
                if type(key) is not str:
                    raise DagCborError("E_CANONICAL", "value_key", key=repr(key)[:80])
                _check_text(key)
                _check_key(key)
            value = value.values()
        for inner in value:
            _check(inner, depth + 1)
    elif value is not None and type(value) not in (bytes, bool, CID):
        raise DagCborError("E_CANONICAL", "value_kind", kind=type(value).__name__)


def _check_text(text: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise DagCborError("E_CANONICAL", "value_text", text=text[:80]) from None
