"""A session: a workspace, its chain and its journal, opened together for one command.

Decides the order in which they are opened and closed (the workspace's lock first, so two commands never meet), that the
journal is guarded by the workspace's own anchors, and how a key is found: a keystore file with a passphrase, or an
environment variable. What the command does is the workflow's.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from chain.address import parse_on
from chain.clients.node import Node
from chain.signer import KeySigner, Signer
from dao import cores
from dao.connect import connect
from dao.errors import DaoError
from dao.evidence import find_evidence
from dao.keys import Keyring
from dao.passphrase import read_passphrase
from dao.store.journal import Journal
from dao.workflow.desk import Desk
from dao.workflow.guard import Guard
from dao.workspace import Workspace

_URL = re.compile(r"https?://[^\s/]+", re.ASCII)
_PRIVATE_KEY = re.compile(r"0x[0-9a-f]{64}\Z", re.ASCII)


class SessionError(DaoError):
    """A variable that a command needs holds no key (`E_KEY_ENV`)."""


@dataclass(frozen=True, slots=True)
class KeySource:
    """Who signs: a name in the keyring, a variable that holds the key itself, or one that holds a wallet's URL."""

    name: str = ""
    variable: str = ""
    wallet_variable: str = ""
    account: str = ""
    """Which of the wallet's accounts; empty: its only one."""
    passphrase_file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a command works with, for as long as it runs."""

    workspace: Workspace
    node: Node
    journal: Journal
    desk: Desk
    ring: Callable[[], Keyring]
    """The keyring, opened when it is first asked for: whoever types a passphrase types it once."""

    def signer(self, source: KeySource) -> Signer:
        """Return the signer that a command was pointed to; neither a key nor a wallet's URL stands in any message."""
        if source.wallet_variable:
            return wallet_behind(source, self.workspace.anchors.chain_id)
        if source.variable:
            return KeySigner(key_behind(source.variable))
        return KeySigner(self.ring().load(source.name))


@contextmanager
def open_session(folder: Path, *, passphrase_file: Path | None = None) -> Iterator[Session]:
    """Open the workspace in `folder`. Where the journal's key can be opened, checkpoints are signed and kept."""
    with Workspace(folder) as workspace, connect(workspace) as node, Journal(workspace.journal_path) as journal:
        ring = cache(lambda: keyring(workspace, passphrase_file, ask=True))
        guard = Guard(
            workspace.anchors, workspace.checkpoint_path, ring().load_journal_key() if workspace.is_writer else None
        )
        with cores.spread_if_many() as spread:
            files = partial(find_evidence, workspace.evidence)
            desk = Desk(journal, node, guard, files=files, spread=spread)
            yield Session(workspace=workspace, node=node, journal=journal, desk=desk, ring=ring)


def keyring(workspace: Workspace, passphrase_file: Path | None = None, *, ask: bool = False) -> Keyring:
    """The workspace's keys, opened with the passphrase of a file, or of whoever sits at the terminal if `ask`."""
    return Keyring(workspace.keys, read_passphrase(workspace.keys, passphrase_file, ask=ask))


def wallet_behind(source: KeySource, chain_id: int) -> Signer:
    """The wallet whose URL a variable holds; an account may carry the prefix of `chain_id`."""
    from chain.clients.remote_signer import RemoteSigner

    url = os.environ.get(source.wallet_variable, "")
    if not _URL.match(url):
        raise SessionError("E_KEY_ENV", "wallet", variable=source.wallet_variable)
    return RemoteSigner(url, parse_on(source.account, chain_id) if source.account else None)


def key_behind(variable: str) -> bytes:
    """Return the private key that a variable holds; `E_KEY_ENV` names the variable and never what is in it."""
    text = os.environ.get(variable, "")
    if not _PRIVATE_KEY.match(text):
        raise SessionError("E_KEY_ENV", variable=variable)
    return bytes.fromhex(text[2:])
