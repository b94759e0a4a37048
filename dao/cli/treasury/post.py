"""`dao post`: a queued transaction and its confirmations go to a Safe Transaction Service, and what it has comes back.

Decides what is sent: only what this journal holds, to a service that lies where the user says. What the service shows
is read as strictly as any file: another hash than its own content's is refused, and confirmations that the journal has
not are written to a file for `dao take`, never taken here.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from chain import json_text
from chain.safe import SafeTx, safe_tx_hash
from chain.safe_json import Confirmation, SafeTxFile, read_safe_tx_file
from dao.cli import carrying, steps
from dao.cli.answer import Answer
from dao.cli.options import Dir, PassphraseFile
from dao.errors import UsageError
from dao.record.case import Row
from dao.record.owner_consents import confirmation_in
from dao.session import Session
from treasury.clients.safe_service import SafeService, SafeServiceError

EXAMPLES = (
    "dao post IIP-2/1 --service-env SAFE_SERVICE",
    "dao post IIP-2/1 --service-env SAFE_SERVICE --service-key-env SAFE_KEY --json",
)


def command(
    part: Annotated[str, typer.Argument(help="A queued part of a proposal, as IIP-2/1.", metavar="PART")],
    *,
    service_env: Annotated[
        str, typer.Option("--service-env", help="Variable with the service's base URL.", metavar="NAME")
    ],
    service_key_env: Annotated[
        str, typer.Option("--service-key-env", help="Variable with its API key.", metavar="NAME")
    ] = "",
    dialect: Annotated[str, typer.Option("--dialect", help="How it speaks: tx-service.")] = "tx-service",
    out: Annotated[
        Path | None, typer.Option("--out", help="Write what it shows to this file, for dao take.", metavar="FILE")
    ] = None,
    passphrase_file: PassphraseFile = None,
    folder: Dir = Path(),
) -> Answer:
    """Post a queued transaction to a Safe Transaction Service, with the confirmations of the journal.

    What the service has already is not posted again. Nothing that it answers is believed: what it shows must hash to
    the transaction that is queued. Confirmations that only the service has are taken from --out with dao take.
    """
    url, key = _value(service_env), _value(service_key_env) if service_key_env else ""
    with steps.open_for(folder, passphrase_file=passphrase_file) as session:
        tx = steps.queued(session, steps.find_part(session, part))
        ours = _confirmations(session, tx)
        service = SafeService(url, key, name=service_env, dialect=dialect)
        try:
            sent, seen = _post(service, tx, ours)
        finally:
            service.close()
    theirs = {confirmation.owner for confirmation in seen.confirmations}
    document = {
        "ok": True,
        "part": part,
        "safe_tx_hash": "0x" + safe_tx_hash(tx).hex(),
        "posted": sent,
        "confirmations": len(theirs),
        "new": len(theirs - {confirmation.owner for confirmation in ours}),
        "file": None if out is None else str(out),
    }
    lines = steps.done("STEP_POSTED", name=part, provider=service.label, posted=sent, found=len(theirs))
    if out is not None:
        signed = {confirmation.owner: confirmation.signature for confirmation in seen.confirmations}
        lines += carrying.carried(out, carrying.file_of(tx, signed), "transaction")
    return Answer(document, lines)


def _value(variable: str) -> str:
    found = os.environ.get(variable, "")
    if not found:
        raise UsageError("E_SAFE_SERVICE", "unset", variable=variable)
    return found


def _confirmations(session: Session, tx: SafeTx) -> list[Confirmation]:
    return [
        confirmation_in(Row(index, leaf), session.desk.get)
        for index, leaf in enumerate(session.journal.leaves)
        if leaf.kind == "confirmation" and leaf.body["hash"] == safe_tx_hash(tx)
    ]


def _post(service: SafeService, tx: SafeTx, ours: list[Confirmation]) -> tuple[int, SafeTxFile]:
    """Send what the service has not; return how many things were sent, and what it shows then."""
    seen, sent = _seen(service, tx), 0
    if seen is None:
        if not ours:
            raise UsageError("E_SAFE_SERVICE", "unsigned")
        service.propose(tx, ours[0])
        sent = 1
    known = {confirmation.owner for confirmation in seen.confirmations} if seen else {ours[0].owner}
    for confirmation in ours:
        if confirmation.owner not in known:
            service.confirm(tx, confirmation)
            sent += 1
    seen = _seen(service, tx)
    if seen is None:
        raise SafeServiceError("E_SAFE_SERVICE", "lost", provider=service.label)
    return sent, seen


def _seen(service: SafeService, tx: SafeTx) -> SafeTxFile | None:
    """What the service shows of a transaction; refused unless it is that very one."""
    raw = service.find(tx)
    if raw is None:
        return None
    found = read_safe_tx_file(json_text.loads(raw), chain_id=tx.chain_id, version=tx.version)
    if found.tx != tx:
        raise SafeServiceError("E_SAFE_SERVICE", "other", provider=service.label, found=safe_tx_hash(found.tx))
    return found
