"""The command `dao`, run inside the test's process as a shell would run it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from dao.cli import main
from tests import secret_scan


class Outcome(NamedTuple):
    """What a shell sees of one command."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on stdout; more than one, or none, is an error."""
        return json.loads(self.out)


@pytest.fixture
def dao(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Outcome]:
    """Run `dao` with some arguments."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("DAO_DEBUG", raising=False)
    monkeypatch.delenv("DAO_LANG", raising=False)

    def run(*arguments: object) -> Outcome:
        capsys.readouterr()
        status = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        secret_scan.look(out + err)
        return Outcome(status, out, err)

    return run
