"""`dao journal export`: the journal, or its end, as one file under a signed checkpoint, for those who follow it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dao.cli import steps
from dao.cli.answer import Answer
from dao.cli.files import write
from dao.cli.options import Dir, PassphraseFile
from dao.workflow import recording

EXAMPLES = (
    "dao journal export journal.car",
    "dao journal export new.car --since 40 --dir demo --json",
)


def command(
    file: Annotated[Path, typer.Argument(help="The file to write.", metavar="FILE")],
    *,
    since: Annotated[int, typer.Option("--since", help="First leaf to write.", metavar="N", min=0)] = 0,
    passphrase_file: PassphraseFile = None,
    folder: Dir = Path(),
) -> Answer:
    """Write the journal to a file, for workspaces that follow it.

    The file carries the leaves with everything that they link to, and a checkpoint signed with the journal's key. A
    workspace that follows may pass on what it has, under the writer's checkpoint. An older file is replaced.
    """
    with steps.open_for(folder, passphrase_file=passphrase_file) as session:
        data = recording.export(session.desk, since)
        size = len(session.journal)
        write(file, data, force=True)
    document = {"ok": True, "file": str(file), "since": since, "size": size, "bytes": len(data)}
    return Answer(document, steps.done("STEP_EXPORTED", file=file, since=since, last=size - 1, bytes=len(data)))
