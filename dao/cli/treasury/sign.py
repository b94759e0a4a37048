"""`dao sign`: an owner of the Safe sees the review, and confirms a queued transaction if nothing speaks against it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chain import address
from chain.clients.safe_read import fetch_safe_state
from chain.errors import CodedError
from chain.safe import safe_tx_hash
from chain.safe_state import open_safe_state
from dao.cli import carrying, steps
from dao.cli.answer import Answer, write_line
from dao.cli.files import read
from dao.cli.options import Account, Dir, Key, KeyEnv, Out, PassphraseFile, WalletEnv
from dao.cli.start.verify import MAX_BYTES as RECORD_BYTES
from dao.cli.treasury.housekeeping_file import sign_file
from dao.cli.treasury.review_voted import of_part
from dao.cli.treasury.sign_record import Asked, sign_record
from dao.files import is_there
from dao.session import KeySource
from dao.workflow import paying

EXAMPLES = (
    "dao sign IIP-2/1 --key ann",
    "dao sign IIP-2/1 --key-env OWNER_KEY --dir demo --json",
    "dao sign IIP-2/1 --key ann --out ann.tx.json",
    "dao sign change.tx.json --key ann --out ann.tx.json",
    "dao sign iip-2.car --trust trust.json --key-env OWNER_KEY --out ann.tx.json",
)


def command(
    part: Annotated[
        str,
        typer.Argument(help="A queued part, as IIP-2/1, a file of housekeeping, or a record.", metavar="PART"),
    ],
    *,
    key: Key = "",
    key_env: KeyEnv = "",
    wallet_env: WalletEnv = "",
    account: Account = "",
    passphrase_file: PassphraseFile = None,
    out: Out = None,
    trust: Annotated[
        Path | None, typer.Option("--trust", help="Of a record: what you know for sure, as for verify.", metavar="FILE")
    ] = None,
    number: Annotated[
        int | None, typer.Option("--part", help="Of a record: which part, if it has several.", min=1)
    ] = None,
    folder: Dir = Path(),
) -> Answer:
    """Review a queued part and sign it as an owner of the Safe.

    A signature cannot be taken back, so nothing is signed before the timelock's end, after expiry, or while the review
    finds an error. With --out the file is the transaction as the Safe Transaction Service shows it, with the signature.
    A file of `dao owner change` or `dao reject` is signed into --out, with the signatures that it has already. On a
    machine without network the file is the proposal's decision record, verified by --trust: no node is asked, and what
    only the chain could say is listed.
    """
    source = KeySource(key, key_env, wallet_env, account, passphrase_file)
    if not steps.is_name(part) and is_there(Path(part)):
        return _sign_in_file(Path(part), Asked(number, trust), source, out, folder)
    with steps.open_for(folder, source) as session:
        desk = carrying.desk_for(session, out)
        signer = session.signer(source)
        named = steps.find_part(session, part)
        tx = steps.queued(session, named)
        owner = signer.address
        if steps.find_leaf(session, "confirmation", hash=safe_tx_hash(tx), owner=owner) is not None:
            raise steps.StepError("E_SAFE_SIGS", "signed_before", owner=owner, name=named.payout)
        shown = of_part(session, named, tx)
        lines = list(shown.lines)
        try:
            confirmation = paying.sign(desk, named.id, named.part, tx, signer)
        except CodedError:
            for line in lines:  # what spoke against it; the refusal itself follows as any other
                write_line(line)
            raise
        hash_ = safe_tx_hash(tx)
        confirmed = sum(
            1 for leaf in session.journal.leaves if leaf.kind == "confirmation" and leaf.body["hash"] == hash_
        )
        carried = None if out is None else carrying.safe_tx_file(session, tx, confirmation)
        head = session.node.head().ref.number
        threshold = open_safe_state(fetch_safe_state(session.node, tx.safe, head)).threshold
    document = {
        "ok": True,
        "part": named.payout,
        "safe_tx_hash": "0x" + hash_.hex(),
        "owner": address.checksum(owner),
        "confirmations": confirmed,
        "threshold": threshold,
        "review": shown.document,
        "file": None if out is None else str(out),
    }
    told = steps.done("STEP_SIGNED", name=named.payout, owner=owner)
    if out is not None and carried is not None:
        return Answer(document, [*lines, "", *told, *carrying.carried(out, carried)])
    told += steps.noted("STEP_CONFIRMED", "" if confirmed < threshold else "enough", found=confirmed, needed=threshold)
    return Answer(document, [*lines, "", *told])


def _sign_in_file(path: Path, asked: Asked, source: KeySource, out: Path | None, folder: Path) -> Answer:
    """A file of housekeeping is JSON; everything else is read as a decision record."""
    raw = read(path, RECORD_BYTES)
    if raw.lstrip()[:1] == b"{":
        return sign_file(path, source, out, folder)
    steps.check_source(source)
    return sign_record(raw, asked, source, out, folder)
