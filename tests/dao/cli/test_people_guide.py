"""The guide `three-people-two-iips`, run as it is written: three workspaces, and nothing but files between them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dao.record.verify import verify
from dao.store.journal import Journal
from tests.dao.cli import guides
from tests.dao.cli.conftest import Outcome
from tests.dao.conftest import Played


def test_the_guide_runs_as_written(
    dao: Callable[..., Outcome], played: Played, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every command ends as the guide says, shows what it shows, and three people hold one journal in the end."""
    monkeypatch.chdir(tmp_path)

    guides.follow(dao, guides.page("three-people-two-iips"), played)

    assert leaves("ben") == leaves("ann") == leaves("cho")
    assert 1 == len({Path(name, "checkpoint").read_bytes() for name in ("ben", "ann", "cho")})
    assert verify(Path("cho/iip-2.car").read_bytes()).ok
    assert [] == [path for path in (*Path("ann").rglob("*"), *Path("cho").rglob("*")) if path.name == "journal.pem"]


def leaves(name: str) -> list[bytes]:
    with Journal(Path(name, "journal.sqlite")) as journal:
        return journal.leaf_hashes()
