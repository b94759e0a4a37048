"""`dao owner announce`: the journal says which owner will come, one notice period before it may happen."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chain import address
from dao.cli import steps
from dao.cli.answer import Answer
from dao.cli.options import Dir, PassphraseFile
from dao.errors import UsageError
from dao.workflow import housekeeping
from dao.workflow.proposing import settings_in_force
from treasury.housekeeping import OwnerChange

EXAMPLES = (
    "dao owner announce --replace 0x… --by 0x…",
    "dao owner announce --add 0x… --threshold 2 --dir demo --json",
)


def command(
    *,
    add: Annotated[str, typer.Option("--add", help="Address of an owner to add.", metavar="ADDRESS")] = "",
    threshold: Annotated[
        int | None, typer.Option("--threshold", help="How many must agree then; never fewer than now.", min=1)
    ] = None,
    former: Annotated[str, typer.Option("--replace", help="Address of the owner who goes.", metavar="ADDRESS")] = "",
    by: Annotated[str, typer.Option("--by", help="Address of who comes in that place.", metavar="ADDRESS")] = "",
    passphrase_file: PassphraseFile = None,
    folder: Dir = Path(),
) -> Answer:
    """Announce that an owner of the treasury Safe will be added or replaced, where the settings declare that.

    Nobody votes on it, and whoever must object has the notice of the settings to do so. The newest announcement takes
    the place of those before; what nobody made until the grace is over lapses.
    """
    change = _change(add, threshold, former, by)
    with steps.open_for(folder, passphrase_file=passphrase_file) as session:
        settings = settings_in_force(session.desk)
        index = housekeeping.announce(session.desk, change)
        time = session.journal.leaves[index].time
    safe, earliest = settings.treasury().address, time + settings.notice
    document = {
        "ok": True,
        "leaf": index,
        "class": change.kind,
        "safe": address.checksum(safe),
        "owner": address.checksum(change.owner),
        "former": None if change.former is None else address.checksum(change.former),
        "threshold": change.threshold,
        "eta": earliest,
        "latest": earliest + settings.grace,
    }
    facts = {"index": index, "owner": change.owner, "safe": safe, "former": change.former}
    if change.former is None:
        lines = steps.done("STEP_KEPT", "add", threshold=change.threshold, **facts)
    else:
        lines = steps.done("STEP_KEPT", "swap", **facts)
    return Answer(document, lines + steps.noted("STEP_KEPT", "window", eta=earliest, latest=earliest + settings.grace))


def _change(add: str, threshold: int | None, former: str, by: str) -> OwnerChange:
    if add and threshold is not None and not former and not by:
        return OwnerChange(address.parse(add), None, threshold)
    if former and by and not add and threshold is None:
        return OwnerChange(address.parse(by), address.parse(former), None)
    raise UsageError("E_USAGE", "owner_change")
