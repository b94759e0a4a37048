"""The guide for many payments, followed as it is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dao.cli import guides
from tests.dao.cli.conftest import Outcome
from tests.dao.conftest import Played


def test_pay_many(dao: Callable[..., Outcome], played: Played, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file becomes a draft of three rows, and a proposal that was paid shows its receipts."""
    monkeypatch.chdir(tmp_path)

    guides.follow(dao, guides.page("pay-many"), played)

    assert 3 == Path("demo/iips/iip-2.md").read_text("utf-8").count(" in May |")
