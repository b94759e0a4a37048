"""A chunk of powers by voter as bytes, packed and unpacked without a codec in between.

There are millions of these rows and they have one form: `[20 bytes of voter, power as decimal text]`. What is packed
here is what `chain.dag_cbor` encodes, to the byte, and only such bytes are unpacked; for any others `unpack` returns
None, and whoever reads them words the refusal with the general reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from chain.dag_cbor import MAX_BLOCK

_HEAD = b"\xa3av\x01dkindlpower-valuesfvalues"
# a list of two: 20 bytes, and a text of up to 77 digits, which is less than 2**256
_ROW = re.compile(rb"\x82T(.{20})(?:[\x61-\x77]|x[\x18-\x4d])(0|[1-9][0-9]{0,76})", re.DOTALL)
_TEXT = [bytes([0x60 + size]) if size < 24 else bytes([0x78, size]) for size in range(79)]
"""How a text of so many bytes begins."""


def pack(rows: Iterable[tuple[bytes, int]]) -> bytes:
    """Encode the block of a chunk."""
    packed = []
    for voter, power in rows:
        digits = b"%d" % power
        packed.append(b"\x82T" + voter + _TEXT[len(digits)] + digits)
    count = len(packed)
    size = bytes([0x80 + count]) if count < 24 else bytes([0x98, count]) if count < 256 else _long(count)
    return _HEAD + size + b"".join(packed)


def unpack(data: bytes) -> list[tuple[bytes, int]] | None:
    """Decode the block of a chunk; None for one that `pack` does not write."""
    if len(data) > MAX_BLOCK:
        return None
    rows = [(voter, int(digits)) for voter, digits in _ROW.findall(data, len(_HEAD))]
    return rows if pack(rows) == data else None


def _long(count: int) -> bytes:
    assert count < 1 << 16, "a chunk has no so many rows"
    return b"\x99" + count.to_bytes(2, "big")
