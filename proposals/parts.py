"""Parts: what a proposal executes, as one canonical block whose CID is what people vote on.

Decides the one form of a list of parts, and holds it in both directions: what cannot be written is not read either.
Does not decide whether a part's Safe belongs to the fund, whether a call is a payment (`calls`), whether it says what
the document says (`compile`), or what time it is: `check_horizon` is told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from chain import address, amount, dag_cbor
from chain.cid import CID, dag_cbor_cid
from proposals.errors import ProposalsError

VERSION = 1
KIND = "parts"

MAX_PARTS = 100
MAX_CALLS = 1_000
"""Of one part; a Safe transaction of more calls would not fit a block of any chain anyway."""
MAX_DATA = 64 * 1024
"""Bytes of one call's data."""
MAX_CHAIN_ID = 2**63 - 37
"""EIP-2294."""
TIME_LIMIT = 10_000_000_000
"""Unix seconds below this reach to the year 2286; what lies above is milliseconds by mistake."""
HORIZON = 5 * 366 * 86_400
"""Seconds: how far ahead of its day a part may name a time."""

_RELEASE = re.compile(r"[a-z0-9-]{1,32}\Z", re.ASCII)
_BLOCK_KEYS = {"v", "kind", "parts"}
_PART_KEYS = {"calls", "chain_id", "not_after", "not_before", "release", "safe"}
_CALL_KEYS = {"data", "to", "value"}

_T = TypeVar("_T")


class PartsError(ProposalsError):
    """A list of parts that cannot be written, or bytes that are not one (`E_PARTS`, `E_TIME`, `E_LIMIT`, …)."""


class Call(NamedTuple):
    """One call that the Safe makes: always an ordinary call, because a delegate call has no way to be written."""

    to: bytes
    """20 bytes, never zero."""
    value: int
    """Wei of the chain's own coin."""
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one Safe transaction does, and when it may."""

    chain_id: int
    safe: bytes
    """20 bytes."""
    not_before: int = 0
    """Unix seconds; 0 adds nothing to the other conditions."""
    not_after: int = 0
    """Unix seconds; 0 means eta + grace."""
    release: str = ""
    """The milestone that must be approved first; empty for none. One milestone releases one part."""
    calls: tuple[Call, ...]


def encode_parts(parts: Sequence[Part]) -> bytes:
    """Return the canonical DAG-CBOR block of a list of parts; raise `PartsError` for a list that breaks a rule."""
    validate(parts)
    return dag_cbor.encode({"v": VERSION, "kind": KIND, "parts": [_part_map(part) for part in parts]})


def decode_parts(data: bytes) -> tuple[Part, ...]:
    """Read a block of parts, and nothing that `encode_parts` would not have written byte for byte."""
    block = dag_cbor.decode(data)
    if not isinstance(block, dict) or block.get("kind") != KIND:
        raise PartsError("E_PARTS", "kind", expected=KIND)
    if block.get("v") != VERSION or type(block["v"]) is not int:
        raise PartsError("E_VERSION", "parts", found=block.get("v"), expected=VERSION)
    _check_keys(block, _BLOCK_KEYS, part=0)
    items = block["parts"]
    if not isinstance(items, list):
        raise PartsError("E_PARTS", "form", part=0, field="parts")
    parts = tuple(_read_part(item, number) for number, item in enumerate(items, 1))
    if encode_parts(parts) != data:
        raise PartsError("E_CANONICAL", "parts", size=len(data))
    return parts


def parts_cid(parts: Sequence[Part]) -> CID:
    """Return the name of the block: what a proposal's `parts` field must say."""
    return dag_cbor_cid(encode_parts(parts))


def validate(parts: Sequence[Part]) -> None:
    """Raise `PartsError` with the number of the first part that breaks a rule of the form."""
    if not parts:
        raise PartsError("E_PARTS", "empty")
    if len(parts) > MAX_PARTS:
        raise PartsError("E_LIMIT", "parts", found=len(parts), limit=MAX_PARTS)
    released: dict[str, int] = {}
    for number, part in enumerate(parts, 1):
        _check_place(part, number)
        _check_window(part, number)
        _check_calls(part, number)
        if part.release in released:
            raise PartsError(
                "E_PARTS", "release_twice", part=number, release=part.release, first=released[part.release]
            )
        if part.release:
            released[part.release] = number


