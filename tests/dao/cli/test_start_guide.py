"""The guide `start-a-dao`, run as it is written: on a devnet, and around a Safe of a chain that is served."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from string import Template

import pytest

from tests.dao.cli import served_chain
from tests.dao.cli.conftest import Outcome

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "guides" / "start-a-dao.md"
BLOCK = re.compile(r"^```(sh|text|markdown)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PLAYED, REAL = GUIDE.read_text("utf-8").split("## Around your own Safe\n")
DOCUMENT = Path("club/iips/iip-1.md")


def follow(dao: Callable[..., Outcome], page: str, facts: dict[str, str]) -> list[list[str]]:
    """Do what a page says, in the current folder; return what each block of commands showed."""
    said: list[list[str]] = []
    for kind, block in BLOCK.findall(page):
        if kind == "markdown":
            assert "Say" in DOCUMENT.read_text("utf-8")
            DOCUMENT.write_text(block, "utf-8")
        elif kind == "text":
            assert [] == [line for line in block.splitlines() if line not in said[-1]]
        else:
            said.append([])
            for line in block.splitlines():
                name, *arguments = shlex.split(Template(line).substitute(facts))
                assert "dao" == name
                outcome = dao(*arguments)
                assert 0 == outcome.status, f"{arguments}: {outcome.err}{outcome.out}"
                said[-1] += outcome.out.splitlines()
    return said


def test_a_dao_on_an_embedded_chain(
    dao: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """About ten commands lead from nothing to an open vote, and what is shown is what was said."""
    monkeypatch.chdir(tmp_path)

    said = follow(dao, PLAYED, {})

    assert 11 == sum(len(block.splitlines()) for kind, block in BLOCK.findall(PLAYED) if kind == "sh")
    assert "Provisional: the vote on IIP-1 runs until" in " ".join(said[-1])


def test_a_dao_around_a_safe(dao: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second half, with two owners in workspaces of their own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret").write_text("correct horse\n", "utf-8")
    for name in ("ann", "ben"):
        monkeypatch.setenv(f"{name.upper()}_KEY", "0x" + served_chain.key(name).hex())
    with served_chain.served() as chain:
        monkeypatch.setenv("NODE_URL", chain.url)
        facts = {"SAFE": chain.safe(), "TOKEN": chain.places["token"], "HOLDER": served_chain.address("eve")}

        said = follow(dao, REAL, facts)

    assert "✓ The settings of club.eth stand in leaf 0 of the journal." in said[2]
    assert "In force since" in said[-1][0]
