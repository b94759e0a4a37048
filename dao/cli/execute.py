"""`dao execute`: a confirmed transaction is sent to the Safe, once, and booked with its proved receipt."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chain import dag_cbor
from chain.cid import CID
from chain.receipt import ProvedReceipt, ReceiptProof, open_receipt
from chain.safe import safe_tx_hash
from dao.cli import steps, text
from dao.cli.answer import Answer
from dao.cli.options import Account, Dir, Key, KeyEnv, PassphraseFile, WalletEnv
from dao.record.leaves import Leaf
from dao.session import KeySource, Session
from dao.workflow import paying

EXAMPLES = (
    "dao execute IIP-2/1 --key ann",
    "dao execute IIP-2/1 --key-env SENDER_KEY --dir demo --json",
)


def command(
    part: Annotated[str, typer.Argument(help="A signed part of a proposal, as IIP-2/1.", metavar="PART")],
    *,
    key: Key = "",
    key_env: KeyEnv = "",
    wallet_env: WalletEnv = "",
    account: Account = "",
    passphrase_file: PassphraseFile = None,
    folder: Dir = Path(),
) -> Answer:
    """Send the transaction of a part that enough owners have signed, and book it.

    Anybody may send it; the key pays the gas. If somebody has sent it already, that execution is booked and nothing is
    sent. A part that is booked is shown as it is.
    """
    source = KeySource(key, key_env, wallet_env, account, passphrase_file)
    with steps.open_for(folder, source) as session:
        sender = session.signer(source)
        named = steps.find_part(session, part)
        tx = steps.queued(session, named)
        state = "already"
        if steps.find_leaf(session, "executed", proposal=named.id, part=named.part) is None:
            found = paying.find_execution(session.desk, named.id, named.part, tx)
            state = "sent" if found is None else "adopted"
            paying.execute(session.desk, named.id, named.part, tx, sender)
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


def _receipt(session: Session, leaf: Leaf) -> ProvedReceipt:
    cid = leaf.body["receipt"]
    assert isinstance(cid, CID), "the leaf's schema says so"
    return open_receipt(ReceiptProof.from_map(dag_cbor.decode(session.journal.get(cid))))
