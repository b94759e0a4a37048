"""Keys on disk: Ethereum keys as keystore V3 files, the journal's Ed25519 key as an encrypted PEM.

A key leaves this module only as the return value of `load`, and stands in no message, no error and no log. The devnet's
keys are derived from their names, which makes a demo repeatable and makes them public: they are for the embedded chain
and are marked so in their files' names.
"""

from __future__ import annotations

import json
import math
import os
import re
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from chain import json_text
from chain.errors import ChainError
from chain.keccak import keccak256
from chain.signature import SignatureError, address_of
from dao.errors import DaoError
from dao.files import TooLargeError, is_file, is_folder, read_file
from dao.store import durable
from dao.workspace import JOURNAL_KEY

_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,79}\Z", re.ASCII)
_MAX_BYTES = 1 << 16
_COSTS = frozenset({"n", "r", "p", "c", "dklen"})
_COST_MAX = 1 << 29
"""Product of a keystore's parameters, eight times that of the usual scrypt (2**18 * 8 * 1, for 32 bytes)."""

LIGHT_SCRYPT = 1 << 12
"""Work factor of the devnet's keystores: quick to open and quick to guess, which is all that a public key deserves."""


class KeyFileError(DaoError):
    """A key file is absent, unreadable, or does not open with this passphrase (`E_KEY_FILE`)."""


def devnet_key(name: str) -> bytes:
    """The devnet's private key of a person, derived from the name: public by construction."""
    return keccak256(b"mutual-dao devnet key: " + name.encode())


def public_key(private_key: bytes) -> bytes:
    """The 32-byte Ed25519 public key of a journal's private key."""
    return Ed25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


class Keyring:
    """The folder `keys/` of a workspace, opened with one passphrase."""

    def __init__(self, folder: Path, passphrase: str) -> None:
        self._folder = folder
        self._passphrase = passphrase

    def save(self, name: str, private_key: bytes, *, work: int | None = None) -> None:
        """Write a keystore V3 file (scrypt); `work` is its cost parameter N, the library's default when absent."""
        from eth_account import Account

        keystore = Account.encrypt(private_key, self._passphrase, kdf="scrypt", iterations=work)
        self._write(f"{name}.json", json.dumps(keystore).encode())

    def load(self, name: str) -> bytes:
        """Return the private key of a keystore file."""
        from eth_account import Account

        keystore = _keystore(self._read(f"{name}.json"), name)
        try:
            key = bytes(Account.decrypt(keystore, self._passphrase))
            found = address_of(key).hex()
        except (ValueError, KeyError, TypeError, NotImplementedError, SignatureError) as error:
            raise KeyFileError("E_KEY_FILE", "passphrase", name=name) from error
        # a keystore's checksum leaves out the initialisation vector, so a changed one opens as another key
        if str(keystore.get("address", found)).removeprefix("0x").lower() != found:
            raise KeyFileError("E_KEY_FILE", "other_key", name=name)
        return key

    def refuse_another(self) -> None:
        """Raise `E_KEY_FILE` where the folder's keys open with another passphrase: a keyring has one.

        The journal's key is tried, because it opens quickly, or else the first keystore.
        """
        stores = sorted(self._folder.glob("*.json")) if is_folder(self._folder) else []
        name = "journal" if is_file(self._folder / JOURNAL_KEY) else stores[0].stem if stores else ""
        try:
            if name == "journal":
                self.load_journal_key()
            elif name:
                self.load(name)
        except KeyFileError as error:
            if error.reason == "passphrase":
                raise KeyFileError("E_KEY_FILE", "another_passphrase", name=name) from None
            raise

    def save_journal_key(self, private_key: bytes) -> None:
        """Write the journal's Ed25519 key, encrypted."""
        key = Ed25519PrivateKey.from_private_bytes(private_key)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(self._passphrase.encode()))
        self._write(JOURNAL_KEY, pem)

    def load_journal_key(self) -> bytes:
        """Return the journal's 32-byte Ed25519 private key."""
        try:
            key = load_pem_private_key(self._read(JOURNAL_KEY), self._passphrase.encode())
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise KeyFileError("E_KEY_FILE", "passphrase", name="journal") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise KeyFileError("E_KEY_FILE", "kind", name="journal")
        return key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())

    def _read(self, file: str) -> bytes:
        try:
            return read_file(self._path(file), _MAX_BYTES)
        except TooLargeError as error:
            raise KeyFileError("E_KEY_FILE", "form", name=file) from error
        except (OSError, ValueError) as error:
            raise KeyFileError("E_KEY_FILE", "absent", name=file) from error

    def _write(self, file: str, data: bytes) -> None:
        """Write a new file for its owner alone. One that is there already is somebody's key, and is never replaced."""
        path = self._path(file)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            durable.write_new(path, data, mode=0o600)
        except FileExistsError as error:
            reason = "exists" if os.path.lexists(path) else "unwritable"  # the folder's own place may be taken
            raise KeyFileError("E_KEY_FILE", reason, name=file, problem=error.strerror) from error
        except OSError as error:
            raise KeyFileError("E_KEY_FILE", "unwritable", name=file, problem=error.strerror) from error

    def _path(self, file: str) -> Path:
        if not _FILE.match(file):  # a name that leads out of the folder names no key of ours
            raise KeyFileError("E_KEY_FILE", "absent", name=file)
        return self._folder / file


def _keystore(data: bytes, name: str) -> dict[str, Any]:
    """Take a keystore apart as far as its cost goes: opening one must not keep the machine busy for ever."""
    try:
        keystore: Any = json_text.loads(data, max_bytes=_MAX_BYTES)
        crypto = keystore.get("crypto", keystore.get("Crypto"))
        costs = [value for key, value in crypto["kdfparams"].items() if key in _COSTS]
        is_cheap = all(type(cost) is int and 0 < cost <= _COST_MAX for cost in costs)
        is_ours = keystore["version"] == 3 and is_cheap and math.prod(costs) <= _COST_MAX
    except (ChainError, KeyError, TypeError, AttributeError):
        is_ours = False
    if not is_ours:
        raise KeyFileError("E_KEY_FILE", "form", name=name)
    return dict(keystore)
