"""`dao keys journal`: the Ed25519 key with which a journal's one writer signs its checkpoints."""

from __future__ import annotations

import secrets
from pathlib import Path

from dao.cli import steps
from dao.cli.answer import Answer
from dao.cli.options import PassphraseFile
from dao.cli.workspace.key_files import KeysDir, place
from dao.files import is_there
from dao.keys import KeyFileError, public_key
from dao.workspace import JOURNAL_KEY

EXAMPLES = (
    "dao keys journal --dir club",
    "dao keys journal --dir club --passphrase-file secret --json",
)


def command(*, passphrase_file: PassphraseFile = None, folder: KeysDir = Path()) -> Answer:
    """Make the journal's key and print the public half, which the settings will name.

    For whoever will write the journal, before the workspace is made; `dao init` takes it from there. A workspace that
    exists keeps the key that it has.
    """
    with place(folder) as where:
        if is_there(where.keys / JOURNAL_KEY):
            raise KeyFileError("E_KEY_FILE", "exists", name=JOURNAL_KEY)
        if where.anchors is not None:
            raise KeyFileError("E_KEY_FILE", "journal_fixed", key=where.anchors.journal_key.hex())
        key = secrets.token_bytes(32)
        where.new_ring(passphrase_file).save_journal_key(key)
        public, file = public_key(key).hex(), where.keys / JOURNAL_KEY
    document = {"ok": True, "public_key": public, "file": str(file)}
    return Answer(document, steps.done("STEP_JOURNAL_KEY", key=public, file=str(file)))
