"""`dao sync`: what a hub shows of a space, kept as it was received, with marks where it changed, vanished or came back.

Decided here: how a round is told. What is kept is decided by `governance.followed`, and how a proposal's text stands
against its author's signature by `governance.followed_proposals`.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from dao.cli.answer import Answer
from dao.cli.options import Dir
from dao.cli.progress import bar
from dao.cli.text import columns, label, paint, say, wrapped
from dao.cli.votes.hub_text import one_line
from dao.errors import UsageError
from dao.files import is_file
from dao.hub_sync import Round, sync
from dao.store.follow import FollowStore, path_of
from dao.workspace import CONFIG_FILE, read_anchors
from governance.clients.snapshot import URL, Hub
from governance.followed import Fact, decode
from governance.followed_proposals import Standing, standings

EXAMPLES = (
    "dao sync --space hakka.eth",
    "dao sync --space hakka.eth --dir follow-hakka --json",
    "dao sync --again",
)

ASSUMED = ("A_COMPLETE",)
"""What no round can show: that the hub showed everything."""


def command(
    *,
    space: Annotated[
        str, typer.Option("--space", help="The space; without it the workspace's own.", metavar="NAME")
    ] = "",
    hub: Annotated[
        str, typer.Option("--hub", help="The hub's GraphQL address; without it Snapshot's.", metavar="URL")
    ] = "",
    key_env: Annotated[
        str, typer.Option("--api-key-env", help="Variable with the hub's API key, if it is set.", metavar="NAME")
    ] = "SNAPSHOT_API_KEY",
    again: Annotated[
        bool, typer.Option("--again", help="Read the votes of proposals again that are final and were read.")
    ] = False,
    folder: Dir = Path(),
) -> Answer:
    """Follow a space at a hub: keep its settings, proposals, votes and signatures as they are shown.

    Run it again to see what changed: nothing that was kept is ever taken back, and what the hub changed or shows no
    more is marked. A round that was cut off goes on where it was. Every proposal is held against its author's
    signature, as it was at its start and at its close. The facts lie in follow/SPACE.sqlite, beside the journal and no
    part of it: they are the hub's word. Whether it shows everything stays assumed (A_COMPLETE).
    """
    if not space and not is_file(folder / CONFIG_FILE):
        raise UsageError("E_USAGE", "sync_space")
    name = space or read_anchors(folder).space
    path = path_of(folder, name)
    with bar("AUDIT_STAGE") as progress, FollowStore(path, create=True) as store:
        asked = Hub(
            hub or URL,
            os.environ.get(key_env, "") if key_env else "",
            told=lambda seconds: progress("pause", 0, seconds),
        )
        ended = sync(asked, store, name, int(time.time()), progress, again=again)
        facts = [decode(data) for data in store.facts[len(store) - ended.facts :]]
        found = list(standings(store.known, ended.began))
        document = {
            "ok": True, "space": name, "hub": asked.host, "file": str(path), "began": ended.began, "new": ended.facts,
            "size": len(store), "root": "0x" + store.root().hex(), "proposals": [document_of(row) for row in found],
            "marks": [{"id": fact.of, **fact.row} for fact in facts if fact.kind == "mark"], "assumed": list(ASSUMED),
        }  # fmt: skip
    lines = [*_done(name, asked.host, path, ended), *_lines(facts, found)]
    return Answer(document, [*lines, *wrapped(say("SYNC", "assumed", hub=asked.host), "  ")])


def document_of(row: Standing) -> dict[str, object]:
    """One proposal, for machines."""
    bound = None if row.bound is None else {"iip": row.bound.iip, "document": str(row.bound.document)}
    return {
        "id": row.id, "title": row.title, "state": row.state, "text": row.text, "at_start": row.at_start,
        "at_close": row.at_close, "votes": row.votes, "superseded": row.superseded, "vanished": row.vanished,
        "bound": bound, "lifecycle": [{"event": event, "time": time} for event, time in row.events],
    }  # fmt: skip


def _done(space: str, host: str, path: Path, ended: Round) -> Iterator[str]:
    shown = {"space": one_line(space), "hub": host, "facts": ended.facts, "path": str(path)}
    yield from wrapped(say("SYNC", "done", **shown), paint("✓ ", "green"), "  ")


def _lines(facts: Sequence[Fact], found: Sequence[Standing]) -> Iterator[str]:
    yield ""
    head = (label("proposal"), label("votes"), label("state"), label("text"), "")
    cells = [(row.id[:10], str(row.votes), say("SYNC_STATE", row.state), said(row.text), _title(row)) for row in found]
    yield from columns([head, *cells], right=(1,))
    yield ""
    marks = [fact for fact in facts if fact.kind == "mark"]
    for fact in marks:
        if not fact.row.get("proposal"):
            fields = fact.row.get("fields", ())
            told = say("SYNC_MARK", str(fact.row["what"]), id=fact.of[:10], fields=fields)
            yield from wrapped(told, paint("! ", "yellow"), "  ")
    votes = Counter((str(fact.row["proposal"]), str(fact.row["what"])) for fact in marks if fact.row.get("proposal"))
    for (proposal, what), number in votes.items():
        yield from wrapped(say("SYNC_VOTES", what, id=proposal[:10], votes=number), paint("! ", "yellow"), "  ")


def said(text: str) -> str:
    """How a proposal's text stands, in the reader's language."""
    return say("SYNC_TEXT", text)


def _title(row: Standing) -> str:
    return one_line(row.title)
