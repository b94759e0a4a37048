"""The guide `one-iip-by-commands`, run as it is written: every command ends well, and what it shows is what is said."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dao.cli.conftest import Outcome
from tests.dao.conftest import Played

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "guides" / "one-iip-by-commands.md"
BLOCK = re.compile(r"^```(sh|text|markdown)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DOCUMENT = Path("demo/iips/iip-2.md")


def test_the_guide_runs_as_written(
    dao: Callable[..., Outcome], played: Played, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The demo was played before; what follows in the guide is done in a copy of its folder."""
    monkeypatch.chdir(tmp_path)
    said: list[str] = []
    for kind, block in BLOCK.findall(GUIDE.read_text("utf-8")):
        if kind == "markdown":
            assert "Say" in DOCUMENT.read_text("utf-8")
            DOCUMENT.write_text(block, "utf-8")
        elif kind == "text":
            assert [] == [line for line in block.splitlines() if line not in said]
        else:
            said = []
            for line in block.splitlines():
                name, *arguments = shlex.split(line)
                assert "dao" == name
                said += run(dao, played, arguments)

    assert "IIP-2/2 is paid" in " ".join(said)


def run(dao: Callable[..., Outcome], played: Played, arguments: list[str]) -> list[str]:
    """Run one command, in the demo's place by copying what it leaves."""
    if arguments == ["demo", "--dir", "demo"]:
        shutil.copytree(played.folder, "demo")
        return []
    outcome = dao(*arguments)
    assert 0 == outcome.status, f"{arguments}: {outcome.err}{outcome.out}"
    return outcome.out.splitlines()
