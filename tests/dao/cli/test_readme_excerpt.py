"""The README's terminal excerpt is what the demo really prints."""

from __future__ import annotations

import re
from pathlib import Path

from tests.dao.conftest import Played

README = Path(__file__).resolve().parents[3] / "README.md"


def test_readme_shows_the_real_demo(played: Played) -> None:
    """Every line of the excerpt, but for the dots of omission, is a line of the demo, and in its order."""
    (excerpt,) = re.findall(r"<!-- demo: begin -->\n```text\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    shown = [line for line in excerpt.splitlines() if line.strip() not in ("", "…")]
    told = iter(played.told.splitlines())

    assert [] == [line for line in shown if line not in told]
    assert len(shown) > 40
