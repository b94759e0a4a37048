"""`dao keys new`: a new Ethereum key in an encrypted keystore."""

from __future__ import annotations

import secrets
from pathlib import Path

from chain.signature import SignatureError, address_of
from dao.cli import steps
from dao.cli.answer import Answer
from dao.cli.options import PassphraseFile
from dao.cli.workspace.key_files import KeysDir, Name, place, save

EXAMPLES = (
    "dao keys new ann",
    "dao keys new ann --dir club --passphrase-file secret --json",
)


def command(name: Name, *, passphrase_file: PassphraseFile = None, folder: KeysDir = Path()) -> Answer:
    """Make a key in an encrypted keystore (version 3, scrypt) and print its address.

    The passphrase is asked for twice at a terminal, or read from a file; it is never an argument. All keys of a folder
    have one passphrase. Keep a copy of both: nobody can restore them.
    """
    steps.check_key_name(name)
    with place(folder) as where:
        return save(where, name, _new_key(), passphrase_file)


def _new_key() -> bytes:
    while True:
        key = secrets.token_bytes(32)
        try:
            address_of(key)
        except SignatureError:  # zero, or not below the curve's order: one in 2**128
            continue
        return key
