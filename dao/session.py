"""A session: a workspace, its chain and its journal, opened together for one command.

Decides the order in which they are opened and closed (the workspace's lock first, so two commands never meet), that the
journal is guarded by the workspace's own anchors, and how a key is found: a keystore file with a passphrase, or an
environment variable. What the command does is the workflow's.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from chain.clients.node import Node
from dao.connect import connect
from dao.errors import DaoError
from dao.files import read_file
from dao.keys import Keyring
from dao.store.journal import Journal
from dao.workflow.desk import Desk
from dao.workflow.guard import Guard
from dao.workspace import Workspace

PASSPHRASE_FILE = "passphrase"  # noqa: S105 - the name of the devnet's file, whose keys are public

_PASSPHRASE_BYTES = 4096
_PRIVATE_KEY = re.compile(r"0x[0-9a-f]{64}\Z", re.ASCII)


class SessionError(DaoError):
    """A key or passphrase that a command needs is not there (`E_KEY_FILE`, `E_KEY_ENV`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySource:
    """Where a command takes its key from: a name in the keyring, or a variable that holds the key itself."""

    name: str = ""
    variable: str = ""
    passphrase_file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a command works with, for as long as it runs."""

    workspace: Workspace
    node: Node
    journal: Journal
    desk: Desk

    def key(self, source: KeySource) -> bytes:
        """Return the private key that a command was pointed to; it stands in no message."""
        if source.variable:
            text = os.environ.get(source.variable, "")
            if not _PRIVATE_KEY.match(text):
                raise SessionError("E_KEY_ENV", variable=source.variable)
            return bytes.fromhex(text[2:])
        return keyring(self.workspace, source.passphrase_file).load(source.name)


@contextmanager
def open_session(folder: Path, *, passphrase_file: Path | None = None) -> Iterator[Session]:
    """Open the workspace in `folder`. Where the journal's key can be opened, checkpoints are signed and kept."""
    with Workspace(folder) as workspace, connect(workspace) as node, Journal(workspace.journal_path) as journal:
        guard = Guard(workspace.anchors, workspace.checkpoint_path, _journal_key(workspace, passphrase_file))
        yield Session(workspace=workspace, node=node, journal=journal, desk=Desk(journal, node, guard))


def keyring(workspace: Workspace, passphrase_file: Path | None = None) -> Keyring:
    """The workspace's keys, opened with a passphrase file: the one named, or the devnet's own."""
    file = passphrase_file or workspace.keys / PASSPHRASE_FILE
    try:
        passphrase = read_file(file, _PASSPHRASE_BYTES).decode("utf-8").removesuffix("\n")
    except (OSError, ValueError) as error:
        raise SessionError("E_KEY_FILE", "no_passphrase", name=file.name) from error
    return Keyring(workspace.keys, passphrase)


def _journal_key(workspace: Workspace, passphrase_file: Path | None) -> bytes | None:
    """The journal's key where this workspace is its writer; None for everybody else."""
    if not (workspace.keys / "journal.pem").is_file():
        return None
    return keyring(workspace, passphrase_file).load_journal_key()
