"""`dao reject`: the empty transaction that spends the nonce of a part which may not be paid any more."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chain.safe import safe_tx_hash
from dao.cli import carrying, steps
from dao.cli.answer import Answer
from dao.cli.files import write
from dao.cli.options import Dir, PassphraseFile
from dao.workflow import housekeeping

EXAMPLES = (
    "dao reject IIP-2/1 --out reject.tx.json",
    "dao reject IIP-2/1 --out reject.tx.json --dir demo --json",
)


def command(
    part: Annotated[str, typer.Argument(help="A part that is over and was signed, as IIP-2/1.", metavar="PART")],
    *,
    out: Annotated[Path, typer.Option("--out", help="Write the transaction to this file.", metavar="FILE")],
    passphrase_file: PassphraseFile = None,
    folder: Dir = Path(),
) -> Answer:
    """Write the rejection of a part that was vetoed, expired or superseded after owners had signed it.

    What is signed can be executed for ever, until another transaction has spent its nonce. The settings must declare
    `rejection` under `housekeeping`. When it is executed, the part ends and gives its money back.
    """
    with steps.open_for(folder, passphrase_file=passphrase_file) as session:
        named = steps.find_part(session, part)
        tx = housekeeping.rejecting_tx(session.desk, steps.queued(session, named))
    write(out, carrying.file_of(tx, {}))
    document = {
        "ok": True,
        "part": named.payout,
        "safe_tx_hash": "0x" + safe_tx_hash(tx).hex(),
        "nonce": tx.nonce,
        "file": str(out),
    }
    return Answer(document, steps.done("STEP_KEPT", "rejection", file=out, name=named.payout, nonce=tx.nonce))
