"""The guides `muton-vesting`, with its picture as it is drawn, and `pay-by-plan`, run as they are written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.chain.clients.test_vesting_contracts import need_openzeppelin
from tests.dao.cli import guides
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.test_vesting_wallets import ARTIFACT
from tests.dao.conftest import Played

IMAGE = guides.GUIDES.parent / "images" / "muton-unlocks.svg"


def test_the_guide(dao: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command ends as the page says, what it shows is what was said, and the picture is the one that is drawn."""
    monkeypatch.chdir(tmp_path)

    guides.follow(dao, guides.page("muton-vesting"))

    assert IMAGE.read_bytes() == Path("unlocks.svg").read_bytes()
    assert {"ann.html", "ann.ics", "plans", "unlocks.csv", "unlocks.svg"} == {path.name for path in Path().iterdir()}


def test_paying_by_a_plan(
    dao: Callable[..., Outcome], played: Played, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wallet at the address that the page says, drafts, a change that both sides signed, and a committee's limits."""
    need_openzeppelin()
    monkeypatch.chdir(tmp_path)
    package = Path("node_modules/@openzeppelin/contracts/build/contracts")
    package.mkdir(parents=True)
    (package / "VestingWallet.json").symlink_to(ARTIFACT)

    said = guides.follow(dao, guides.page("pay-by-plan"), played)

    both = [line for line in said[6] if line.startswith(("by = ", "steward = ")) and "…" not in line]
    assert 2 == len({*both} & {*Path("demo/plan.toml").read_text("utf-8").splitlines()})
    assert 2 == len(Path("demo/unvested.txt").read_text("utf-8").splitlines())
    assert {"iip-1.md", "iip-2.md", "iip-3.md"} == {path.name for path in Path("demo/iips").iterdir()}
