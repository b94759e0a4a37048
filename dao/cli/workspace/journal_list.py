"""`dao journal`: the leaves of the journal, its size and root, and whether it extends what this workspace kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from chain import log_tree
from chain.checkpoint import Checkpoint
from dao.cli.answer import FALSE, TRUE, Answer
from dao.cli.options import Dir
from dao.cli.text import columns, counted, label, paint, say, wrapped
from dao.record.leaves import Leaf
from dao.sentences import language, sentence, spell, spell_time
from dao.views.kept import check_kept
from dao.views.opening import open_journal
from dao.workflow.guard import GuardError

EXAMPLES = (
    "dao journal",
    "dao journal list --since 40 --dir demo",
    "dao journal --json",
)

_SHOWN = ("id", "proposal", "iip", "event", "part", "verdict", "count", "hash", "owner", "rule", "fund", "log")
"""Fields of a leaf that tell a reader what it is about, in this order."""


class Shown(NamedTuple):
    """The journal as it is, and what became of the kept checkpoint."""

    leaves: list[tuple[int, Leaf]]
    size: int
    root: bytes
    kept: Checkpoint | None
    refusal: GuardError | None


def command(
    folder: Dir = Path(),
    since: Annotated[int, typer.Option("--since", help="First leaf to list.", metavar="N", min=0)] = 0,
) -> Answer:
    """List the journal's leaves, and hold it against the checkpoint that this workspace kept.

    A journal only grows. One that no longer begins with the leaves of the kept checkpoint was rewritten: E_SPLIT_VIEW,
    exit status 1. `dao journal export` writes it for other workspaces, and `dao journal follow` takes such a file.
    """
    with open_journal(folder) as (workspace, journal):
        root = log_tree.root(journal.leaf_hashes())
        kept, refusal = None, None
        try:
            kept = check_kept(workspace, journal)
        except GuardError as error:
            refusal = error
        shown = Shown(list(enumerate(journal.leaves))[since:], len(journal), root, kept, refusal)
    return Answer(_document(shown), _lines(shown), TRUE if refusal is None else FALSE)


def _document(shown: Shown) -> dict[str, object]:
    refusal, kept = shown.refusal, shown.kept
    document: dict[str, object] = {
        "ok": refusal is None,
        "size": shown.size,
        "root": "0x" + shown.root.hex(),
        "kept": None if kept is None else {"origin": kept.origin, "size": kept.size, "root": "0x" + kept.root.hex()},
        "code": None if refusal is None else refusal.code,
        "leaves": [
            {"index": index, "kind": leaf.kind, "time": leaf.time, "about": dict(_about(leaf))}
            for index, leaf in shown.leaves
        ],
    }
    return document if refusal is None else {**document, "message": _message(refusal)}


def _about(leaf: Leaf) -> Iterator[tuple[str, object]]:
    for field in _SHOWN:
        value = leaf.body.get(field)
        if isinstance(value, bytes):
            yield field, spell(value)
        elif isinstance(value, str | int):
            yield field, value


def _lines(shown: Shown) -> Iterator[str]:
    rows = [(str(index), spell_time(leaf.time), leaf.kind, _told(leaf)) for index, leaf in shown.leaves]
    yield from columns(rows, right=[0])
    if rows:
        yield ""
    yield say("JOURNAL", "size", leaves=counted(shown.size, "leaf"), root="0x" + shown.root.hex())
    if shown.refusal is not None:
        yield f"{paint(label('split view'), 'red')}  {shown.refusal.code}"
        yield from wrapped(_message(shown.refusal), "  ")
    elif shown.kept is None:
        yield say("JOURNAL", "unkept")
    else:
        extends = say("JOURNAL", "extends", leaves=counted(shown.kept.size, "leaf"))
        yield f"{paint('✓', 'green')} {extends}"


def _told(leaf: Leaf) -> str:
    return ", ".join(f"{field} {_short(spell(value, language()))}" for field, value in _about(leaf))


def _short(text: str) -> str:
    """A hash by its beginning: the whole of it is in the JSON. An entry's id is long and says what its rule says."""
    return text if len(text) <= 42 else f"{text[:18]}…"


def _message(error: GuardError) -> str:
    return sentence(error.code, error.reason, error.facts, language())
