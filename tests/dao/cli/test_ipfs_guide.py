"""The guide `pin-a-proposal`, run as it is written, with a real node behind IPFS_API."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dao.cli import guides
from tests.dao.cli.conftest import Outcome
from tests.dao.conftest import Played
from tests.ipfs_node import RealNode


def test_what_was_voted_is_kept(
    dao: Callable[..., Outcome], played: Played, ipfs_node: RealNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every command ends as the page says; the one table that a reader adds by hand is added here."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IPFS_API", ipfs_node.url)
    made, table, used = guides.page("pin-a-proposal").partition("```toml\n")
    added, _, used = used.partition("```\n")

    guides.follow(dao, made, played)
    config = Path("club/dao.toml")
    config.write_text(f"{config.read_text('utf-8')}\n{added}", "utf-8")
    guides.follow(dao, used)

    assert table
    assert Path("club/annex.md").read_bytes() == Path("copy.md").read_bytes()
