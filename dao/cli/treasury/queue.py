"""`dao queue`: the Safe transaction of a passed part is built from its bytes and enters the journal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chain.clients.safe_read import safe_nonce
from chain.safe import SafeTx, safe_tx_hash
from dao.cli import carrying, steps
from dao.cli.answer import Answer
from dao.cli.options import Dir, PassphraseFile
from dao.record.case import need
from dao.record.windows import window_of
from dao.session import Session
from dao.workflow import paying
from dao.workflow.desk import QUEUED

EXAMPLES = (
    "dao queue IIP-2/1",
    "dao queue IIP-2/1 --dir demo --json",
    "dao queue IIP-2/1 --out iip-2-1.tx.json",
    "dao queue IIP-2/1 --builder iip-2-1.batch.json",
)


def command(
    part: Annotated[str, typer.Argument(help="A part of a proposal, as IIP-2/1.", metavar="PART")],
    *,
    passphrase_file: PassphraseFile = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Also write the transaction to this file, for owners and wallets.", metavar="FILE"),
    ] = None,
    builder: Annotated[
        Path | None,
        typer.Option(
            "--builder", help="Also write its calls to this file, for Safe's Transaction Builder.", metavar="FILE"
        ),
    ] = None,
    folder: Dir = Path(),
) -> Answer:
    """Queue a part that passed, behind everything that waits for the same Safe.

    The transaction is, byte for byte, the part that was voted on. A part that is queued already is shown as it is. The
    file of --out is in the Safe Transaction Service's shape, with the confirmations that the journal has. The file of
    --builder names no nonce: in the wallet choose the one that is shown here, or another transaction is made.
    """
    with steps.open_for(folder, passphrase_file=passphrase_file) as session:
        named = steps.find_part(session, part)
        tx = _standing(session, named)
        is_new = tx is None
        if tx is None:
            session.desk.refuse_reader()
            # refuses a milestone that nobody released, before the transaction is made
            case = session.desk.guarded(named.id, *QUEUED)
            if need(case.released) and named.part not in need(case.stops):
                window_of(case, named.part)
            tx = paying.queue(session.desk, named.id, named.part)
        answer = _answer(session, named, tx, is_new=is_new, out=out)
        told = [] if out is None else carrying.carried(out, carrying.safe_tx_file(session, tx), "transaction")
        if builder is not None:
            told += carrying.carried(builder, carrying.builder_file(session, tx, named.payout), "builder")
    return answer._replace(lines=[*answer.lines, *told])


def _standing(session: Session, named: steps.Named) -> SafeTx | None:
    """The transaction that is queued and can be executed, or was; none when another one spent its nonce."""
    tx = steps.find_queued(session, named)
    if tx is None or tx.nonce >= safe_nonce(session.node, tx.safe):
        return tx
    return tx if paying.find_execution(session.desk, named.id, named.part, tx) else None


def _answer(session: Session, named: steps.Named, tx: SafeTx, *, is_new: bool, out: Path | None) -> Answer:
    window = window_of(session.desk.case(named.id, *QUEUED), named.part)
    hash_ = safe_tx_hash(tx)
    document = {
        "ok": True,
        "part": named.payout,
        "safe_tx_hash": "0x" + hash_.hex(),
        "nonce": tx.nonce,
        "eta": window.eta,
        "latest": window.latest,
        "is_new": is_new,
        "file": None if out is None else str(out),
    }
    reason = "" if is_new else "already"
    lines = steps.done("STEP_QUEUED", reason, name=named.payout, hash=hash_, nonce=tx.nonce)
    return Answer(document, lines + steps.noted("STEP_SIGN_FROM", eta=window.eta, latest=window.latest))
