"""A batch as JSON in the shape of Safe's Transaction Builder, with its checksum: the way to a wallet without a service.

Decides which JSON objects are such a batch and which calls it makes, and writes one. A file that shows a method with
arguments beside other data is refused: whoever reads it would see one call and sign another. Nonce, version and gas
fields are not in such a file; who makes a Safe transaction of its calls decides them (`treasury.binding`).

    {"version": "1.0", "chainId": "1", "transactions": [{"to", "value", "data"}]}                 must be there
    {"meta": {"checksum", "createdFromSafeAddress"}}                                              compared; the Safe
    "transactions": [{"contractMethod": {"name", "inputs"}, "contractInputsValues"}]              instead of "data"

Source: safe-global/safe-react-apps, apps/tx-builder, `models.ts` and `checksum.ts` (the checksum leaves out the name of
the batch; before 2022-05 it did not, and both are taken).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chain import abi, json_text
from chain.address import checksum as spell_address
from chain.json_fields import read_address, read_bytes, read_uint
from chain.keccak import keccak256
from chain.multi_send import InnerCall
from chain.safe_errors import SafeError
from chain.typed_types import shown

VERSION = "1.0"
BUILDER_VERSION = "1.18.0"
"""The release of the wallet's application whose shape is written."""
MAX_CALLS = 1_000

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,77})\Z", re.ASCII)
_ARRAY = re.compile(r"(.+)\[([0-9]*)\]\Z", re.ASCII)
_PLAIN = frozenset({"receive", "fallback"})
"""Methods by which the builder shows a call without data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one file asks a Safe to do, in order."""

    chain_id: int
    safe: bytes | None
    """The Safe from which the file was made; None where it does not say."""
    calls: tuple[InnerCall, ...]


def is_batch(value: object) -> bool:
    """Whether a JSON value means to be a builder's file: it has `transactions`, which no Safe transaction has."""
    return isinstance(value, Mapping) and "transactions" in value and "nonce" not in value


def read_batch(value: object) -> Batch:
    """Read a builder's file.

    Raises `SafeError`: `E_SAFE_TX` for an object out of form, `E_VERSION` for another version of the format, `E_UINT`,
    `E_BYTES`, `E_HASH_MISMATCH` (`builder_checksum`) for a file that was changed after it was made, `E_CALLDATA`
    (`builder_method`) for data that is not what the method shows; and `E_ADDRESS` as its module does.
    """
    if not isinstance(value, Mapping):
        raise SafeError("E_SAFE_TX", "form", place="batch")
    for name in ("version", "chainId", "transactions"):
        if name not in value:
            raise SafeError("E_SAFE_TX", "missing", place=name)
    if value["version"] != VERSION:
        raise SafeError("E_VERSION", "builder", found=shown(value["version"]), expected=VERSION)
    meta, rows = value.get("meta") or {}, value["transactions"]
    if not isinstance(meta, Mapping):
        raise SafeError("E_SAFE_TX", "form", place="meta")
    if not isinstance(rows, list) or not 1 <= len(rows) <= MAX_CALLS:
        raise SafeError("E_SAFE_TX", "builder_rows", limit=MAX_CALLS)
    _check_checksum(value, meta)
    safe = meta.get("createdFromSafeAddress") or None
    return Batch(
        chain_id=read_uint(value["chainId"], "chainId"),
        safe=None if safe is None else read_address(safe, "meta/createdFromSafeAddress"),
        calls=tuple(_read_call(row, f"transactions/{number}") for number, row in enumerate(rows, 1)),
    )


def write_batch(
    calls: Iterable[InnerCall], *, chain_id: int, safe: bytes, created_at: int, name: str, description: str = ""
) -> dict[str, object]:
    """Write what `read_batch`, and a wallet, reads; `created_at` in Unix seconds."""
    batch: dict[str, object] = {
        "version": VERSION,
        "chainId": str(chain_id),
        "createdAt": created_at * 1_000,
        "meta": {
            "name": name,
            "description": description,
            "txBuilderVersion": BUILDER_VERSION,
            "createdFromSafeAddress": spell_address(safe),
            "createdFromOwnerAddress": "",
        },
        "transactions": [
            {
                "to": spell_address(call.to),
                "value": str(call.value),
                "data": "0x" + call.data.hex() if call.data else None,
                "contractMethod": None,
                "contractInputsValues": None,
            }
            for call in calls
        ],
    }
    return _with_meta(batch, checksum=checksum(batch))


def checksum(batch: Mapping[str, Any]) -> str:
    """Return the checksum of a file whose `meta` has none yet."""
    return _hash(_with_meta(batch, name=None))


