"""The stage of the workflow's tests: made anew for each, because a journal forgets nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dao.store.dump import survives_rebuilding
from tests.dao.workflow.stage import Stage, open_stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with open_stage(tmp_path) as opened:
        yield opened
    assert survives_rebuilding(tmp_path / "journal.sqlite")  # whatever history the test has made
