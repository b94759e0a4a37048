"""How the steps before a vote are told that `dao publish` takes where a space has periods."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dao.cli import steps
from dao.cli.answer import Answer
from dao.workflow.advancing import Advanced
from dao.workflow.submitting import Submitted


def on_its_way(name: str, advanced: Advanced, out: Path | None, carried: Sequence[str]) -> Answer:
    """The answer to a publication that has to wait for a period, or whose next step was signed for a file."""
    document: dict[str, Any] = {
        "ok": True,
        "proposal": name,
        "id": None,
        "state": advanced.state,
        "earliest": advanced.earliest,
        "steps": step_rows(advanced.steps) if out is None else [],
        "file": None if out is None or not carried else str(out),
        "is_new": bool(advanced.steps),
    }
    if out is not None and advanced.steps:
        lines = steps.done("STEP_WAY", "carried", name=name, event=advanced.steps[-1].event)
        return Answer(document, [*lines, *carried])
    lines = step_lines(name, advanced.steps)
    lines += steps.noted("STEP_WAITS", advanced.state, name=name, earliest=advanced.earliest)
    return Answer(document, lines)


def step_rows(taken: Sequence[Submitted]) -> list[dict[str, object]]:
    """The steps as JSON."""
    return [{"event": step.event, "document": str(step.document), "leaf": step.leaf} for step in taken]


def step_lines(name: str, taken: Sequence[Submitted]) -> list[str]:
    """Each step in a sentence."""
    return [line for step in taken for line in steps.done("STEP_WAY", step.event, name=name)]
