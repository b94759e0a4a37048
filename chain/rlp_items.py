"""RLP items, read strictly: the bytes that headers, receipts, accounts and trie nodes are made of.

Decides whether bytes are canonical RLP and whether an item is the list, integer or byte string that its place asks
for. Does not decide what the items mean; that is the work of the module that reads them. Decoding is our own, because
the `rlp` library nests as deep as the interpreter's stack, which other libraries change; it encodes, and it is the
decoder's oracle in the tests. Source: Ethereum Yellow Paper, appendix B.
"""

from __future__ import annotations

from typing import TypeAlias

import rlp

from chain.errors import ChainError

Item: TypeAlias = "bytes | list[Item]"

DEPTH_MAX = 8
"""Lists within lists; a receipt's topics lie four deep."""

UINT64_BYTES = 8
UINT256_BYTES = 32


class ProofError(ChainError):
    """Evidence about the chain that is incomplete, malformed, or not of the root that it claims (`E_PROOF`)."""


def malformed(what: str, fault: str) -> ProofError:
    """Make the error that says which kind of thing (`what`) is broken and how (`fault`), both stable words."""
    return ProofError("E_PROOF", "malformed", what=what, fault=fault)


def decode(data: bytes, what: str) -> Item:
    """Decode one canonical RLP item that spans all of `data`, or raise `E_PROOF` malformed.

    Refused: lengths longer than needed, a byte below 0x80 in long form, surplus or missing bytes, lists nested deeper
    than `DEPTH_MAX`.
    """
    items = _items(data, 0, len(data), DEPTH_MAX, what)
    if len(items) != 1:
        raise malformed(what, "rlp")
    return items[0]


def _items(data: bytes, at: int, end: int, depth: int, what: str) -> list[Item]:
    items: list[Item] = []
    while at < end:
        first = data[at]
        if first < 0x80:  # a byte that stands for itself
            start, stop = at, at + 1
        elif first < 0xB8:  # a string of up to 55 bytes
            start, stop = at + 1, at + first - 0x7F
        elif first < 0xC0:
            start, stop = _long(data, at, first - 0xB7, what)
        elif first < 0xF8:  # a list of up to 55 bytes
            start, stop = at + 1, at + first - 0xBF
        else:
            start, stop = _long(data, at, first - 0xF7, what)
        if stop > end or (first == 0x81 and data[start] < 0x80) or (first >= 0xC0 and not depth):
            raise malformed(what, "rlp")
        items.append(data[start:stop] if first < 0xC0 else _items(data, start, stop, depth - 1, what))
        at = stop
    return items


def _long(data: bytes, at: int, size: int, what: str) -> tuple[int, int]:
    # The length follows in `size` bytes, without leading zeros, and only where it does not fit the first byte.
    start = at + 1 + size
    digits = data[at + 1 : start]
    length = int.from_bytes(digits, "big")
    if digits[:1] == b"\x00" or length < 56:
        raise malformed(what, "rlp")
    return start, start + length


def encode(item: Item | tuple[Item, ...]) -> bytes:
    """Encode an item; `decode` takes it back."""
    return bytes(rlp.encode(item))


def octets(item: Item, what: str, field: str, *sizes: int) -> bytes:
    """Take a byte string; if sizes are given its length must be one of them."""
    if not isinstance(item, bytes) or (sizes and len(item) not in sizes):
        raise malformed(what, field)
    return item


def integer(item: Item, what: str, field: str, size: int = UINT256_BYTES) -> int:
    """Take an unsigned big-endian integer of at most `size` bytes and without leading zeros (zero is empty)."""
    digits = octets(item, what, field)
    if len(digits) > size or digits[:1] == b"\x00":
        raise malformed(what, field)
    return int.from_bytes(digits, "big")


def sequence(item: Item, what: str, field: str, count: int | None = None) -> list[Item]:
    """Take a list, of exactly `count` items where a count is given."""
    if not isinstance(item, list) or (count is not None and len(item) != count):
        raise malformed(what, field)
    return item
