"""Where a keyring's passphrase comes from: a file, the devnet's own file, or a person at a terminal; never an argument.

Decides the order of these, that nobody is asked without a terminal, and that a new passphrase is typed twice. What it
opens is `dao.keys`'s business.
"""

from __future__ import annotations

import getpass
import sys
from pathlib import Path

from dao.errors import DaoError
from dao.files import is_file, read_file
from dao.sentences import language, sentence

DEVNET_FILE = "passphrase"
"""In `keys/` of a devnet, whose keys are public anyway."""
_BYTES_MAX = 4096


class PassphraseError(DaoError):
    """There is no passphrase, or not one that protects anything (`E_KEY_FILE`)."""


def is_terminal() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def read_passphrase(keys: Path, file: Path | None, *, ask: bool = False) -> str:
    """Return the passphrase of the keys in a folder: from the file that was named, the devnet's own, or the terminal.

    `ask` False never asks. `E_KEY_FILE` (no_passphrase) where there is none.
    """
    own = keys / DEVNET_FILE
    if file is None and not is_file(own):
        if not ask or not is_terminal():
            raise PassphraseError("E_KEY_FILE", "no_passphrase", name=own.name)
        return _typed("PASSPHRASE", "open")
    return _from_file(own if file is None else file)


def new_passphrase(keys: Path, file: Path | None) -> str:
    """Return the passphrase for a new key; at a terminal it is typed twice. An empty one is refused."""
    if file is None and not is_file(keys / DEVNET_FILE) and is_terminal():
        passphrase = _typed("PASSPHRASE", "new")
        if passphrase != _typed("PASSPHRASE", "again"):
            raise PassphraseError("E_KEY_FILE", "passphrase_differs")
    else:
        passphrase = read_passphrase(keys, file)
    if not passphrase:
        raise PassphraseError("E_KEY_FILE", "empty_passphrase")
    return passphrase


def _from_file(file: Path) -> str:
    try:
        return read_file(file, _BYTES_MAX).decode("utf-8").removesuffix("\n")
    except (OSError, ValueError) as error:
        raise PassphraseError("E_KEY_FILE", "no_passphrase", name=file.name) from error


def _typed(code: str, reason: str) -> str:
    try:
        return getpass.getpass(sentence(code, reason, {}, language()) + " ")
    except EOFError:
        raise KeyboardInterrupt from None
