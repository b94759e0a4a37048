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
from dao.errors import DaoError
from dao.files import read_file
from dao.store.journal import FILE_NAME as JOURNAL_FILE

CONFIG_FILE = "dao.toml"
LOCK_FILE = ".dao.lock"
DEVNET_FILE = "devnet.sqlite"
DOCUMENTS = "iips"
KEYS = "keys"

CHECKPOINT_FILE = "checkpoint"

_RPC = 'rpc_env = "{}" # the variable that holds the URL; the URL itself is a secret and stands nowhere'
_DEVNET = '# the embedded chain in devnet.sqlite; for a node, name the variable that holds its URL: rpc_env = "NAME"'

_CONFIG_BYTES = 1 << 16
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,63}\Z", re.ASCII)
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
    rpc_env: str = ""
    """Name of the environment variable with the node's URL; empty: the embedded devnet."""


class Workspace:
    """An open workspace, held by this process alone until it is closed. Use it as a context manager."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        config = folder / CONFIG_FILE
        if not _is_file(config):
            raise WorkspaceError("E_WORKSPACE", "absent", folder=folder.name)
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

    @classmethod
    def create(cls, folder: Path, anchors: Anchors) -> Self:
        """Make `folder` a workspace and open it. Other files in it are left alone; an existing workspace is refused."""
        text = _spell_anchors(anchors)
        if _parse_anchors(text, folder) != anchors:
            raise WorkspaceError("E_WORKSPACE", "config", folder=folder.name)
        make_folder(folder / DOCUMENTS)
        try:
            with (folder / CONFIG_FILE).open("x", encoding="utf-8") as config:
                config.write(text)
        except FileExistsError as error:
            raise WorkspaceError("E_WORKSPACE", "exists", folder=folder.name) from error
        except OSError as error:
            raise WorkspaceError("E_WORKSPACE", "unwritable", folder=folder.name, problem=error.strerror) from error
        return cls(folder)

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
        """The SQLite file of the embedded chain."""
        return self.folder / DEVNET_FILE

    @property
    def checkpoint_path(self) -> Path:
        """The last checkpoint of the journal that this workspace kept."""
        return self.folder / CHECKPOINT_FILE

    @property
    def documents(self) -> Path:
        """The folder of the proposals' texts."""
        return self.folder / DOCUMENTS

    @property
    def keys(self) -> Path:
        """The folder of the keystores."""
        return self.folder / KEYS


def make_folder(folder: Path) -> None:
    """Make a folder with those above it; one that is there is left alone."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WorkspaceError("E_WORKSPACE", "unwritable", folder=folder.name, problem=error.strerror) from error


def _is_file(path: Path) -> bool:
    """Whether a file stands there; a path that the system does not even take leads to none."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _spell_anchors(anchors: Anchors) -> str:
    return f"""\
# What this workspace holds to be true of its DAO. Files that are taken in never change it.
version = 1
space = {json.dumps(anchors.space, ensure_ascii=False)}

[chain]
chain_id = {anchors.chain_id}
{_RPC.format(anchors.rpc_env) if anchors.rpc_env else _DEVNET}

[anchors]
safe = "{with_chain(anchors.safe, anchors.chain_id)}"
journal_key = "{anchors.journal_key.hex()}"
"""


def _read_anchors(config: Path) -> Anchors:
    try:
        return _parse_anchors(read_file(config, _CONFIG_BYTES).decode("utf-8"), config.parent)
    except (OSError, UnicodeDecodeError) as error:
        raise WorkspaceError("E_WORKSPACE", "config", folder=config.parent.name) from error


def _parse_anchors(text: str, folder: Path) -> Anchors:
    try:
        found = tomllib.loads(text)
        chain_id, key = found["chain"]["chain_id"], found["anchors"]["journal_key"]
        rpc_env = found["chain"].get("rpc_env", "")
        if rpc_env and not _VARIABLE.match(rpc_env):
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
            rpc_env=rpc_env,
        )
    except (ValueError, KeyError, TypeError, ChainError, RecursionError) as error:
        raise WorkspaceError("E_WORKSPACE", "config", folder=folder.name) from error
