"""EIP-712 types: which type definitions are acceptable, and how they are spelled.

Decides the form of names and member types, that every referenced struct is defined, and the limits that keep types
given by strangers from costing anything (`E_TYPES_LIMIT`). Says nothing of values (`chain.typed_data`), nor of which
types a message of some protocol must have (its own registry).

Source: EIP-712, definition of `encodeType`. As there, the aliases `uint` and `int` do not exist; unlike there, structs
may not be recursive, because nothing that we sign needs it and a cycle in the data would never end.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from chain.errors import ChainError

MAX_STRUCTS = 32
MAX_FIELDS = 64
MAX_NESTING = 8
"""Structs within structs."""
MAX_DIMENSIONS = 4
"""`uint8[][2]` has two."""
MAX_ITEMS = 10_000
"""Items of one array, fixed or not."""
MAX_NAME = 64
"""Characters of a name of struct or member."""

_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*\Z", re.ASCII)
_INTEGER = re.compile(r"(u?int)([1-9][0-9]{0,2})\Z", re.ASCII)
_FIXED_BYTES = re.compile(r"bytes([1-9][0-9]?)\Z", re.ASCII)
_LOOKS_ATOMIC = re.compile(r"(?:u?int|bytes)[0-9]*\Z|(?:address|bool|string)\Z", re.ASCII)
_DIMENSION = re.compile(r"\[([1-9][0-9]{0,8})?\]", re.ASCII)


class Field(NamedTuple):
    """One member of a struct: its name and its EIP-712 type (`address`, `Part[]`, `bytes32[2]`)."""

    name: str
    type: str


Types = Mapping[str, Sequence[Field]]
"""Structs by name, members in the order that is signed."""


class TypedDataError(ChainError):
    """Types, domain or values that EIP-712 does not allow, or that we do not take from strangers."""


def parse_types(value: object) -> Types:
    """Read the `types` of a typed-data JSON: a map of struct name to a list of `{"name", "type"}`.

    `EIP712Domain` is not taken among them: the domain's type follows from the domain's own fields. Raises
    `TypedDataError` with `E_TYPES`, or `E_TYPES_LIMIT`.
    """
    if not isinstance(value, Mapping) or not value:
        raise TypedDataError("E_TYPES", "form", place="types")
    if len(value) > MAX_STRUCTS:
        raise TypedDataError("E_TYPES_LIMIT", "structs", found=len(value), limit=MAX_STRUCTS)
    types = {name: _parse_fields(name, fields) for name, fields in value.items()}
    check_types(types)
    return types


def _parse_fields(struct: object, value: object) -> tuple[Field, ...]:
    if not isinstance(value, list | tuple):
        raise TypedDataError("E_TYPES", "form", place=shown(struct))
    if len(value) > MAX_FIELDS:
        raise TypedDataError("E_TYPES_LIMIT", "fields", place=shown(struct), found=len(value), limit=MAX_FIELDS)
    for field in value:
        if not isinstance(field, Mapping) or field.keys() != {"name", "type"}:
            raise TypedDataError("E_TYPES", "form", place=shown(struct))
    return tuple(Field(field["name"], field["type"]) for field in value)


def check_types(types: Types) -> None:
    """Raise `TypedDataError` unless names, members, references, nesting and sizes are all acceptable."""
    if len(types) > MAX_STRUCTS:
        raise TypedDataError("E_TYPES_LIMIT", "structs", found=len(types), limit=MAX_STRUCTS)
    for struct, fields in types.items():
        _check_name(struct, place="types")
        if struct == "EIP712Domain":
            raise TypedDataError("E_TYPES", "domain_type", place=struct)
        if _LOOKS_ATOMIC.match(struct):
            raise TypedDataError("E_TYPES", "reserved", place="types", found=struct)
        _check_fields(types, struct, fields)
    done: dict[str, int] = {}
    for struct in types:
        _depth(struct, types, done, ())


def _check_fields(types: Types, struct: str, fields: Sequence[Field]) -> None:
    if not fields:
        raise TypedDataError("E_TYPES", "empty", place=struct)
    if len(fields) > MAX_FIELDS:
        raise TypedDataError("E_TYPES_LIMIT", "fields", place=struct, found=len(fields), limit=MAX_FIELDS)
    seen: set[str] = set()
    for name, type_ in fields:
        _check_name(name, place=struct)
        if name in seen:
            raise TypedDataError("E_TYPES", "duplicate", place=struct, found=name)
        seen.add(name)
        place = f"{struct}.{name}"
        base, _ = split_array(type_, place)
        if base not in types and not is_atomic(base):
            raise TypedDataError("E_TYPES", "unknown_type", place=place, found=shown(type_))


def _check_name(name: object, place: str) -> None:
    if isinstance(name, str) and len(name) > MAX_NAME:
        raise TypedDataError("E_TYPES_LIMIT", "name", place=place, found=len(name), limit=MAX_NAME)
    if not isinstance(name, str) or not _NAME.match(name):
        raise TypedDataError("E_TYPES", "name", place=place, found=shown(name))


def _depth(struct: str, types: Types, done: dict[str, int], above: tuple[str, ...]) -> int:
    """How deep structs nest below `struct`; the path `above` is at most `MAX_NESTING` long, so this recursion is."""
    if struct in above:
        raise TypedDataError("E_TYPES_LIMIT", "cycle", place=" > ".join((*above, struct)))
    if len(above) >= MAX_NESTING:
        raise TypedDataError("E_TYPES_LIMIT", "nesting", place=" > ".join(above), limit=MAX_NESTING)
    if struct not in done:
        below = (_depth(child, types, done, (*above, struct)) for child in references(types[struct], types))
        done[struct] = 1 + max(below, default=0)
    if len(above) + done[struct] > MAX_NESTING:
        raise TypedDataError("E_TYPES_LIMIT", "nesting", place=" > ".join((*above, struct)), limit=MAX_NESTING)
    return done[struct]


def references(fields: Sequence[Field], types: Types) -> list[str]:
    """Name the structs that these members refer to, each once."""
    bases = (field.type.partition("[")[0] for field in fields)
    return list(dict.fromkeys(base for base in bases if base in types))


def reachable(primary: str, types: Types) -> frozenset[str]:
    """Name every struct that `primary` needs, itself included. The types must have passed `check_types`."""
    found = {primary}
    waiting = [primary]
    while waiting:
        for child in references(types[waiting.pop()], types):
            if child not in found:
                found.add(child)
                waiting.append(child)
    return frozenset(found)


def split_array(type_: object, place: str) -> tuple[str, tuple[int | None, ...]]:
    """Split `Part[2][]` into `Part` and `(2, None)`: the dimensions from the innermost out."""
    if not isinstance(type_, str):
        raise TypedDataError("E_TYPES", "unknown_type", place=place, found=shown(type_))
    base, bracket, rest = type_.partition("[")
    dimensions: list[int | None] = []
    at = 0
    suffix = bracket + rest
    while at < len(suffix):
        match = _DIMENSION.match(suffix, at)
        if match is None:
            raise TypedDataError("E_TYPES", "unknown_type", place=place, found=shown(type_))
        length = None if match[1] is None else int(match[1])
        if length is not None and length > MAX_ITEMS:
            raise TypedDataError("E_TYPES_LIMIT", "items", place=place, found=length, limit=MAX_ITEMS)
        if len(dimensions) == MAX_DIMENSIONS:
            raise TypedDataError("E_TYPES_LIMIT", "dimensions", place=place, limit=MAX_DIMENSIONS)
        dimensions.append(length)
        at = match.end()
    return base, tuple(dimensions)


def integer_bits(type_: str) -> int | None:
    """Return 8…256 for `uint8…uint256`, -8…-256 for `int8…int256`, and None for every other type."""
    match = _INTEGER.match(type_)
    if match is None:
        return None
    bits = int(match[2])
    if bits % 8 or bits > 256:
        return None
    return bits if match[1] == "uint" else -bits


def fixed_bytes_size(type_: str) -> int | None:
    """Return 1…32 for `bytes1…bytes32`, and None for every other type."""
    match = _FIXED_BYTES.match(type_)
    size = int(match[1]) if match else 0
    return size if 1 <= size <= 32 else None


def is_atomic(type_: str) -> bool:
    """Whether EIP-712 knows this type without a definition."""
    return (
        type_ in ("address", "bool", "string", "bytes")
        or integer_bits(type_) is not None
        or fixed_bytes_size(type_) is not None
    )


def encode_type(primary: str, types: Types) -> str:
    """Spell `Mail(Person from,string contents)Person(string name)`: the primary struct, then the others sorted."""
    check_types(types)
    if primary not in types:
        raise TypedDataError("E_TYPES", "primary", place=shown(primary))
    return spell_type(primary, types)


def spell_type(primary: str, types: Types) -> str:
    """As `encode_type`, of types that have already passed `check_types`."""
    others = sorted(reachable(primary, types) - {primary})
    return "".join(f"{name}({','.join(f'{f.type} {f.name}' for f in types[name])})" for name in (primary, *others))


def shown(value: object) -> str:
    """Spell a stranger's value for a sentence, cut where it would flood the reader."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
