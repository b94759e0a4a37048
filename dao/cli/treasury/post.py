"""`dao post`: a queued transaction and its confirmations go to a Safe Transaction Service, and what it has comes back.

Decides what is sent: only what this journal holds, to a service that lies where the user says. What the service shows
is read as strictly as any file: another hash than its own content's is refused, and confirmations that the journal has
not are written to a file for `dao take`, never taken here.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from chain import json_text
from chain.safe import SafeTx, safe_tx_hash
from chain.safe_json import Confirmation, SafeTxFile, read_safe_tx_file
from dao.cli import carrying, steps
from dao.cli.answer import Answer
from dao.cli.options import Account, Dialect, Dir, Key, KeyEnv, PassphraseFile, ServiceEnv, ServiceKeyEnv, WalletEnv
from dao.errors import UsageError
from dao.record.case import Row
from dao.record.owner_consents import confirmation_in
from dao.session import KeySource, Session
from dao.workflow import proposers
from treasury.clients.safe_service import SafeService, SafeServiceError

EXAMPLES = (
    "dao post IIP-2/1 --service-env SAFE_SERVICE",
    "dao post IIP-2/1 --service-env SAFE_SERVICE --service-key-env SAFE_KEY --json",
    "dao post IIP-2/1 --key bot --service-env SAFE_SERVICE",
)


def command(
    part: Annotated[str, typer.Argument(help="A queued part of a proposal, as IIP-2/1.", metavar="PART")],
    *,
    service_env: ServiceEnv,
    service_key_env: ServiceKeyEnv = "",
    dialect: Dialect = "tx-service",
    key: Key = "",
    key_env: KeyEnv = "",
    wallet_env: WalletEnv = "",
    account: Account = "",
    out: Annotated[
        Path | None, typer.Option("--out", help="Write what it shows to this file, for dao take.", metavar="FILE")
    ] = None,
    passphrase_file: PassphraseFile = None,
    folder: Dir = Path(),
) -> Answer:
    """Post a queued transaction to a Safe Transaction Service, with the confirmations of the journal.

    What the service has already is not posted again. Nothing that it answers is believed: what it shows must hash to
    the transaction that is queued. Confirmations that only the service has are taken from --out with dao take. With a
    key the transaction goes there before any owner has signed it, under the name of that key, which must be a proposer
    (dao proposer) and no owner; the review must find nothing against it.
    """
    source = KeySource(key, key_env, wallet_env, account, passphrase_file)
    by_key = any((key, key_env, wallet_env, account))
    with (
        closing(service_behind(service_env, service_key_env, dialect)) as service,
        steps.open_for(folder, source if by_key else None, passphrase_file=passphrase_file) as session,
    ):
        named = steps.find_part(session, part)
        tx = steps.queued(session, named)
        ours = _confirmations(session, tx)

        def first() -> Confirmation:
            if by_key:
                return proposers.propose(session.desk, named.id, named.part, tx, session.signer(source))
            if not ours:
                raise UsageError("E_SAFE_SERVICE", "unsigned")
            return ours[0]

        sent, seen = _post(service, tx, ours, first)
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


def service_behind(url_variable: str, key_variable: str, dialect: str) -> SafeService:
    """Return the service whose base URL a variable holds, opened with the key of another, if one is named."""
    key = _value(key_variable) if key_variable else ""
    return SafeService(_value(url_variable), key, name=url_variable, dialect=dialect)


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


def _post(
    service: SafeService, tx: SafeTx, ours: list[Confirmation], first: Callable[[], Confirmation]
) -> tuple[int, SafeTxFile]:
    """Send what the service has not, under the name of `first`; return how many things were sent, and what it shows
    then.
    """
    seen, sent = _seen(service, tx), 0
    if seen is None:
        by = first()
        service.propose(tx, by)
        known, sent = {by.owner}, 1
    else:
        known = {confirmation.owner for confirmation in seen.confirmations}
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
    raw = service.find(safe_tx_hash(tx))
    if raw is None:
        return None
    found = read_safe_tx_file(json_text.loads(raw), chain_id=tx.chain_id, version=tx.version)
    if found.tx != tx:
        raise SafeServiceError("E_SAFE_SERVICE", "other", provider=service.label, found=safe_tx_hash(found.tx))
    return found
