"""What the commands share that send something to Snapshot: the hub, the signer, the dry run, the receipt and its file.

Decided here: how it is told, where receipts are kept, and that nobody is asked to sign what would be refused. What
would be refused is decided by `governance.admission.sequencer`.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from chain.signer import KeySigner, Signer
from dao.cli import steps, text
from dao.cli.answer import Answer
from dao.cli.files import write
from dao.errors import UsageError
from dao.hub_sending import Prepared, Sent, prepare, send
from dao.session import KeySource, key_behind, keyring, wallet_behind
from dao.workspace import Workspace
from governance.admission.sequencer import admit_at_sequencer
from governance.clients import sequencer as seq
from governance.clients import snapshot
from governance.clients.sequencer import Sequencer
from governance.clients.snapshot import Hub
from governance.messages import envelope_json, sign_envelope

RECEIPTS = "receipts"

HubUrl = Annotated[str, typer.Option("--hub", help="The hub's GraphQL address; without it Snapshot's.", metavar="URL")]
SequencerUrl = Annotated[
    str, typer.Option("--sequencer", help="Where it is sent; without it Snapshot's sequencer.", metavar="URL")
]
RelayerUrl = Annotated[
    str,
    typer.Option("--relayer", help="Where it is sent if a Safe signs on chain; without it Snapshot's.", metavar="URL"),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Hold it against the sequencer's rules, and send nothing.")]


class Wanted(NamedTuple):
    """Where to ask and to send, and where receipts are kept."""

    hub: str
    sequencer: str
    relayer: str
    dry_run: bool
    folder: Path


def hub_of(wanted: Wanted) -> Hub:
    """The hub, with the key that the environment holds."""
    return Hub(wanted.hub or snapshot.URL, os.environ.get("SNAPSHOT_API_KEY", ""))


def now() -> int:
    """Unix seconds."""
    return int(time.time())


def signer_of(source: KeySource, folder: Path) -> Signer:
    """Whoever was named: a variable's key, a wallet, or a keystore of the workspace."""
    if sum(map(bool, (source.name, source.variable, source.wallet_variable))) != 1:
        raise UsageError("E_USAGE", "key")
    if source.account and not source.wallet_variable:
        raise UsageError("E_USAGE", "account")
    if source.variable:
        return KeySigner(key_behind(source.variable))
    if source.wallet_variable:
        return wallet_behind(source, 1)
    steps.check_key_name(source.name)
    with Workspace(folder) as workspace:
        return KeySigner(keyring(workspace, source.passphrase_file, ask=True).load(source.name))


def signed(wanted: Wanted, primary: str, message: Mapping[str, object], signer: Signer) -> Answer:
    """Hold a message against the rules before it is signed, sign it, and send it."""
    hub = hub_of(wanted)
    unsigned = envelope_json(primary, message, signer.address, b"")  # as a Safe's: its signature is not looked at
    admit_at_sequencer(prepare(hub, unsigned, now()).case)
    return sent(wanted, hub, sign_envelope(primary, message, signer))


def sent(wanted: Wanted, hub: Hub, raw: bytes) -> Answer:
    """Send an envelope, keep its receipt, and tell it."""
    prepared = prepare(hub, raw, now())
    if wanted.dry_run:
        admit_at_sequencer(prepared.case)
        return _told(prepared, Sent("dry_run", None, b""), None)
    sequencer, relay = Sequencer(wanted.sequencer or seq.URL), Sequencer(wanted.relayer or seq.RELAYER_URL)
    done = send(prepared, sequencer, relay)
    path = None
    if done.answer:
        path = wanted.folder / RECEIPTS / f"0x{prepared.envelope.id.hex()}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, _receipt_file(prepared, done, sequencer if done.receipt else relay), force=True)
    return _told(prepared, done, path)


def _receipt_file(prepared: Prepared, done: Sent, place: Sequencer) -> bytes:
    """Everything that shows later what was sent, where, and what was answered."""
    kept = {
        "version": 1, "sequencer": place.host, "time": prepared.case.now, "state": done.state,
        "envelope": prepared.case.body.decode(), "answer": done.answer.decode("utf-8", "replace"),
    }  # fmt: skip
    return (json.dumps(kept, ensure_ascii=False, indent=2) + "\n").encode()


def _told(prepared: Prepared, done: Sent, path: Path | None) -> Answer:
    envelope, receipt = prepared.envelope, done.receipt
    document: dict[str, object] = {
        "ok": True, "state": done.state, "id": "0x" + envelope.id.hex(), "action": envelope.action,
        "ipfs": receipt.ipfs if receipt else None, "pinned_name_ok": receipt.is_pinned_name if receipt else None,
        "relayer": "0x" + receipt.relayer.hex() if receipt else None, "receipt": str(path) if path else None,
        "unchecked": list(prepared.unknown),
    }  # fmt: skip
    lines = steps.done("STEP_SENT", done.state, id=document["id"])
    if path is not None:
        lines += steps.noted("STEP_SENT", "kept", path=path)
    if receipt is not None and not receipt.is_pinned_name:
        lines += steps.noted("STEP_SENT", "name", ipfs=receipt.ipfs)
    if done.state == "dry_run" and prepared.unknown:
        lines += steps.noted("STEP_SENT", "unknown", rules=list(prepared.unknown))
    return Answer(document, [*lines, *text.rows([(text.label("hash"), str(document["id"]))])])
