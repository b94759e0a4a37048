"""Housekeeping in a file: what `dao sign FILE` and `dao execute FILE` do with a transaction that nobody voted on.

Decides how the signatures of several owners come into one file, and what is told; what may be signed and executed is
decided by `dao.workflow.housekeeping`. A queued part's transaction is refused here: its signatures belong into the
journal.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from chain import address, json_text
from chain.errors import CodedError
from chain.receipt import open_receipt
from chain.safe import SafeTx, safe_tx_hash
from chain.safe_json import SafeTxFile
from dao.cli import carrying, steps
from dao.cli.answer import Answer, write_line
from dao.cli.files import read, write
from dao.cli.treasury import review_told as told
from dao.errors import UsageError
from dao.session import KeySource, Session
from dao.workflow import housekeeping
from dao.workflow.proposing import settings_in_force
from dao.workflow.taking import read_safe_tx


def sign_file(path: Path, source: KeySource, out: Path | None, folder: Path) -> Answer:
    """Review a transaction, sign it as an owner if nothing speaks against it, and write it with all signatures."""
    if out is None:
        raise UsageError("E_USAGE", "sign_out")
    raw = read(path)
    with steps.open_for(folder, source) as session:
        signer = session.signer(source)
        file = _open(session, raw)
        reviewed = housekeeping.review_housekeeping(session.desk, file.tx)
        shown = told.answer(told.Draft(file.tx), reviewed, steps.symbols(settings_in_force(session.desk)))
        lines = list(shown.lines)
        try:
            given = housekeeping.sign(session.desk, file.tx, signer, file.confirmations)
        except CodedError:
            for line in lines:  # what spoke against it; the refusal itself follows as any other
                write_line(line)
            raise
        threshold = housekeeping.threshold_of(session.desk, file.tx)
    write(out, carrying.file_of(file.tx, {each.owner: each.signature for each in given}))
    document = {
        "ok": True,
        "safe_tx_hash": _hex(file.tx),
        "owner": address.checksum(signer.address),
        "confirmations": len(given),
        "threshold": threshold,
        "review": shown.document,
        "file": str(out),
    }
    facts: Mapping[str, object] = {"owner": signer.address, "file": out, "found": len(given), "needed": threshold}
    return Answer(document, [*lines, "", *steps.done("STEP_KEPT", "signed", **facts)])


def execute_file(path: Path, source: KeySource, folder: Path, *, replace: bool, wait: int) -> Answer:
    """Send what enough owners signed in a file, or find that somebody did, and book it."""
    raw = read(path)
    with steps.open_for(folder, source) as session:
        sender = session.signer(source)
        file = _open(session, raw)
        done = housekeeping.execute(
            session.desk, file.tx, file.confirmations, sender, replace=replace, seconds=wait
        )  # fmt: skip
        header = open_receipt(session.node.receipt_proof(done)).header
    document = {
        "ok": True,
        "safe_tx_hash": _hex(file.tx),
        "transaction": "0x" + done.hex(),
        "block": header.number,
        "time": header.timestamp,
    }
    facts: Mapping[str, object] = {"hash": safe_tx_hash(file.tx), "block": header.number, "time": header.timestamp}
    return Answer(document, steps.done("STEP_KEPT", "executed", **facts))


def _open(session: Session, raw: bytes) -> SafeTxFile:
    value = json_text.loads(raw)
    settings = settings_in_force(session.desk)
    file = read_safe_tx(value, settings, session.workspace.anchors.chain_id)
    if steps.find_leaf(session, "queued", hash=safe_tx_hash(file.tx)) is not None:
        raise UsageError("E_USAGE", "queued_file", hash=safe_tx_hash(file.tx))
    return file


def _hex(tx: SafeTx) -> str:
    return "0x" + safe_tx_hash(tx).hex()
