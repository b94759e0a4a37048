"""What is missing or unsafe in a workspace: a tuple of examinations, each of which finds what it finds.

Decides which states of files, journal, chain, Safe and machine need somebody's hand. An examination that cannot be made
is itself a finding, with the refusal that stopped it; none stops the others.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from chain.address import ZERO
from chain.clients.safe_read import fetch_safe_state
from chain.errors import CodedError
from chain.finding import Finding
from chain.safe_state import open_safe_state
from dao.connect import connect
from dao.connect import nodes as named_nodes
from dao.keys import public_key
from dao.passphrase import DEVNET_FILE, PassphraseError
from dao.places import read_named
from dao.record.checks_settings import check_known_singleton
from dao.session import keyring
from dao.store import rebuild
from dao.store.journal import Journal
from dao.views.kept import check_kept
from dao.views.opening import settings_of
from dao.views.providers import compare
from dao.workflow.guard import GuardError
from dao.workspace import CONFIG_FILE, JOURNAL_KEY, Workspace

_LOW, _FULL = 200 << 20, 10 << 20
"""Bytes of free disk below which a workspace is warned, and below which a commit may fail."""

Findings = Iterator[Finding]


class Patient(NamedTuple):
    """The workspace that is examined, and where a passphrase is read from."""

    workspace: Workspace
    passphrase_file: Path | None = None

    @property
    def is_devnet(self) -> bool:
        """Whether the workspace's chain is the embedded one, whose keys are public."""
        return not self.workspace.anchors.rpc_env


def files(patient: Patient) -> Findings:
    """Keys are their owner's alone; a group may share the workspace, and strangers do not write in it."""
    workspace = patient.workspace
    for path in (workspace.folder, workspace.folder / CONFIG_FILE, workspace.journal_path, workspace.checkpoint_path):
        if path.exists() and path.stat().st_mode & 0o002:
            yield Finding(code="E_MODE", reason="writable", place=path.name, facts={"path": path, "mode": _mode(path)})
    if not workspace.keys.is_dir():
        return
    for path in (workspace.keys, *sorted(workspace.keys.iterdir())):
        is_closed = workspace.keys.stat().st_mode & 0o077 == 0
        if path.stat().st_mode & 0o077 and not (is_closed and path.name == DEVNET_FILE):
            yield Finding(code="E_MODE", reason="readable", place=path.name, facts={"path": path, "mode": _mode(path)})
    if (workspace.keys / DEVNET_FILE).exists() and not patient.is_devnet:
        yield Finding(code="E_PASSPHRASE", place=DEVNET_FILE, facts={"path": workspace.keys / DEVNET_FILE})


def journal(patient: Patient) -> Findings:
    """The journal opens, its file is sound, and it begins with the leaves whose checkpoint was kept."""
    path = patient.workspace.journal_path
    try:
        with Journal(path) as opened:
            kept = check_kept(patient.workspace, opened)
            if kept is None:
                yield Finding(code="W_CHECKPOINT", level="warning")
        is_whole = rebuild.is_sound(path)
    except GuardError:
        raise
    except CodedError:
        rebuild.examine(path)  # whatever this refuses, only a copy can mend
        is_whole = False
    if not is_whole:
        yield Finding(code="E_IO_JOURNAL", reason="index", place=path.name)


def journal_key(patient: Patient) -> Findings:
    """The journal's key is the one of dao.toml, where this workspace writes the journal."""
    workspace = patient.workspace
    if not workspace.is_writer:
        yield Finding(code="W_JOURNAL_KEY", reason="absent", level="info")
        return
    try:
        ring = keyring(workspace, patient.passphrase_file)
    except PassphraseError:
        yield Finding(code="W_JOURNAL_KEY", reason="unopened", level="info")
        return
    if public_key(ring.load_journal_key()) != workspace.anchors.journal_key:
        yield Finding(code="E_KEY_FILE", reason="other_journal", facts={"name": JOURNAL_KEY})


def chain(patient: Patient) -> Findings:
    """The chain answers and is the workspace's own; the Safe is there, and its code is known."""
    workspace = patient.workspace
    with connect(workspace) as node, Journal(workspace.journal_path) as opened:
        safe = settings_of(opened).treasury()
        state = open_safe_state(fetch_safe_state(node, safe.address, node.head().ref.number))
        check_known_singleton(state, safe.version)
        if state.modules or state.guard != ZERO:
            facts = {"safe": safe.address, "modules": len(state.modules), "guard": state.guard}
            yield Finding(code="W_SAFE_CODE", level="warning", facts=facts)


def nodes(patient: Patient) -> Findings:
    """Every provider answers, none lags, and all are on the same history; where each stands is told."""
    if not patient.is_devnet:
        yield from compare(named_nodes(patient.workspace.anchors), int(time.time()))


def disk(patient: Patient) -> Findings:
    """There is room for the next commit."""
    free = shutil.disk_usage(patient.workspace.folder).free
    if free < _LOW:
        level, code = ("error", "E_DISK") if free < _FULL else ("warning", "W_DISK")
        yield Finding(code=code, level=level, facts={"free": free >> 20})  # type: ignore[arg-type]


def packages(patient: Patient) -> Findings:
    """The packages of the embedded chain and of an IPFS node are installed, where the workspace needs them."""
    if patient.is_devnet and find_spec("eth") is None:
        yield Finding(code="E_EXTRA", facts={"extra": "devnet"})
    if read_named(patient.workspace.folder).api_env and find_spec("ipfshttpclient") is None:
        yield Finding(code="E_EXTRA", reason="ipfs", facts={"extra": "ipfs"})


class Examination(NamedTuple):
    """One row of the table."""

    name: str
    find: Callable[[Patient], Findings]


EXAMINATIONS = (
    Examination("files", files),
    Examination("journal", journal),
    Examination("journal key", journal_key),
    Examination("packages", packages),
    Examination("nodes", nodes),
    Examination("chain and Safe", chain),
    Examination("disk", disk),
)


def examine(patient: Patient) -> Iterator[tuple[str, list[Finding]]]:
    """Make every examination: its name, and what it found."""
    for name, find in EXAMINATIONS:
        found: list[Finding] = []
        try:
            found.extend(find(patient))
        except CodedError as error:
            found.append(Finding(code=error.code, reason=error.reason, facts=error.facts))
        except OSError as error:
            found.append(Finding(code="E_IO_WORKSPACE", facts={"problem": error.strerror or type(error).__name__}))
        yield name, found


def _mode(path: Path) -> str:
    return f"{path.stat().st_mode & 0o777:03o}"