def _check_checksum(value: Mapping[str, Any], meta: Mapping[str, Any]) -> None:
    stated = meta.get("checksum")
    if not stated:
        return
    bare = {**value, "meta": {key: item for key, item in meta.items() if key != "checksum"}}
    if stated not in (checksum(bare), _hash(bare)):
        raise SafeError("E_HASH_MISMATCH", "builder_checksum", expected=checksum(bare), found=shown(stated))


def _with_meta(batch: Mapping[str, Any], **members: object) -> dict[str, object]:
    return {**batch, "meta": {**batch["meta"], **members}}


def _hash(batch: Mapping[str, object]) -> str:
    return "0x" + keccak256(_serialize(batch).encode("utf-8")).hex()


def _serialize(value: object) -> str:
    """Spell a value as the builder does before it hashes: keys in order, then their values."""
    if isinstance(value, Mapping):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + _text(names) + "".join(_serialize(value[name]) + "," for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_serialize, value)) + "]"
    return _text(value)


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _read_call(row: object, place: str) -> InnerCall:
    if not isinstance(row, Mapping):
        raise SafeError("E_SAFE_TX", "form", place=place)
    for name in ("to", "value"):
        if name not in row:
            raise SafeError("E_SAFE_TX", "missing", place=f"{place}/{name}")
    given = row.get("data")
    data = None if given is None else read_bytes(given, f"{place}/data")
    method = row.get("contractMethod")
    shown_data = None if method is None else _encode(method, row.get("contractInputsValues"), place)
    if data is not None and shown_data is not None and data != shown_data:
        raise SafeError("E_CALLDATA", "builder_method", place=place, found=data, expected=shown_data)
    to, value = read_address(row["to"], f"{place}/to"), read_uint(row["value"], f"{place}/value")
    return InnerCall(0, to, value, data or shown_data or b"")


def _encode(method: object, values: object, place: str) -> bytes | None:
    """Write the data that a method with its arguments shows; None where the file shows no arguments."""
    name, inputs = (method.get("name"), method.get("inputs")) if isinstance(method, Mapping) else (None, None)
    if not isinstance(name, str) or not isinstance(inputs, list):
        raise SafeError("E_SAFE_TX", "form", place=f"{place}/contractMethod")
    if name in _PLAIN and not inputs:
        return b""
    if values is None and inputs:
        return None
    where = f"{place}/contractInputsValues"
    given = values if isinstance(values, Mapping) else {}
    arguments: list[object] = []
    for number, item in enumerate(_members(inputs, place), 1):
        if not isinstance(item.get("name"), str) or item["name"] not in given:
            raise SafeError("E_SAFE_TX", "missing", place=f"{where}/{number}")
        arguments.append(_value(item, given[item["name"]], where))
    types = ",".join(_type(item, place) for item in inputs)
    return abi.encode_call(f"{name}({types})", arguments)


def _members(found: object, place: str) -> list[Mapping[str, Any]]:
    if not isinstance(found, list) or not all(isinstance(item, Mapping) for item in found):
        raise SafeError("E_SAFE_TX", "form", place=f"{place}/contractMethod")
    return found


def _type(item: Mapping[str, Any], place: str) -> str:
    """Spell a type as signatures do: a tuple by its members."""
    text = str(item.get("type"))
    if not text.startswith("tuple"):
        return text
    inner = ",".join(_type(member, place) for member in _members(item.get("components"), place))
    return f"({inner})" + text.removeprefix("tuple")


def _value(item: Mapping[str, Any], given: object, place: str) -> object:
    """Read one argument, which the builder keeps as text: lists and tuples are JSON in it."""
    type_ = str(item.get("type"))
    array = _ARRAY.match(type_)
    if array or type_ == "tuple":
        inner = json_text.loads(given) if isinstance(given, str) else given
        if not isinstance(inner, list):
            raise SafeError("E_SAFE_TX", "form", place=place)
        if array:
            return tuple(_value({**item, "type": array[1]}, each, place) for each in inner)
        members = _members(item.get("components"), place)
        if len(members) != len(inner):
            raise SafeError("E_SAFE_TX", "form", place=place)
        return tuple(_value(member, each, place) for member, each in zip(members, inner, strict=True))
    if type_ == "address":
        return read_address(given, place)
    if type_ == "bool" and str(given).lower() in ("true", "false"):
        return str(given).lower() == "true"
    if type_.startswith(("uint", "int")) and _INTEGER.match(str(given)) and not isinstance(given, bool):
        return int(str(given))
    if type_ == "string" and isinstance(given, str):
        return given
    if type_.startswith("bytes"):
        return read_bytes(given, place)
    raise SafeError("E_SAFE_TX", "form", place=place)
