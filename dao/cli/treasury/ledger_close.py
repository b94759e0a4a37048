"""`dao ledger close`: a period that is over, as a file with its closing entries that `dao ledger check` holds to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dao.cli.answer import Answer
from dao.cli.files import write
from dao.cli.options import Dir
from dao.cli.text import counted, label, paint, rows, say
from dao.errors import UsageError
from dao.views.closes import CloseError, close
from dao.views.exporting import export_of
from dao.views.opening import open_workspace, settings_of
from proposals.times import TimeError, parse_day

EXAMPLES = (
    "dao ledger close --until 2026-04-01",
    "dao ledger close --until 2026-04-01 --dir demo --json",
)


def command(
    *,
    until: Annotated[str, typer.Option("--until", help="The first day after the period, in UTC.", metavar="DAY")],
    folder: Dir = Path(),
) -> Answer:
    """Close the period up to a day: income and expenses go to equity, in one entry a fund.

    The file in closes/ names the journal's leaves of the period by their root, and the file before it by its hash. A
    journal's times never fall, so nothing more can be booked into a day that is over, and only such a period is closed.
    `dao ledger check` compares every file with the journal.
    """
    try:
        end = parse_day(until)
    except TimeError as error:
        raise UsageError(error.code, error.reason, **error.facts) from None
    with open_workspace(folder) as (_, desk):
        if desk.now() < end:
            raise CloseError("E_PERIOD", "not_over", last=until, now=desk.now())
        settings = settings_of(desk.journal)
        made = close(folder, desk.journal, settings, export_of(desk.journal, settings), end)
    made.path.parent.mkdir(exist_ok=True)
    is_new = write(made.path, made.data)
    told = say("BOOKS", "written" if is_new else "same", path=str(made.path), size=len(made.data))
    facts = [
        (label("first_day"), str(made.values["first"])),
        (label("leaves"), counted(int(made.values["leaves"]), "leaf")),
        (label("root"), str(made.values["root"])),
        (label("closing"), counted(len(made.values["closing"]), "entry")),
    ]
    document = {"ok": True, "path": str(made.path), "sha256": made.digest, "is_new": is_new, **made.values}
    return Answer(document, [f"{paint('✓', 'green')} {told}", *rows(facts)])