def is_release(text: str) -> bool:
    """Whether `text` can be a milestone's id. A lone `-` cannot: tables write it for none."""
    return _RELEASE.match(text) is not None and text != "-"


def check_horizon(parts: Sequence[Part], *, day: int, horizon: int = HORIZON) -> None:
    """Raise `E_TIME` when a part names a time more than `horizon` seconds after `day` (Unix seconds)."""
    for number, part in enumerate(parts, 1):
        for field, time in (("not_before", part.not_before), ("not_after", part.not_after)):
            if time > day + horizon:
                raise PartsError("E_TIME", "far", part=number, field=field, time=time, latest=day + horizon)


def _check_place(part: Part, number: int) -> None:
    if not 1 <= part.chain_id <= MAX_CHAIN_ID:
        raise PartsError("E_PARTS", "chain_id", part=number, chain_id=part.chain_id)
    if len(part.safe) != 20 or part.safe == address.ZERO:
        raise PartsError("E_PARTS", "safe", part=number)
    if part.release and not is_release(part.release):
        raise PartsError("E_PARTS", "release", part=number, release=part.release)


def _check_window(part: Part, number: int) -> None:
    for field, time in (("not_before", part.not_before), ("not_after", part.not_after)):
        if time >= TIME_LIMIT:
            raise PartsError("E_TIME", "milliseconds", part=number, field=field, time=time)
        if time < 0:
            raise PartsError("E_TIME", "negative", part=number, field=field, time=time)
    if part.not_after and part.not_after <= part.not_before:
        raise PartsError("E_TIME", "window", part=number, not_before=part.not_before, not_after=part.not_after)


def _check_calls(part: Part, number: int) -> None:
    if not part.calls:
        raise PartsError("E_PARTS", "no_calls", part=number)
    if len(part.calls) > MAX_CALLS:
        raise PartsError("E_LIMIT", "calls", part=number, found=len(part.calls), limit=MAX_CALLS)
    for position, call in enumerate(part.calls, 1):
        if len(call.to) != 20:
            raise PartsError("E_PARTS", "to", part=number, call=position)
        if call.to == address.ZERO:
            raise PartsError("E_RECIPIENT_ZERO", part=number, call=position)
        if not 0 <= call.value < 2**256:
            raise PartsError("E_PARTS", "value", part=number, call=position, value=call.value)
        if len(call.data) > MAX_DATA:
            raise PartsError("E_LIMIT", "data", part=number, call=position, found=len(call.data), limit=MAX_DATA)


def _part_map(part: Part) -> dict[str, object]:
    return {
        "calls": [{"data": call.data, "to": call.to, "value": str(call.value)} for call in part.calls],
        "chain_id": part.chain_id,
        "not_after": part.not_after,
        "not_before": part.not_before,
        "release": part.release,
        "safe": part.safe,
    }


def _read_part(item: object, number: int) -> Part:
    fields = _check_keys(item, _PART_KEYS, part=number)
    calls = _typed(fields, "calls", list, number)
    return Part(
        chain_id=_typed(fields, "chain_id", int, number),
        safe=_typed(fields, "safe", bytes, number),
        not_before=_typed(fields, "not_before", int, number),
        not_after=_typed(fields, "not_after", int, number),
        release=_typed(fields, "release", str, number),
        calls=tuple(_read_call(call, number) for call in calls),
    )


def _read_call(item: object, number: int) -> Call:
    fields = _check_keys(item, _CALL_KEYS, part=number)
    return Call(
        to=_typed(fields, "to", bytes, number),
        value=amount.parse_base_units(fields["value"]),
        data=_typed(fields, "data", bytes, number),
    )


def _check_keys(item: object, keys: set[str], *, part: int) -> dict[str, object]:
    if not isinstance(item, dict) or item.keys() != keys:
        raise PartsError("E_PARTS", "keys", part=part, expected=", ".join(sorted(keys)))
    return item


def _typed(fields: dict[str, object], field: str, kind: type[_T], part: int) -> _T:
    value = fields[field]
    if type(value) is not kind:  # not isinstance: a CBOR `true` is no number here
        raise PartsError("E_PARTS", "form", part=part, field=field)
    return value
