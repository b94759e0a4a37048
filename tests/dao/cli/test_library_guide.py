"""`docs/guides/use-the-library.md`: each block of Python runs as it is written, and prints what the page shows."""

from __future__ import annotations

import contextlib
import io
import re
import shutil
from pathlib import Path

import pytest

from tests.dao.cli import guides
from tests.dao.conftest import Played

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks() -> list[tuple[str, str]]:
    return [(match[1], match[2]) for match in BLOCK.finditer(guides.page("use-the-library"))]


def test_every_block_prints_what_is_shown(played: Played, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order of the page and in one namespace, as a reader would paste them into one script."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "demo").mkdir()
    shutil.copy(played.file, "demo/iip-1.car")
    names: dict[str, object] = {"__name__": "__main__"}
    shown: list[str] = []
    printed: list[str] = []
    kinds = [kind for kind, _ in blocks()]
    for place, (kind, text) in enumerate(blocks()):
        if kind == "python":
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile(text, f"block {place + 1} of the page", "exec"), names)
            printed.append(out.getvalue())
            assert "text" == kinds[place + 1], "what a block prints stands below it"
            shown.append(blocks()[place + 1][1])

    assert 5 == len(printed)
    assert printed == shown
    assert [Path("demo")] == list(Path().iterdir()), "a script of pure functions leaves nothing behind"
