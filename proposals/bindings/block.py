"""The values of other executors' blocks, and the forms that their members have: JSON that some web page wrote.

Decides form only: addresses with or without capitals, whole numbers as text or number, bytes as hex; anything else is
`E_BINDING` with its place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from chain import address
from chain.errors import ChainError
from proposals.errors import ProposalsError

CALLS_MAX = 1_000
_WHOLE = re.compile(r"0|[1-9][0-9]{0,77}", re.ASCII)
_HEX = re.compile(r"0x(?:[0-9a-fA-F]{2})*", re.ASCII)


class BindingError(ProposalsError):
    """A block of an executor that cannot be relied on (`E_BINDING`), or one of several (`E_EXECUTOR`)."""


class BoundCall(NamedTuple):
    """One call that a module would make the Safe do; `operation` 1 is a delegatecall, `value` is wei."""

    to: bytes
    value: int
    data: bytes
    operation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """What one module would do."""

    executor: str
    """`safeSnap` or `oSnap`."""
    chain_id: int
    module: bytes
    safe: bytes | None
    """None where the block does not name it: the module knows it."""
    batches: tuple[tuple[BoundCall, ...], ...]
    """Calls by the transaction in which they are made, in order."""
    hashes: tuple[bytes, ...]
    """SafeSnap: of each batch's transaction. oSnap: none."""
    hash: bytes
    """What stands on chain: SafeSnap's hash of all batches, oSnap's proposal hash."""
    question: str = ""
    """SafeSnap: the text that is asked of Reality.eth."""
    question_hash: bytes = b""

    @property
    def calls(self) -> tuple[BoundCall, ...]:
        """All calls in their order."""
        return tuple(call for batch in self.batches for call in batch)


def mapping(value: object, place: str) -> Mapping[str, Any]:
    """Take an object."""
    if not isinstance(value, dict):
        raise wrong(place, "an object")
    return value


def items(value: object, place: str) -> list[Any]:
    """Take a list of at least one and at most `CALLS_MAX`."""
    if not isinstance(value, list) or not 0 < len(value) <= CALLS_MAX:
        raise wrong(place, "a list of 1 to 1,000")
    return value


def whole(value: object, place: str) -> int:
    """Take a whole number of at most 256 bits, as text or number."""
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        value = int(value)
    if type(value) is not int or not 0 <= value < 2**256:
        raise wrong(place, "a whole number")
    return value


def place_of(value: object, place: str) -> bytes:
    """Take an address: with its checksum, or without any capital."""
    text = value if isinstance(value, str) else ""
    if re.fullmatch("0x[0-9a-f]{40}", text):
        return bytes.fromhex(text[2:])
    try:
        return address.parse(text)
    except ChainError:
        raise wrong(place, "an address") from None


def octets(value: object, place: str) -> bytes:
    """Take bytes."""
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        raise wrong(place, "bytes as hex")
    return bytes.fromhex(value[2:])


def call(row: Mapping[str, Any], place: str) -> BoundCall:
    """Take a call; without an operation it is a plain one."""
    operation = whole(row.get("operation", 0), f"{place}.operation")
    if operation > 1:
        raise wrong(f"{place}.operation", "0 or 1")
    return BoundCall(
        place_of(row.get("to"), f"{place}.to"),
        whole(row.get("value"), f"{place}.value"),
        octets(row.get("data"), f"{place}.data"),
        operation,
    )


def expect_hash(said: object, found: bytes, place: str) -> None:
    """Refuse a hash that the block says and its calls do not give; one that it does not say is no fault."""
    if said is not None and octets(said, place) != found:
        raise BindingError("E_BINDING", "hash", place=place, found=found, said=str(said)[:80])


def wrong(place: str, expected: str) -> BindingError:
    """Make the refusal of a member."""
    return BindingError("E_BINDING", "form", place=place, expected=expected)
