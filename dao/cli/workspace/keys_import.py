"""`dao keys import`: a private key out of an environment variable, into an encrypted keystore."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chain.signature import address_of
from dao.cli import steps
from dao.cli.answer import Answer
from dao.cli.options import PassphraseFile
from dao.cli.workspace.key_files import KeysDir, Name, place, save
from dao.session import key_behind

EXAMPLES = (
    "dao keys import ann --key-env ANN_KEY",
    "dao keys import ann --key-env ANN_KEY --dir club --json",
)


def command(
    name: Name,
    *,
    key_env: Annotated[
        str, typer.Option("--key-env", help="Environment variable that holds the private key, 0x and 64 digits.")
    ],
    passphrase_file: PassphraseFile = None,
    folder: KeysDir = Path(),
) -> Answer:
    """Put a private key from an environment variable into an encrypted keystore.

    Only its address is shown. A devnet's key, which everybody has, is refused anywhere else.
    """
    steps.check_key_name(name)
    with place(folder) as where:
        key = key_behind(key_env)
        address_of(key)
        return save(where, name, key, passphrase_file)
