"""A map of one of our versioned formats, taken apart key by key: exactly the known keys, each in its only spelling.

It decides form only: that a key is known, present, of the right kind and within its limits. What the values mean, and
whether they fit each other, is decided by the module that opens the map. An unknown key is `E_VERSION` (a newer
writer meant something that this reader would silently drop); everything else is refused under the format's own code.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from chain import address as addresses
from chain.amount import AmountError, parse_base_units
from chain.errors import ChainError
from governance.errors import GovernanceError

SECONDS_MAX = 10_000_000_000
"""Times and periods stay below this; a time in milliseconds is above it (H112)."""

_HASH = re.compile(r"0x[0-9a-f]{64}\Z", re.ASCII)


class FormatError(GovernanceError):
    """A map of ours that has another form than its version says."""


@dataclass(frozen=True, slots=True)
class StrictMap:
    """An opened map: `values` has exactly the keys asked for, `place` names it in messages, `code` refuses."""

    values: Mapping[str, object]
    place: str
    code: str

    def at(self, key: str) -> str:
        """Spell the place of one key, as `funds[1].safe`."""
        return f"{self.place}.{key}" if self.place else key

    def refuse(self, key: str, expected: str) -> NoReturn:
        """Refuse the value of `key`: `expected` says in a few words what belongs there."""
        raise FormatError(self.code, "field", field=self.at(key), expected=expected)

    def integer(self, key: str, low: int, high: int) -> int:
        """Take an int (never a bool) within [low, high]."""
        value = self.values[key]
        if type(value) is not int or not low <= value <= high:
            self.refuse(key, f"a whole number from {low} to {high}")
        return value

    def text(self, key: str, pattern: str = r"(?s).{1,256}") -> str:
        """Take a text that matches `pattern` as a whole."""
        value = self.values[key]
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            self.refuse(key, f"text of the form {pattern}")
        return value

    def one_of(self, key: str, known: Sequence[str]) -> str:
        """Take one of the words that this version knows; another word is `E_VERSION`, not a wrong form."""
        value = self.text(key)
        if value not in known:
            raise FormatError("E_VERSION", "word", field=self.at(key), found=value, known=", ".join(known))
        return value

    def flag(self, key: str) -> bool:
        """Take true or false."""
        value = self.values[key]
        if not isinstance(value, bool):
            self.refuse(key, "true or false")
        return value

    def amount(self, key: str) -> int:
        """Take base units, written as a decimal string."""
        try:
            return parse_base_units(self.values[key])
        except AmountError:
            self.refuse(key, "base units as a decimal string")

    def amounts(self, key: str) -> list[int]:
        """Take a list of base units, each a decimal string."""
        try:
            return [parse_base_units(item) for item in self.items(key)]
        except AmountError:
            self.refuse(key, "a list of base units as decimal strings")

    def address(self, key: str) -> bytes:
        """Take an EIP-55 address as 20 bytes."""
        return self._address(self.values[key], key)

    def optional_address(self, key: str) -> bytes | None:
        """Take an EIP-55 address, or null."""
        return None if self.values[key] is None else self.address(key)

    def address_list(self, key: str) -> tuple[bytes, ...]:
        """Take a list of different addresses, in its order."""
        taken = tuple(self._address(item, f"{key}[{n}]") for n, item in enumerate(self.items(key), 1))
        if len(set(taken)) != len(taken):
            self.refuse(key, "each address once")
        return taken

    def text_list(self, key: str, pattern: str) -> tuple[str, ...]:
        """Take a list of different texts that match `pattern`, in its order."""
        taken = []
        for item in self.items(key):
            if not isinstance(item, str) or not re.fullmatch(pattern, item):
                self.refuse(key, f"texts of the form {pattern}")
            taken.append(item)
        if len(set(taken)) != len(taken):
            self.refuse(key, "each text once")
        return tuple(taken)

    def hash32(self, key: str) -> bytes:
        """Take a 32-byte hash: `bytes` in a binary map, lower-case 0x-hex in a text one."""
        value = self.values[key]
        if isinstance(value, bytes) and len(value) == 32:
            return value
        if not isinstance(value, str) or not _HASH.match(value):
            self.refuse(key, "a 32-byte hash")
        return bytes.fromhex(value[2:])

    def items(self, key: str) -> Sequence[object]:
        """Take a list."""
        value = self.values[key]
        if not isinstance(value, (list, tuple)):
            self.refuse(key, "a list")
        return value

    def open(self, key: str, keys: str) -> StrictMap:
        """Open the map under `key`."""
        return open_map(self.values[key], keys, code=self.code, place=self.at(key))

    def open_with(self, key: str, keys: str, optional: str) -> StrictMap:
        """Open the map under `key`, which may have some of the `optional` keys besides."""
        value = self.values[key]
        there = [name for name in optional.split() if isinstance(value, Mapping) and name in value]
        return open_map(value, " ".join([keys, *there]), code=self.code, place=self.at(key))

    def open_each(self, key: str, keys: str) -> list[StrictMap]:
        """Open every map of the list under `key`; places count from 1."""
        return [
            open_map(item, keys, code=self.code, place=f"{self.at(key)}[{n}]")
            for n, item in enumerate(self.items(key), 1)
        ]

    def open_each_with(self, key: str, keys: str, optional: str) -> list[StrictMap]:
        """Open every map of the list under `key`, which may have some of the `optional` keys besides."""
        opened = []
        for n, item in enumerate(self.items(key), 1):
            there = [name for name in optional.split() if isinstance(item, Mapping) and name in item]
            opened.append(open_map(item, " ".join([keys, *there]), code=self.code, place=f"{self.at(key)}[{n}]"))
        return opened

    def _address(self, value: object, key: str) -> bytes:
        try:
            return addresses.parse(value)
        except ChainError:
            self.refuse(key, "an address with its EIP-55 checksum")


def open_map(value: object, keys: str, *, code: str, place: str = "") -> StrictMap:
    """Open `value`, a map that must have exactly `keys` (names parted by blanks)."""
    known = keys.split()
    if not isinstance(value, Mapping):
        raise FormatError(code, "field", field=place or "document", expected="a map")
    unknown = sorted(str(key) for key in value.keys() - set(known))
    if unknown:
        raise FormatError("E_VERSION", "unknown_key", field=f"{place}.{unknown[0]}" if place else unknown[0])
    missing = [key for key in known if key not in value]
    if missing:
        raise FormatError(code, "field", field=f"{place}.{missing[0]}" if place else missing[0], expected="a value")
    return StrictMap(value, place, code)


def expect_version(opened: StrictMap, key: str, version: int) -> None:
    """Refuse any other version of a format, by name, because a newer one may mean something else (`E_VERSION`)."""
    found = opened.values[key]
    if type(found) is not int or found != version:
        raise FormatError("E_VERSION", "format", field=opened.at(key), found=found, known=version)
