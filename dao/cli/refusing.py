"""What becomes of a file that was refused: its bytes and the reason go to the quarantine, where there is room.

Only what was judged goes there. What could not be checked, or could not be read, says nothing about the file.
"""

from __future__ import annotations

from pathlib import Path

from chain.errors import CodedError, UncheckableError
from dao.errors import UsageError
from dao.sentences import language, sentence
from dao.store import quarantine
from dao.workspace import Workspace

_NOT_THE_FILE = ("E_IO_", "E_WRITER", "E_RPC_", "E_LOCKED")
"""Codes that speak of this machine or this workspace."""


def put_aside(workspace: Workspace, data: bytes, error: CodedError, now: int) -> Path | None:
    """Put a refused file aside and return where it lies; None where it was not kept."""
    if isinstance(error, UncheckableError | UsageError) or error.code.startswith(_NOT_THE_FILE):
        return None
    told = sentence(error.code, error.reason, error.facts, language())
    return quarantine.put_aside(workspace.quarantine_path, data, error, told, now)
