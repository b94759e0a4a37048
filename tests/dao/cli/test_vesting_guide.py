"""The guide `muton-vesting`, run as it is written, and its picture as it is drawn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dao.cli import guides
from tests.dao.cli.conftest import Outcome

IMAGE = guides.GUIDES.parent / "images" / "muton-unlocks.svg"


def test_the_guide(dao: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command ends as the page says, what it shows is what was said, and the picture is the one that is drawn."""
    monkeypatch.chdir(tmp_path)

    guides.follow(dao, guides.page("muton-vesting"))

    assert IMAGE.read_bytes() == Path("unlocks.svg").read_bytes()
    assert {"ann.html", "ann.ics", "plans", "unlocks.csv", "unlocks.svg"} == {path.name for path in Path().iterdir()}
