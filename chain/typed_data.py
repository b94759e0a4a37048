"""EIP-712 typed data: from domain, types and message to the 32 bytes that a wallet signs.

A strict encoder of our own, because a signature must say exactly what was meant: eth_account's encoder takes `"0x1"`
and `" 1 "` for a number, pads short bytes, drops unknown members and takes an address with a wrong checksum. Here every
value has one spelling and everything else is refused by name. It says nothing of who signed (`chain.signature`), or
whether the types are those of some protocol (its registry).

Encoders are compiled once for each (primary, types) and kept, so a second message of the same types costs little more
than its Keccak hashes.

Source: EIP-712, "Definition of encodeData" and "Definition of domainSeparator".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from chain import address
from chain.address import AddressError
from chain.keccak import keccak256
from chain.typed_types import (
    MAX_ITEMS,
    Field,
    TypedDataError,
    Types,
    check_types,
    encode_type,
    fixed_bytes_size,
    integer_bits,
    parse_types,
    reachable,
    shown,
    spell_type,
    split_array,
)

__all__ = [
    "DOMAIN_FIELDS",
    "Field",
    "TypedDataError",
    "Types",
    "check_domain",
    "digest",
    "digester",
    "domain_separator",
    "encode_type",
    "hash_struct",
    "parse_types",
]

DOMAIN_FIELDS = (
    Field("name", "string"),
    Field("version", "string"),
    Field("chainId", "uint256"),
    Field("verifyingContract", "address"),
    Field("salt", "bytes32"),
)
"""What a domain may hold, in the order in which its type is spelled."""

_Encoder = Callable[[object], bytes]
_Key = tuple[tuple[str, tuple[Field, ...]], ...]

_HEX = re.compile(r"0x(?:[0-9a-f]{2})*\Z", re.ASCII)
_FALSE, _TRUE = bytes(32), bytes(31) + b"\x01"
_ADDRESS_PADDING = bytes(12)
_SHORT = 128
"""Strings up to so many characters keep their hash: space, app and proposal id come again in every vote of a tally."""


class _Compiled(NamedTuple):
    encode: _Encoder
    structs: frozenset[str]
    """The primary struct and all that it refers to."""


def digest(*, domain: Mapping[str, object], types: Types, primary: str, message: Mapping[str, object]) -> bytes:
    """Return `keccak256(0x1901 || domainSeparator || hashStruct(message))`, the 32 bytes to sign.

    Raises `TypedDataError`: `E_DOMAIN`; `E_TYPES` for types or members that do not fit (also for a struct that the
    primary never uses, which would be text without a signature); `E_TYPES_LIMIT`; and for values `E_UINT`, `E_BYTES`,
    `E_TEXT`. A bad address raises `AddressError` (`E_ADDRESS`).
    """
    return digester(domain=domain, types=types, primary=primary)(message)


def digester(*, domain: Mapping[str, object], types: Types, primary: str) -> Callable[[Mapping[str, object]], bytes]:
    """Return `digest` for messages of one domain and type: a tally hashes a million votes of the same three types."""
    compiled = _compiled(primary, _key(types))
    if len(compiled.structs) != len(types):
        unused = sorted(types.keys() - compiled.structs)
        raise TypedDataError("E_TYPES", "unused", place=primary, found=", ".join(unused))
    prefix, encode = b"\x19\x01" + domain_separator(domain), compiled.encode
    return lambda message: keccak256(prefix + encode(message))


def hash_struct(primary: str, types: Types, message: Mapping[str, object]) -> bytes:
    """Return `keccak256(typeHash || encodeData(message))`. Raises as `digest` does."""
    return _compiled(primary, _key(types)).encode(message)


def domain_separator(domain: Mapping[str, object]) -> bytes:
    """Hash a domain; its type is spelled from the fields that it has, in EIP-712's order.

    A domain without fields is hashed as ethers does it; whoever reads a message says which domain it must have. Raises
    `TypedDataError` (`E_DOMAIN`) for an unknown field, or a value of the wrong kind.
    """
    # The kind of a value is part of the key, because True == 1 == 1.0 would otherwise share a cache entry.
    key = tuple((name, type(value), value) for name, value in domain.items())
    for name, kind, value in key:
        if kind not in (str, int, bytes):
            raise TypedDataError("E_DOMAIN", "value", place=shown(name), found=shown(value))
    return _domain_separator(key)


@lru_cache(maxsize=256)
def _domain_separator(key: tuple[tuple[str, type, object], ...]) -> bytes:
    domain = {name: value for name, _, value in key}
    fields = tuple(field for field in DOMAIN_FIELDS if field.name in domain)
    unknown = domain.keys() - {field.name for field in fields}
    if unknown:
        raise TypedDataError("E_DOMAIN", "unknown", place=", ".join(sorted(map(shown, unknown))))
    type_hash = keccak256(spell_type("EIP712Domain", {"EIP712Domain": fields}).encode())
    return _struct("EIP712Domain", type_hash, [(f.name, _atomic(f.type, f"domain.{f.name}")) for f in fields])(domain)


def check_domain(found: Mapping[str, object], expected: Mapping[str, object]) -> None:
    """Raise `TypedDataError` unless both domains have the same fields with the same values.

    Another chain id is `E_DOMAIN_CHAIN`, every other difference `E_DOMAIN`.
    """
    for name in found.keys() - expected.keys():
        raise TypedDataError("E_DOMAIN", "extra", place=shown(name), found=shown(found[name]))
    for name in expected.keys() - found.keys():
        raise TypedDataError("E_DOMAIN", "missing", place=name, expected=shown(expected[name]))
    for name, value in expected.items():
        if type(found[name]) is type(value) and found[name] == value:
            continue
        if name == "chainId":
            raise TypedDataError("E_DOMAIN_CHAIN", "differs", expected=shown(value), found=shown(found[name]))
        raise TypedDataError("E_DOMAIN", "differs", place=name, expected=shown(value), found=shown(found[name]))


def _key(types: Types) -> _Key:
    return tuple((name, tuple(fields)) for name, fields in types.items())


@lru_cache(maxsize=512)
def _compiled(primary: str, key: _Key) -> _Compiled:
    types: Types = dict(key)
    check_types(types)
    if primary not in types:
        raise TypedDataError("E_TYPES", "primary", place=shown(primary))
    encoders: dict[str, _Encoder] = {}
    return _Compiled(_struct_encoder(primary, types, encoders), reachable(primary, types))


def _struct_encoder(name: str, types: Types, encoders: dict[str, _Encoder]) -> _Encoder:
    """Compile one struct and, before it, those that it refers to; the nesting is limited by `check_types`."""
    if name not in encoders:
        members = [(f.name, _member(f.type, f"{name}.{f.name}", types, encoders)) for f in types[name]]
        encoders[name] = _struct(name, keccak256(spell_type(name, types).encode()), members)
    return encoders[name]


def _member(type_: str, place: str, types: Types, encoders: dict[str, _Encoder]) -> _Encoder:
    base, dimensions = split_array(type_, place)
    encode = _struct_encoder(base, types, encoders) if base in types else _atomic(base, place)
    for length in dimensions:
        encode = _array(encode, length, place)
    return encode


def _struct(name: str, type_hash: bytes, members: Sequence[tuple[str, _Encoder]]) -> _Encoder:
    names = frozenset(member for member, _ in members)

    def encode(value: object) -> bytes:
        if type(value) is not dict and not isinstance(value, Mapping):
            raise TypedDataError("E_TYPES", "struct", place=name, found=shown(value))
        if value.keys() != names:
            raise _wrong_members(name, value, names)
        return keccak256(type_hash + b"".join([encode_member(value[member]) for member, encode_member in members]))

    return encode


def _wrong_members(struct: str, value: Mapping[object, object], names: frozenset[str]) -> TypedDataError:
    missing = sorted(names - value.keys())
    if missing:
        return TypedDataError("E_TYPES", "missing", place=struct, found=", ".join(missing))
    extra = sorted(map(shown, value.keys() - names))
    return TypedDataError("E_TYPES", "extra", place=struct, found=shown(", ".join(extra)))


def _array(encode_item: _Encoder, length: int | None, place: str) -> _Encoder:
    def encode(value: object) -> bytes:
        if not isinstance(value, list | tuple):
            raise TypedDataError("E_TYPES", "array", place=place, found=shown(value))
        if length is not None and len(value) != length:
            raise TypedDataError("E_TYPES", "length", place=place, expected=length, found=len(value))
        if len(value) > MAX_ITEMS:
            raise TypedDataError("E_TYPES_LIMIT", "items", place=place, found=len(value), limit=MAX_ITEMS)
        return keccak256(b"".join([encode_item(item) for item in value]))

    return encode


def _atomic(type_: str, place: str) -> _Encoder:
    bits, size = integer_bits(type_), fixed_bytes_size(type_)
    if bits is not None:
        return _unsigned(bits, place) if bits > 0 else _signed(-bits, place)
    if size is not None:
        return _fixed_bytes(size, place)
    return {"string": _string, "bytes": _bytes, "address": _address, "bool": _bool}[type_](place)


def _unsigned(bits: int, place: str) -> _Encoder:
    limit = 2**bits

    def encode(value: object) -> bytes:
        # `type … is`, not isinstance: True is an int to Python and must not be one here.
        if type(value) is not int or not 0 <= value < limit:
            raise TypedDataError("E_UINT", "uint", place=place, found=shown(value), bits=bits)
        return value.to_bytes(32, "big")

    return encode


def _signed(bits: int, place: str) -> _Encoder:
    limit = 2 ** (bits - 1)

    def encode(value: object) -> bytes:
        if type(value) is not int or not -limit <= value < limit:
            raise TypedDataError("E_UINT", "int", place=place, found=shown(value), bits=bits)
        return value.to_bytes(32, "big", signed=True)

    return encode


def _fixed_bytes(size: int, place: str) -> _Encoder:
    padding = bytes(32 - size)

    def encode(value: object) -> bytes:
        data = _octets(value, place)
        if len(data) != size:
            raise TypedDataError("E_BYTES", "length", place=place, expected=size, found=len(data))
        return data + padding

    return encode


def _bytes(place: str) -> _Encoder:
    def encode(value: object) -> bytes:
        return keccak256(_octets(value, place))

    return encode


def _octets(value: object, place: str) -> bytes:
    """Take bytes, or their one spelling in JSON: `0x` and lower-case hex digits, an even number of them."""
    if isinstance(value, bytes):
        return value
    if not isinstance(value, str) or not _HEX.match(value):
        raise TypedDataError("E_BYTES", "hex", place=place, found=shown(value))
    return bytes.fromhex(value[2:])


def _address(place: str) -> _Encoder:
    def encode(value: object) -> bytes:
        if isinstance(value, bytes):
            if len(value) != 20:
                raise AddressError("E_ADDRESS", "length", place=place, found=len(value))
            return _ADDRESS_PADDING + value
        try:
            return _ADDRESS_PADDING + address.parse(value)
        except AddressError as error:
            raise AddressError(error.code, error.reason, **{**error.facts, "place": place}) from None

    return encode


def _bool(place: str) -> _Encoder:
    def encode(value: object) -> bytes:
        if value is True:
            return _TRUE
        if value is False:
            return _FALSE
        raise TypedDataError("E_TYPES", "bool", place=place, found=shown(value))

    return encode


def _string(place: str) -> _Encoder:
    def encode(value: object) -> bytes:
        if not isinstance(value, str):
            raise TypedDataError("E_TEXT", "kind", place=place, found=shown(value))
        hashed = _short_text_hash(value) if len(value) <= _SHORT else _text_hash(value)
        if hashed is None:
            raise TypedDataError("E_TEXT", "characters", place=place, found=ascii(value[:80]))
        return hashed

    return encode


def _text_hash(text: str) -> bytes | None:
    """Hash the UTF-8 of a text, or return None for one that has no UTF-8 (a lone surrogate) or holds a NUL."""
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError:
        return None
    return None if 0 in data else keccak256(data)


_short_text_hash = lru_cache(maxsize=1024)(_text_hash)
