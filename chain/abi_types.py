"""The types of Solidity's ABI: how a signature is spelled, and which of its parts have a size of their own.

Decides the canonical spelling of a function or event (`transfer(address,uint256)`: no names, no blanks, no aliases) and
splits it into types. Reads no data: that is `chain.abi`.

Source: Solidity documentation, "Contract ABI Specification", Types. Not taken: `function` and `fixed`, which no
contract of this field uses.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from chain.errors import ChainError
from chain.typed_types import is_atomic

MAX_NESTING = 16
"""Brackets within brackets, and dimensions of one array."""

_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*(?=\()", re.ASCII)
_WORD = re.compile(r"[a-z0-9]+", re.ASCII)
_DIMENSION = re.compile(r"\[([1-9][0-9]{0,5})?\]", re.ASCII)


class AbiError(ChainError):
    """Calldata, event data or a signature that is not in its one canonical form (`E_CALLDATA`)."""


class AbiType(NamedTuple):
    """One type: atomic (neither members nor item), a tuple (members), or an array (item, and its length if fixed)."""

    text: str
    members: tuple[AbiType, ...] = ()
    item: AbiType | None = None
    length: int | None = None

    @property
    def is_dynamic(self) -> bool:
        """Whether values differ in size, so that they stand in the tail behind an offset."""
        if self.item is not None:
            return self.length is None or self.item.is_dynamic
        return self.text in ("bytes", "string") or any(member.is_dynamic for member in self.members)

    @property
    def head_size(self) -> int:
        """Bytes that a value takes in the head: itself if its size is fixed, one word of offset if not."""
        if self.is_dynamic:
            return 32
        if self.item is not None and self.length is not None:
            return self.length * self.item.head_size
        return sum(member.head_size for member in self.members) if self.members else 32


@lru_cache(maxsize=512)
def parse_signature(signature: str) -> tuple[AbiType, ...]:
    """Read the types of `name(type,…)` in its canonical spelling; raise `AbiError` for every other one."""
    name = _NAME.match(signature)
    if name is None:
        raise AbiError("E_CALLDATA", "signature", signature=signature[:80])
    if signature[name.end() :] == "()":
        return ()
    return parse_type(signature[name.end() :]).members


@lru_cache(maxsize=512)
def parse_type(text: str) -> AbiType:
    """Read one type, such as `(address,uint256[2])[]`."""
    type_, end = _read(text, 0, 0)
    if end != len(text):
        raise AbiError("E_CALLDATA", "signature", signature=text[:80])
    return type_


def _read(text: str, at: int, depth: int) -> tuple[AbiType, int]:
    """Read the type that starts at a character; return it and where it ends."""
    if depth > MAX_NESTING:
        raise AbiError("E_CALLDATA", "signature", signature=text[:80])
    start = at
    if text.startswith("(", at):
        members, at = _read_members(text, at, depth)
        type_ = AbiType(text[start:at], members=members)
    else:
        word = _WORD.match(text, at)
        if word is None or not is_atomic(word[0]):
            raise AbiError("E_CALLDATA", "signature", signature=text[:80])
        type_, at = AbiType(word[0]), word.end()
    while dimension := _DIMENSION.match(text, at):
        depth += 1
        if depth > MAX_NESTING:
            raise AbiError("E_CALLDATA", "signature", signature=text[:80])
        at = dimension.end()
        type_ = AbiType(text[start:at], item=type_, length=int(dimension[1]) if dimension[1] else None)
    return type_, at


def _read_members(text: str, at: int, depth: int) -> tuple[tuple[AbiType, ...], int]:
    """Read `(type,…)`, at least one type."""
    members: list[AbiType] = []
    while not members or text.startswith(",", at):
        member, at = _read(text, at + 1, depth + 1)
        members.append(member)
    if not text.startswith(")", at):
        raise AbiError("E_CALLDATA", "signature", signature=text[:80])
    return tuple(members), at + 1
