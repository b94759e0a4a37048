"""Addresses: 20 bytes inside, EIP-55 text at the edges, and the two prefixed forms people write.

Strict on purpose: an address is taken only with its EIP-55 checksum and a lower-case `0x`. Lower-case spellings,
ICAP and `0X` are refused, because a checksum that nobody checks protects nobody. Whether an address holds code, or is
the right payee, is decided elsewhere.
"""

from __future__ import annotations

import re

from chain.errors import ChainError
from chain.keccak import keccak256
from chain.networks import SHORT_NAMES

ZERO = bytes(20)

_SPELLING = re.compile(r"0x[0-9a-fA-F]{40}\Z", re.ASCII)

# Upper and lower case of a letter differ in the bit 0x20. These tables set it for the hex digits that are letters, and
# for the digits of the hash that ask for upper case (8 and more).
_LETTERS = bytes.maketrans(b"0123456789abcdef", bytes(10) + b"\x20" * 6)
_RAISED = bytes.maketrans(b"0123456789abcdef", bytes(8) + b"\x20" * 8)
# To compare spellings only, the address as a hex number again: in each digit the bit 8 for a letter, 4 for one in upper
# case. In the hash it is the bit 8 that asks for upper case.
_SPELLED = bytes.maketrans(b"0123456789abcdefABCDEF", b"0000000000888888cccccc")
_BIT_8, _BIT_4 = int("8" * 40, 16), int("4" * 40, 16)


class AddressError(ChainError):
    """Text that is not an EIP-55 address, or a chain prefix that disagrees (`E_ADDRESS`)."""


def checksum(address: bytes) -> str:
    """Spell a 20-byte address with its EIP-55 checksum."""
    assert len(address) == 20, "an address has 20 bytes"
    lower = address.hex().encode("ascii")
    nibbles = keccak256(lower).hex().encode("ascii")[:40]
    flips = int.from_bytes(lower.translate(_LETTERS), "big") & int.from_bytes(nibbles.translate(_RAISED), "big")
    return "0x" + (int.from_bytes(lower, "big") ^ flips).to_bytes(40, "big").decode("ascii")


def parse(text: object) -> bytes:
    """Read an EIP-55 address; raise `AddressError` (`E_ADDRESS`) for anything else."""
    if not isinstance(text, str) or not _SPELLING.match(text):
        raise AddressError("E_ADDRESS", "form", address=text)
    address = bytes.fromhex(text[2:])
    if not has_its_cases(text[2:].encode("ascii")):
        raise AddressError("E_ADDRESS", "checksum", address=text, expected=checksum(address))
    return address


def has_its_cases(digits: bytes) -> bool:
    """Whether 40 hex digits are spelled in the cases of EIP-55: half of what it costs to spell them afresh."""
    spelled = int(digits.translate(_SPELLED), 16)
    raised = int.from_bytes(keccak256(digits.lower())[:20], "big")
    return raised & spelled & _BIT_8 == (spelled & _BIT_4) << 1


def parse_on(text: str, chain_id: int) -> bytes:
    """Read `0x…`, `eth:0x…` (EIP-3770) or `eip155:1:0x…` (CAIP-10) as an address on `chain_id`.

    A prefix that names another chain is refused, and so is a short name that the table does not know.
    """
    prefix, colon, rest = text.rpartition(":")
    if colon and prefix != f"eip155:{chain_id}" and SHORT_NAMES.get(prefix) != chain_id:
        raise AddressError("E_ADDRESS", "chain", address=text, chain_id=chain_id)
    return parse(rest)


def with_chain(address: bytes, chain_id: int) -> str:
    """Spell an address as CAIP-10, `eip155:<chain id>:<EIP-55 address>`."""
    return f"eip155:{chain_id}:{checksum(address)}"
