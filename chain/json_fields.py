"""Single values out of a JSON object of the Safe's world: whole numbers, bytes and addresses, strictly.

Decides which JSON values are a uint256 (an integer, or its only decimal spelling), bytes (`0x` and pairs of hexadecimal
digits) or an address (with its checksum). Every refusal names the member as `place`. Which members an object has is
decided by `chain.safe_json` and `chain.transaction_builder`.
"""

from __future__ import annotations

import re

from chain import address
from chain.address import AddressError
from chain.safe_errors import SafeError
from chain.typed_types import shown

_DECIMAL = re.compile(r"(?:0|[1-9][0-9]{0,77})\Z", re.ASCII)
_HEX = re.compile(r"0x(?:[0-9a-fA-F]{2})*\Z", re.ASCII)


def read_uint(found: object, place: str) -> int:
    """Read a number from 0 that fits 256 bits; raise `SafeError` (`E_UINT`)."""
    if isinstance(found, str) and _DECIMAL.match(found):
        found = int(found)
    if type(found) is not int or not 0 <= found < 2**256:
        raise SafeError("E_UINT", "uint", place=place, found=shown(found), bits=256)
    return found


def read_bytes(found: object, place: str) -> bytes:
    """Read bytes of any length; raise `SafeError` (`E_BYTES`)."""
    if not isinstance(found, str) or not _HEX.match(found):
        raise SafeError("E_BYTES", "hex", place=place, found=shown(found))
    return bytes.fromhex(found[2:])


def read_address(found: object, place: str) -> bytes:
    """Read 20 bytes; raise `AddressError` (`E_ADDRESS`)."""
    try:
        return address.parse(found)
    except AddressError as error:
        raise AddressError(error.code, error.reason, **{**error.facts, "place": place}) from None
