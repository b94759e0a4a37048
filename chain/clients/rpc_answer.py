"""A node's JSON, read strictly: quantities, byte strings and objects as the execution API specification spells them.

Decides form only, and fails as `E_RPC_ANSWER` shape with the field's name: a number that is a float, a hash of 31
bytes, an address with blanks are a broken answer, never a guess. Whether an answer is true is decided by hashes and
proofs elsewhere.
"""

from __future__ import annotations

import re
from typing import Any

from chain.clients.rpc import Rpc

_QUANTITY = re.compile(r"0x[0-9a-fA-F]{1,64}\Z", re.ASCII)
_DATA = re.compile(r"0x(?:[0-9a-fA-F]{2})*\Z", re.ASCII)


class Answer:
    """One JSON object of an answer; its values are taken one by one by the form that they must have."""

    def __init__(self, rpc: Rpc, what: str, value: Any) -> None:
        self.rpc = rpc
        self.what = what
        if not isinstance(value, dict):
            raise rpc.error("E_RPC_ANSWER", "shape", method=what)
        self._fields = value

    def has(self, name: str) -> bool:
        """Whether the field is there and not null."""
        return self._fields.get(name) is not None

    def number(self, name: str) -> int:
        """Take a quantity."""
        return quantity(self.rpc, f"{self.what}.{name}", self._fields.get(name))

    def octets(self, name: str, size: int | None = None) -> bytes:
        """Take a byte string, of `size` bytes if a size is given."""
        return octets(self.rpc, f"{self.what}.{name}", self._fields.get(name), size)

    def optional_octets(self, name: str, size: int) -> bytes | None:
        """Take a byte string, or None where the field is null or not there."""
        return self.octets(name, size) if self.has(name) else None

    def items(self, name: str) -> list[Any]:
        """Take a list."""
        value = self._fields.get(name)
        if not isinstance(value, list):
            raise self.rpc.error("E_RPC_ANSWER", "shape", method=f"{self.what}.{name}")
        return value

    def objects(self, name: str) -> list[Answer]:
        """Take a list of objects."""
        return [Answer(self.rpc, f"{self.what}.{name}", item) for item in self.items(name)]


def quantity(rpc: Rpc, what: str, value: Any) -> int:
    """Read a quantity of at most 256 bits."""
    if not isinstance(value, str) or not _QUANTITY.match(value):
        raise rpc.error("E_RPC_ANSWER", "shape", method=what)
    return int(value, 16)


def octets(rpc: Rpc, what: str, value: Any, size: int | None = None) -> bytes:
    """Read a byte string, of `size` bytes if a size is given."""
    if not isinstance(value, str) or not _DATA.match(value) or (size is not None and len(value) != 2 + 2 * size):
        raise rpc.error("E_RPC_ANSWER", "shape", method=what)
    return bytes.fromhex(value[2:])
