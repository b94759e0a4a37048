"""RLP items, read strictly: the bytes that headers, receipts, accounts and trie nodes are made of.

Decides whether bytes are canonical RLP and whether an item is the list, integer or byte string that its place asks
for. Does not decide what the items mean; that is the work of the module that reads them. Decoding itself is done by
`rlp`, which refuses non-minimal lengths, one-byte strings in long form and surplus bytes; its exceptions end here.
"""

from __future__ import annotations

from typing import TypeAlias

import rlp

from chain.errors import ChainError

Item: TypeAlias = "bytes | list[Item]"

UINT64_BYTES = 8
UINT256_BYTES = 32


class ProofError(ChainError):
    """Evidence about the chain that is incomplete, malformed, or not of the root that it claims (`E_PROOF`)."""


def malformed(what: str, fault: str) -> ProofError:
    """Make the error that says which kind of thing (`what`) is broken and how (`fault`), both stable words."""
    return ProofError("E_PROOF", "malformed", what=what, fault=fault)


def decode(data: bytes, what: str) -> Item:
    """Decode one canonical RLP item that spans all of `data`, or raise `E_PROOF` malformed."""
    try:
        item: Item = rlp.decode(data)
    except (rlp.RLPException, RecursionError) as error:  # thousands of nested lists exhaust the decoder's stack
        raise malformed(what, "rlp") from error
    return item


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
