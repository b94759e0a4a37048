"""A workspace: the folder in which a DAO's journal, keys, documents and (for the devnet) chain lie.

Decides what makes a folder a workspace (`dao.toml`), who may write in it (one process at a time), and what its own
anchors are: the Safe, the journal key and the chain against which everything that comes from outside is held. Anchors
are written once, when the workspace is made; no file that is taken in can change them.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from chain.address import parse_on, with_chain
from chain.errors import ChainError
from chain.networks import DEVNET_CHAIN_ID
from dao.errors import DaoError
from dao.files import is_file, is_there, read_file
from dao.store import durable
from dao.store.journal import FILE_NAME as JOURNAL_FILE

CONFIG_FILE = "dao.toml"
LOCK_FILE = ".dao.lock"
MAKING_FILE = ".dao.making"
"""Lies in a folder for as long as a workspace is made of it, and on if that is cut off."""
DEVNET_FILE = "devnet.sqlite"
SERVER_FILE = "devnet.server"
DOCUMENTS = "iips"
KEYS = "keys"
EVIDENCE = "evidence"
JOURNAL_KEY = "journal.pem"
QUARANTINE = "quarantine"

JOURNAL_KEY = "journal.pem"
CHECKPOINT_FILE = "checkpoint"

_RPC = "rpc_env = {} # the variables that hold a URL each; the URL itself is a secret and stands nowhere"
_OTHERS = "[chain.others] # other chains that strategies read, by chain id, and the variables with their nodes' URLs"
PROVIDERS_MAX = 4
_SHARED = "devnet = {} # the workspace whose embedded chain this one shares, as a path from here"
_DEVNET = '# the embedded chain in devnet.sqlite; for a node, name the variable that holds its URL: rpc_env = "NAME"'

_CONFIG_BYTES = 1 << 16
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,63}\Z", re.ASCII)
_CHAIN_ID = re.compile(r"[1-9][0-9]{0,18}\Z", re.ASCII)
_HEX32 = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)


class WorkspaceError(DaoError):
    """The folder is no workspace, is one already, or is in use (`E_WORKSPACE`, `E_LOCKED`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchors:
    """What this workspace holds to be true of its DAO, whatever a file says."""

    space: str
    chain_id: int
    safe: bytes
    journal_key: bytes
    """Ed25519 public key, 32 bytes."""
    rpc_env: tuple[str, ...] = ()
    """Names of environment variables with a node's URL each, at most four; none: the embedded devnet."""
    others: tuple[tuple[int, tuple[str, ...]], ...] = ()
    """Other chains that strategies read, by ascending id, each with the names of such variables."""
    devnet: str = ""
    """Folder of the workspace whose embedded devnet is used, as a path from this one's; empty: its own."""


class Workspace:
    """An open workspace, held by this process alone until it is closed. Use it as a context manager."""

    def __init__(self, folder: Path, *, is_new: bool = False) -> None:
        self.folder = folder
        config = _config(folder, is_new=is_new)
        try:
            # to read and write: a pipe in its place would keep a mere writer waiting for ever
            self._lock = os.fdopen(os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666), "rb")
        except OSError as error:
            raise WorkspaceError("E_WORKSPACE", "unwritable", folder=folder.name, problem=error.strerror) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.anchors = _read_anchors(config)
        except OSError as error:
            self._lock.close()
            raise WorkspaceError("E_LOCKED", "workspace", folder=folder.name) from error
        except WorkspaceError:
            self._lock.close()
            raise
        for place in (folder, self.documents, self.keys):
            durable.remove_leftovers(place)

    @classmethod
    def create(cls, folder: Path, anchors: Anchors) -> Self:
        """Make `folder` a workspace and open it. Other files in it are left alone; an existing workspace is refused."""
        text = _spell_anchors(anchors)
        if _parse_anchors(text, folder) != anchors:
            raise WorkspaceError("E_WORKSPACE", "config", folder=folder.name)
        make_folder(folder / DOCUMENTS)
        try:
            durable.write_new(folder / CONFIG_FILE, text.encode())
        except FileExistsError as error:
            raise WorkspaceError("E_WORKSPACE", "exists", folder=folder.name) from error
        except OSError as error:
            raise WorkspaceError("E_WORKSPACE", "unwritable", folder=folder.name, problem=error.strerror) from error
        return cls(folder, is_new=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.close()

    @property
    def journal_path(self) -> Path:
        """The SQLite file of the journal."""
        return self.folder / JOURNAL_FILE

    @property
    def devnet_path(self) -> Path:
        """The SQLite file of the embedded chain, which may be that of another workspace: a DAO has one chain."""
        return self.folder / self.anchors.devnet / DEVNET_FILE

    @property
    def server_path(self) -> Path:
        """Where a process that serves the embedded chain says how it is reached: beside the chain."""
        return self.devnet_path.with_name(SERVER_FILE)

    @property
    def checkpoint_path(self) -> Path:
        """The last checkpoint of the journal that this workspace kept."""
        return self.folder / CHECKPOINT_FILE

    @property
    def is_writer(self) -> bool:
        """Whether this workspace has the journal's key, and so writes the journal."""
        return (self.keys / JOURNAL_KEY).is_file()

    @property
    def quarantine_path(self) -> Path:
        """The folder of what was refused."""
        return self.folder / QUARANTINE

    @property
    def documents(self) -> Path:
        """The folder of the proposals' texts."""
        return self.folder / DOCUMENTS

    @property
    def evidence(self) -> Path:
        """The folder of files that settings name by CID: lists of members, the history of premiums."""
        return self.folder / EVIDENCE

    @property
    def keys(self) -> Path:
        """The folder of the keystores."""
        return self.folder / KEYS


def read_anchors(folder: Path) -> Anchors:
    """The anchors of a workspace that somebody else may have open; nothing is locked."""
    return _read_anchors(_config(folder))


def make_folder(folder: Path) -> None:
    """Make a folder with those above it; one that is there is left alone."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WorkspaceError("E_WORKSPACE", "unwritable", folder=folder.name, problem=error.strerror) from error


def _config(folder: Path, *, is_new: bool = False) -> Path:
    config = folder / CONFIG_FILE
    if not is_new and is_there(folder / MAKING_FILE):
        raise WorkspaceError("E_WORKSPACE", "unfinished", folder=folder.name or str(folder))
    if not is_file(config):
        raise WorkspaceError("E_WORKSPACE", "absent", folder=folder.name or str(folder))
    return config


def is_variable(name: str) -> bool:
    """Whether a text can name the environment variable with a node's URL."""
    return _VARIABLE.match(name) is not None


def _spell_anchors(anchors: Anchors) -> str:
    return f"""\
# What this workspace holds to be true of its DAO. Files that are taken in never change it.
version = 1
space = {json.dumps(anchors.space, ensure_ascii=False)}

[chain]
chain_id = {anchors.chain_id}
{_spell_chain(anchors)}

[anchors]
safe = "{with_chain(anchors.safe, anchors.chain_id)}"
journal_key = "{anchors.journal_key.hex()}"
"""


def _spell_chain(anchors: Anchors) -> str:
    if anchors.rpc_env:
        others = "".join(f'\n"{chain_id}" = {_spell_names(names)}' for chain_id, names in anchors.others)
        return _RPC.format(_spell_names(anchors.rpc_env)) + (f"\n\n{_OTHERS}{others}" if others else "")
    return _SHARED.format(json.dumps(anchors.devnet, ensure_ascii=False)) if anchors.devnet else _DEVNET


def _spell_names(names: tuple[str, ...]) -> str:
    return json.dumps(names[0] if len(names) == 1 else names, ensure_ascii=False)


def _read_names(found: object) -> tuple[str, ...] | None:
    """Names of variables, one as text or several as a list; None for anything else."""
    names = (found,) if isinstance(found, str) else tuple(found) if isinstance(found, list) else (None,)
    if not all(isinstance(name, str) and is_variable(name) for name in names) or len(names) > PROVIDERS_MAX:
        return None
    return names if len(set(names)) == len(names) else None


def _read_others(found: object, own: int) -> tuple[tuple[int, tuple[str, ...]], ...] | None:
    """The other chains' nodes; None for what is none."""
    if not isinstance(found, dict):
        return None
    others: list[tuple[int, tuple[str, ...]]] = []
    for text, value in found.items():
        names = _read_names(value)
        if not names or not _CHAIN_ID.match(text) or int(text) in (own, DEVNET_CHAIN_ID):
            return None
        others.append((int(text), names))
    return tuple(sorted(others))


def _read_anchors(config: Path) -> Anchors:
    try:
        return _parse_anchors(read_file(config, _CONFIG_BYTES).decode("utf-8"), config.parent)
    except (OSError, UnicodeDecodeError) as error:
        raise WorkspaceError("E_WORKSPACE", "config", folder=config.parent.name) from error


def _parse_anchors(text: str, folder: Path) -> Anchors:
    try:
        found = tomllib.loads(text)
        chain_id, key = found["chain"]["chain_id"], found["anchors"]["journal_key"]
        rpc_env, devnet = found["chain"].get("rpc_env", []), found["chain"].get("devnet", "")
        names, others = _read_names(rpc_env), _read_others(found["chain"].get("others", {}), chain_id)
        if names is None or others is None or (others and not names):
            raise WorkspaceError("E_WORKSPACE", "config", folder=folder.name)
        if not isinstance(devnet, str) or (names and devnet):
            raise WorkspaceError("E_WORKSPACE", "config", folder=folder.name)
        if type(found["version"]) is not int or found["version"] != 1 or not isinstance(found["space"], str):
            raise WorkspaceError("E_WORKSPACE", "config", folder=folder.name)
        if type(chain_id) is not int or not _HEX32.match(key):
            raise WorkspaceError("E_WORKSPACE", "config", folder=folder.name)
        return Anchors(
            space=found["space"],
            chain_id=chain_id,
            safe=parse_on(found["anchors"]["safe"], chain_id),
            journal_key=bytes.fromhex(key),
            rpc_env=names,
            others=others,
            devnet=devnet,
        )
    except (ValueError, KeyError, TypeError, ChainError, RecursionError) as error:
        raise WorkspaceError("E_WORKSPACE", "config", folder=folder.name) from error
