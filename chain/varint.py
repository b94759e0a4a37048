"""Unsigned varints: seven bits a byte, lowest first, and only the shortest spelling of a number.

Decides the spelling; how large a number may be, and what is refused in whose name, is its reader's.

Source: multiformats' unsigned-varint; Protocol Buffers' encoding guide has the same bytes.
"""

from __future__ import annotations


def write_varint(number: int) -> bytes:
    """Spell a number of at least 0; all bytes but the last have the top bit set."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def read_varint(data: bytes, at: int, *, most: int) -> tuple[int, int] | None:
    """Read a number from `at` on and say where it ends; None if it takes more than `most` bytes, is cut off, or is a
    longer spelling of a shorter number.
    """
    number = 0
    for place, byte in enumerate(data[at : at + most]):
        number |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return None if byte == 0 and place else (number, at + place + 1)
    return None
