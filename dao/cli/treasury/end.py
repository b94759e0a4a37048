"""`dao end`: a part that expired or was stopped, and can no more be paid, gives its money back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dao.cli import steps, text
from dao.cli.answer import Answer
from dao.cli.options import Dir, PassphraseFile
from dao.workflow import stopping

EXAMPLES = (
    "dao end IIP-2/1",
    "dao end IIP-2/1 --dir demo --json",
)


def command(
    part: Annotated[str, typer.Argument(help="A part of a proposal, as IIP-2/1.", metavar="PART")],
    *,
    passphrase_file: PassphraseFile = None,
    folder: Dir = Path(),
) -> Answer:
    """End a part that expired, was vetoed, superseded or terminated, and book what it gives back to the fund.

    If owners have signed it, its nonce must be spent first: the Safe's logs are searched for a rejection, an empty
    transaction of the Safe to itself with the same nonce, and its receipt is proved and kept. A part that has ended is
    shown as it is.
    """
    with steps.open_for(folder, passphrase_file=passphrase_file) as session:
        session.desk.refuse_reader()
        named = steps.find_part(session, part)
        known = steps.find_leaf(session, "ended", proposal=named.id, part=named.part)
        if known is None:
            done = stopping.end(session.desk, named.id, named.part)
        else:
            done = stopping.Ended(str(known[1].body["cause"]), known[0], ())
    document = {
        "ok": True,
        "part": named.payout,
        "cause": done.cause,
        "leaf": done.leaf,
        "spent_nonces": list(done.spent),
        "is_new": known is None,
    }
    lines = steps.done("STEP_ENDED", "" if known is None else "already", name=named.payout)
    rows = [(text.label("cause"), text.say("PART_STATE", done.cause)), (text.label("leaf"), str(done.leaf))]
    rows += [(text.label("spent nonce"), str(nonce)) for nonce in done.spent]
    return Answer(document, [*lines, *text.rows(rows)])
