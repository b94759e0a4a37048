"""`dao execute`: a confirmed transaction is sent to the Safe, once, and booked with its proved receipt."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chain import dag_cbor
from chain.cid import CID
from chain.receipt import ProvedReceipt, ReceiptProof, open_receipt
from chain.safe import SafeTx, safe_tx_hash
from dao.cli import steps, text
from dao.cli.answer import Answer
from dao.cli.options import Account, Dir, Key, KeyEnv, PassphraseFile, WalletEnv
from dao.cli.treasury.housekeeping_file import execute_file
from dao.files import is_there
from dao.record.leaves import Leaf
from dao.session import KeySource, Session
from dao.workflow import paying, sending

EXAMPLES = (
    "dao execute IIP-2/1 --key ann",
    "dao execute IIP-2/1 --key-env SENDER_KEY --dir demo --json",
    "dao execute change.tx.json --key ann",
)


def command(
    part: Annotated[
        str,
        typer.Argument(help="A signed part of a proposal, as IIP-2/1, or a file of housekeeping.", metavar="PART"),
    ],
    *,
    key: Key = "",
    key_env: KeyEnv = "",
    wallet_env: WalletEnv = "",
    account: Account = "",
    passphrase_file: PassphraseFile = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Outbid your own transaction that is on its way: same nonce, higher fees.")
    ] = False,
    wait: Annotated[
        int, typer.Option("--wait", help="Seconds to wait for a block.", metavar="SECONDS", min=0, max=86_400)
    ] = sending.WAIT_SECONDS,
    folder: Dir = Path(),
) -> Answer:
    """Send the transaction of a part that enough owners have signed, and book it.

    Anybody may send it; the key pays the gas. The signed transaction is kept before it is sent, so a command that was
    interrupted, or that waited in vain, is run again: it finds the execution, or sends the same bytes. If somebody else
    has sent it, that execution is booked and nothing is sent. A part that is booked is shown as it is.
    """
    source = KeySource(key, key_env, wallet_env, account, passphrase_file)
    if not steps.is_name(part) and is_there(Path(part)):
        return execute_file(Path(part), source, folder, replace=replace, wait=wait)
    with steps.open_for(folder, source) as session:
        sender = session.signer(source)
        named = steps.find_part(session, part)
        tx = steps.queued(session, named)
        state = "already"
        if steps.find_leaf(session, "executed", proposal=named.id, part=named.part) is None:
            before = _kept(session, tx)
            done = paying.execute(session.desk, named.id, named.part, tx, sender, replace=replace, seconds=wait)
            state = "found" if done in before else "sent" if done in _kept(session, tx) else "adopted"
        else:
            session.desk.keep(named.id)
        booked = steps.find_leaf(session, "executed", proposal=named.id, part=named.part)
        assert booked is not None, "it was there, or has just been booked"
        receipt = _receipt(session, booked[1])
    document = {
        "ok": True,
        "part": named.payout,
        "safe_tx_hash": "0x" + safe_tx_hash(tx).hex(),
        "transaction": "0x" + receipt.transaction_hash.hex(),
        "block": receipt.header.number,
        "time": receipt.header.timestamp,
        "leaf": booked[0],
        "state": state,
    }
    lines = steps.done("STEP_EXECUTED", state, name=named.payout, block=receipt.header.number,
                       time=receipt.header.timestamp)  # fmt: skip
    rows = [(text.label("transaction"), str(document["transaction"])), (text.label("leaf"), str(booked[0]))]
    return Answer(document, [*lines, *text.rows(rows)])


def _kept(session: Session, tx: SafeTx) -> set[bytes]:
    """Hashes of the transactions that this workspace has kept for a Safe transaction."""
    return {intent.transaction for intent in session.journal.intents.of(safe_tx_hash(tx))}


def _receipt(session: Session, leaf: Leaf) -> ProvedReceipt:
    cid = leaf.body["receipt"]
    assert isinstance(cid, CID), "the leaf's schema says so"
    return open_receipt(ReceiptProof.from_map(dag_cbor.decode(session.journal.get(cid))))
