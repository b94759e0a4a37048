"""`dao owner change`: the transaction of an announced change of owners, as a file for the owners."""

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
    "dao owner change --out change.tx.json",
    "dao owner change --out change.tx.json --dir demo --json",
)


def command(
    *,
    out: Annotated[Path, typer.Option("--out", help="Write the transaction to this file.", metavar="FILE")],
    passphrase_file: PassphraseFile = None,
    folder: Dir = Path(),
) -> Answer:
    """Write the transaction of the change of owners that was announced last, once its notice is over.

    It has the Safe's next nonce, whatever is queued there: a payout that loses its nonce is queued again afterwards.
    """
    with steps.open_for(folder, passphrase_file=passphrase_file) as session:
        tx = housekeeping.announced_tx(session.desk)
    write(out, carrying.file_of(tx, {}))
    document = {"ok": True, "safe_tx_hash": "0x" + safe_tx_hash(tx).hex(), "nonce": tx.nonce, "file": str(out)}
    return Answer(document, steps.done("STEP_KEPT", "made", file=out, nonce=tx.nonce))
