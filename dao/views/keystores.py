"""The keys of a workspace by name and address, without opening them where their files say the address.

Decides what is a keystore (`keys/*.json`, version 3). The address of a file is that file's claim until the key is used;
no key material leaves this module.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from chain import address, json_text
from chain.errors import CodedError
from chain.signature import address_of
from dao.files import read_file
from dao.keys import KeyFileError, Keyring

_MAX_BYTES = 1 << 16


class Keystore(NamedTuple):
    """One key of the keyring."""

    name: str
    address: bytes | None
    """None where the file is no keystore, or does not say it and could not be opened."""
    opened: bool = False
    """Whether the address comes from the key itself."""
    problem: CodedError | None = None


def keystores(keys: Path, ring: Callable[[], Keyring]) -> list[Keystore]:
    """Every keystore of a folder, sorted by name; `ring` is only called for one that does not say its address."""
    if not keys.is_dir():
        return []
    return [_keystore(path, ring) for path in sorted(keys.glob("*.json"))]


def names_in(keys: Path) -> dict[bytes, str]:
    """The people whose keystores say their addresses, by address; no key is opened."""
    return {key.address: key.name for key in keystores(keys, _no_ring) if key.address is not None}


def _no_ring() -> Keyring:
    raise KeyFileError("E_KEY_FILE", "form", name="")


def _keystore(path: Path, ring: Callable[[], Keyring]) -> Keystore:
    try:
        claimed = _claimed(path)
        if claimed is not None:
            return Keystore(path.stem, claimed)
        return Keystore(path.stem, address_of(ring().load(path.stem)), opened=True)
    except CodedError as error:
        return Keystore(path.stem, None, problem=error)


def _claimed(path: Path) -> bytes | None:
    """The address that a keystore names, None when it names none; `E_KEY_FILE` for a file that is no keystore."""
    try:
        found = json_text.loads(read_file(path, _MAX_BYTES), max_bytes=_MAX_BYTES)
    except (OSError, CodedError) as error:
        raise KeyFileError("E_KEY_FILE", "form", name=path.stem) from error
    if not isinstance(found, dict) or found.get("version") != 3:
        raise KeyFileError("E_KEY_FILE", "form", name=path.stem)
    text = found.get("address")
    if text is None:
        return None
    try:
        return address.parse(address.checksum(bytes.fromhex(str(text).removeprefix("0x"))))
    except (ValueError, AssertionError, CodedError) as error:
        raise KeyFileError("E_KEY_FILE", "form", name=path.stem) from error
