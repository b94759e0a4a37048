"""What commands say that put something into the journal or a record, where the workspace keeps content elsewhere too.

A step that is done stays done: a place that cannot be reached is told, with the command that mends it, and never turns
the step's answer into a refusal. Without `[ipfs]` in dao.toml nothing is asked and nothing is said.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from chain.errors import CodedError
from dao.cli import steps
from dao.cli.workspace import ipfs_places
from dao.places import Content, ask_all, open_places, read_named


def kept(folder: Path, wanted: Callable[[], Sequence[Content]]) -> tuple[list[dict[str, object]], list[str]]:
    """Have every place keep this; return rows for JSON and lines for people."""
    rows: list[dict[str, object]] = []
    lines: list[str] = []
    try:
        named = read_named(folder)
        if not named:
            return [], []
        with open_places(named) as places:
            for content, standings in ask_all(places, wanted(), mend=True):
                about = {"kind": content.kind, "cid": str(content.root)}
                rows += [{**about, **ipfs_places.row(standing)} for standing in standings]
    except CodedError as error:
        told = ipfs_places.message(error)
        return [*rows, {"place": None, "state": "unknown", "code": error.code, "message": told}], _unkept(told)
    wrong = [row for row in rows if row["state"] not in {"pinned", "queued"}]
    if wrong:
        return rows, _unkept(str(wrong[0]["message"] or ""))
    if rows:
        lines = steps.noted("STEP_IPFS", "kept", places=list(dict.fromkeys(row["place"] for row in rows)))
    return rows, lines


def _unkept(problem: str) -> list[str]:
    return steps.noted("STEP_IPFS", "unkept", problem=problem)
