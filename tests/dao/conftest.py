"""The demo, played once by each worker: a real journal, its record, and the keys of everybody in it."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from pathlib import Path

import pytest

from dao.cli import main
from dao.cli.start.demo.play import DOCUMENT, RECORD


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What one run of `dao demo` left behind."""

    folder: Path
    record: bytes
    """The decision record of IIP-1."""
    told: str
    """What the demo printed."""

    @property
    def file(self) -> Path:
        """The record's file."""
        return self.folder / RECORD

    @property
    def document(self) -> Path:
        """The proposal's text."""
        return self.folder / "iips" / DOCUMENT


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Play the demo in this process; nobody may change what it left."""
    folder = tmp_path_factory.mktemp("demo") / "workspace"
    told = io.StringIO()
    with contextlib.redirect_stdout(told), pytest.MonkeyPatch.context() as patched:
        patched.setenv("DAO_LANG", "en")
        patched.setenv("COLUMNS", "80")
        status = main(["demo", "--dir", str(folder)])
    assert 0 == status, told.getvalue()
    return Played(folder=folder, record=(folder / RECORD).read_bytes(), told=told.getvalue())
