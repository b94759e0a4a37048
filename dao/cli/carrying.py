"""What commands with `--out` share: the desk that takes nothing, and the file that carries what was signed.

With `--out` everything is checked as if this journal took it, and nothing is taken. Without it the journal must be
this workspace's to write, which is said before anybody signs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from chain.safe import CALL, InnerCall, SafeTx, decode_multi_send, safe_tx_hash
from chain.safe_json import write_safe_tx
from chain.transaction_builder import write_batch
from dao.cli import steps
from dao.cli.files import write
from dao.record.case import Row
from dao.record.owner_consents import confirmation_in
from dao.session import Session
from dao.workflow.desk import Desk
from treasury.confirmations import Confirmation


def desk_for(session: Session, out: Path | None) -> Desk:
    """The desk for one step: the journal's, or with `--out` one that only checks."""
    if out is not None:
        return session.desk.rehearsal()
    session.desk.refuse_reader()
    return session.desk


def carried(out: Path, data: bytes, reason: str = "") -> list[str]:
    """Write the file that carries what was signed, and say so."""
    write(out, data)
    return steps.noted("STEP_CARRIED", reason, file=out)


def safe_tx_file(session: Session, tx: SafeTx, *more: Confirmation) -> bytes:
    """A transaction as the Safe Transaction Service shows it, with the confirmations of the journal and some more."""
    signed = {confirmation.owner: confirmation.signature for confirmation in more}
    for index, leaf in enumerate(session.journal.leaves):
        if leaf.kind == "confirmation" and leaf.body["hash"] == safe_tx_hash(tx):
            owner, made = confirmation_in(Row(index, leaf), session.desk.get)
            signed[owner] = made
    return file_of(tx, signed)


def file_of(tx: SafeTx, signed: Mapping[bytes, bytes]) -> bytes:
    """A transaction with some confirmations, signature by owner, as the Safe Transaction Service shows it."""
    return (json.dumps(write_safe_tx(tx, signed), indent=2) + "\n").encode()


def builder_file(session: Session, tx: SafeTx, name: str) -> bytes:
    """The calls of a transaction as Safe's Transaction Builder reads them, with its checksum. Its time is that of the
    queueing, so that the file is the same whenever it is written.
    """
    calls = (InnerCall(CALL, tx.to, tx.value, tx.data),) if tx.operation == CALL else decode_multi_send(tx.data)
    found = steps.find_leaf(session, "queued", hash=safe_tx_hash(tx))
    assert found is not None, "it has just been queued, or was before"
    batch = write_batch(calls, chain_id=tx.chain_id, safe=tx.safe, created_at=found[1].time, name=name)
    return (json.dumps(batch, indent=2) + "\n").encode()
