"""The draft of settings in a workspace, and the file in which its signatures are collected.

Decides where both lie, that a draft which is no settings is refused with the line at fault, and that a file is replaced
whole or not at all. What the draft says is decided by `governance`, who may sign by `dao.workflow.founding`.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from chain.errors import CodedError
from dao.cli.files import read
from dao.errors import DaoError
from dao.files import is_file
from dao.sentences import language, sentence
from dao.store import durable
from governance.settings import Settings
from governance.settings_draft import line_of_refusal, read_draft
from governance.settings_text import MAX_BYTES, parse_settings
from governance.space import settings_cid

DRAFT_FILE = "settings.draft.json"
SIGNATURES_FILE = "settings.signatures.json"


class DraftFileError(DaoError):
    """A draft that is no settings (`E_DRAFT`), or a file that is there already or cannot be written (`E_IO_…`)."""


class Draft(NamedTuple):
    """A draft that makes settings."""

    file: Path
    settings: Settings

    @property
    def cid(self) -> str:
        """The name of the settings that the draft makes."""
        return str(settings_cid(self.settings.text))


def load_draft(file: Path) -> Draft:
    """Read a draft; `E_DRAFT` names the line that is wrong and says why."""
    if not is_file(file):
        raise DraftFileError("E_DRAFT", "absent", file=file.name)
    data = read(file, MAX_BYTES)
    text = data.decode("utf-8", "replace")
    try:
        data.decode("utf-8")
        return Draft(file, parse_settings(read_draft(text)))
    except UnicodeDecodeError:
        raise DraftFileError("E_DRAFT", "utf8", file=file.name) from None
    except CodedError as error:
        problem = sentence(error.code, error.reason, error.facts, language())
        line = line_of_refusal(text, error)
        told = {"file": file.name, "cause": error.code, "problem": problem}
        if line is None:
            raise DraftFileError("E_DRAFT", "whole", **told) from None
        raise DraftFileError("E_DRAFT", "line", line=line, **told) from None


def load_settings(file: Path) -> Settings:
    """Read settings as owners sign them, or a draft of settings; what is neither is refused as a draft."""
    if is_file(file):
        with suppress(CodedError, UnicodeDecodeError):
            return parse_settings(read(file, MAX_BYTES).decode("utf-8"))
    return load_draft(file).settings


def write_new(file: Path, text: str) -> None:
    """Write a file that must not be there."""
    try:
        durable.write_new(file, text.encode())
    except FileExistsError:
        raise DraftFileError("E_IO_EXISTS", "settings", path=str(file)) from None
    except OSError as error:
        raise DraftFileError("E_IO_WRITE", "settings", path=str(file), problem=error.strerror or "") from None


def replace(file: Path, text: str) -> None:
    """Write a file in one step, whether it is there or not."""
    try:
        durable.replace(file, text.encode())
    except OSError as error:
        raise DraftFileError("E_IO_WRITE", "settings", path=str(file), problem=error.strerror or "") from None
