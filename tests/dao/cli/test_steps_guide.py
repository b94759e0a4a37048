"""The guides that begin with the demo, run as they are written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dao.record.verify import verify
from tests.dao.cli import guides
from tests.dao.cli.conftest import Outcome
from tests.dao.conftest import Played


def test_one_iip_by_commands(
    dao: Callable[..., Outcome], played: Played, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a draft to the second payment."""
    monkeypatch.chdir(tmp_path)

    said = guides.follow(dao, guides.page("one-iip-by-commands"), played)

    assert "IIP-2/2 is paid" in " ".join(line for block in said for line in block)


def test_write_an_iip(
    dao: Callable[..., Outcome], played: Played, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From notes to an open vote on three milestones, in fewer than five commands after the workspace is there."""
    monkeypatch.chdir(tmp_path)
    text = guides.page("write-an-iip")

    guides.follow(dao, text, played)

    typed = [line for block in guides.blocks(text) if block.kind == "sh" for line in block.text.splitlines()]
    steps = [line.split()[1] for line in typed if line.startswith("dao ") and " demo --dir" not in line]
    assert ["draft", "lint", "explain", "publish", "iip", "explain"] == steps  # import and page are for others
    assert "Content-Security-Policy" in Path("iip-2.html").read_text("utf-8")
    (told,) = dao("status", "IIP-2", "--dir", "demo", "--json").document["iips"]
    assert ("Voting", 3) == (told["state"], len(told["parts"]))


def test_stop_a_payout(
    dao: Callable[..., Outcome], played: Played, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One part vetoed, one expired with a signature; nothing of both is paid, and the record verifies."""
    monkeypatch.chdir(tmp_path)

    guides.follow(dao, guides.page("stop-a-payout"), played)

    (told,) = dao("status", "IIP-2", "--dir", "demo", "--json").document["iips"]
    assert ["expired_signed", "vetoed"] == [part["state"] for part in told["parts"]]
    assert verify(Path("iip-2.car").read_bytes()).ok


def test_the_books(
    dao: Callable[..., Outcome], played: Played, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The demo's books, held to its chain, exported, drawn, closed and reported, with the page's picture."""
    monkeypatch.chdir(tmp_path)

    guides.follow(dao, guides.page("the-books"), played)

    shown = guides.GUIDES.parent / "images" / "fund-over-time.svg"
    assert shown.read_bytes() == Path("fund.svg").read_bytes()
    assert ["2026-01-13.json"] == [path.name for path in Path("demo/closes").iterdir()]
