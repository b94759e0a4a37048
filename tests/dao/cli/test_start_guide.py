"""The guide `start-a-dao`, run as it is written: on a devnet, and around a Safe of a chain that is served."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dao.cli import guides, served_chain
from tests.dao.cli.conftest import Outcome

PLAYED, REAL = guides.page("start-a-dao").split("## Around your own Safe\n")


def test_a_dao_on_an_embedded_chain(
    dao: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """About ten commands lead from nothing to an open vote, and what is shown is what was said."""
    monkeypatch.chdir(tmp_path)

    said = guides.follow(dao, PLAYED)

    assert 11 == sum(len(block.text.splitlines()) for block in guides.blocks(PLAYED) if block.kind == "sh")
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

        said = guides.follow(dao, REAL, facts=facts)

    assert "✓ The settings of club.eth stand in leaf 0 of the journal." in said[2]
    assert "In force since" in said[-1][0]
