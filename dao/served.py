"""The embedded chain of a workspace, whoever holds it: this process, or a server that says in the workspace where.

Decides how a server is announced and found. The chain's own lock says whether somebody holds it; the file that a server
leaves only says where to ask, and a server has to prove that it wrote the file. What a killed server left is thereby
worth nothing, and is replaced by the next.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from chain import json_text
from chain.clients.devnet import Devnet
from chain.clients.devnet_served import ServedDevnet
from chain.clients.devnet_store import DevnetError
from chain.errors import CodedError
from dao.store import durable
from dao.workspace import Workspace, WorkspaceError

PATIENCE_SECONDS = 15
"""How long whoever holds the chain's lock may take to say where it serves."""
_PAUSE_SECONDS = 0.1
_BYTES_MAX = 1_000


@contextmanager
def announced(path: Path, port: int, token: str) -> Iterator[None]:
    """Say in a file, for its owner alone, where a chain is served, as long as it is."""
    text = json.dumps({"version": 1, "port": port, "token": token}) + "\n"
    try:
        durable.replace(path, text.encode(), mode=0o600)
    except OSError as error:
        raise WorkspaceError(
            "E_WORKSPACE", "unwritable", folder=path.parent.name, problem=error.strerror or type(error).__name__
        ) from error
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink()


@contextmanager
def open_devnet(workspace: Workspace) -> Iterator[Devnet | ServedDevnet]:
    """Open the workspace's embedded chain for the time of a `with` statement, or reach the process that serves it.

    `E_LOCKED` where somebody holds it who does not serve it; one that is just beginning or ending is waited for.
    """
    reached = _reach(workspace)
    if isinstance(reached, ServedDevnet):
        yield reached
        return
    with reached:
        yield reached


def _reach(workspace: Workspace) -> Devnet | ServedDevnet:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return Devnet.open(workspace.devnet_path)
        except DevnetError as error:
            if error.code != "E_LOCKED":
                raise
            served = _served(workspace.server_path)
            if served is not None:
                return served
            if time.monotonic() >= deadline:
                raise
        time.sleep(_PAUSE_SECONDS)


def _served(path: Path) -> ServedDevnet | None:
    """The server that a file names, if it proves that it wrote it."""
    address = _read(path)
    if address is None:
        return None
    served = ServedDevnet(*address)
    return served if served.is_genuine() else None


def _read(path: Path) -> tuple[int, str] | None:
    """Port and token, or None where no server has said so in a form that we know."""
    try:
        with path.open("rb") as file:
            found = json_text.loads(file.read(_BYTES_MAX), max_bytes=_BYTES_MAX)
    except (OSError, CodedError):
        return None
    match found:
        case {"version": 1, "port": int() as port, "token": str() as token} if 0 < port < 65_536:
            return port, token
    return None
