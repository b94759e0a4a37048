"""`dao ipfs check`: which of a workspace's texts, parts, settings, annexes and records are kept where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from dao.cli import text
from dao.cli.answer import FALSE, TRUE, UNCHECKED, Answer
from dao.cli.options import Dir
from dao.cli.workspace import ipfs_places
from dao.cli.workspace.ipfs_places import WAIT, Wait
from dao.places import Content, PlaceError, Standing, ask_all, open_places, read_named
from dao.sentences import language, sentence
from dao.store.journal import Journal
from dao.views.contents import contents
from dao.views.opening import settings_of
from dao.workspace import Workspace

EXAMPLES = (
    "dao ipfs check",
    "dao ipfs check --mend",
    "dao ipfs check --dir demo --json",
)


class _Checked(NamedTuple):
    content: Content
    standings: list[Standing]


def command(
    *,
    mend: Annotated[bool, typer.Option("--mend", help="Have each place keep what it lacks.")] = False,
    wait: Wait = WAIT,
    folder: Dir = Path(),
) -> Answer:
    """Ask every place of dao.toml what it keeps of the workspace, and with --mend put what is missing.

    A root counts as kept where it is pinned and comes back with its own bytes. What is kept is not sent again, so a run
    that was cut off is simply run again. Exit status 1 if anything is missing, 2 if a place could not be asked.
    """
    with Workspace(folder) as workspace, Journal(workspace.journal_path) as journal:
        named = read_named(folder)
        if not named:
            raise PlaceError("E_IPFS_ENV", "none")
        found = contents(workspace, journal, settings_of(journal).prefix)
        with open_places(named, seconds=wait) as places:
            checked = [_Checked(content, said) for content, said in ask_all(places, found, mend=mend)]
    missing = sum(one.state in {"absent", "damaged"} for _, standings in checked for one in standings)
    unknown = sum(one.state == "unknown" for _, standings in checked for one in standings)
    document = {
        "ok": not missing and not unknown,
        "contents": [_row(one) for one in checked],
        "missing": missing,
        "unknown": unknown,
    }
    status = FALSE if missing else UNCHECKED if unknown else TRUE
    return Answer(document, _lines(checked, missing, unknown), status)


def _row(checked: _Checked) -> dict[str, object]:
    return {
        "kind": checked.content.kind,
        "name": checked.content.name,
        "cid": str(checked.content.root),
        "places": [ipfs_places.row(one) for one in checked.standings],
    }


def _lines(checked: Sequence[_Checked], missing: int, unknown: int) -> Iterator[str]:
    """A content a line where all is well, and the places below it where something is not."""
    for content, standings in checked:
        is_held = all(one.state == "pinned" for one in standings)
        mark = text.paint("✓", "green") if is_held else text.paint("!", "yellow")
        yield f"{mark} {text.label(content.kind)} {content.name}  {content.root}"
        if not is_held:
            yield from ipfs_places.told(standings)
    yield ""
    reason = "missing" if missing else "unknown" if unknown else "held"
    facts = {"contents": len(checked), "missing": missing, "unknown": unknown}
    yield from text.wrapped(sentence("IPFS_CHECK", reason, facts, language()))
