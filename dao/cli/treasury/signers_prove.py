"""`dao signers prove`: an owner shows that the key is still at hand, and agrees to nothing by it."""

from __future__ import annotations

from pathlib import Path

from chain import address
from dao.cli import carrying, steps
from dao.cli.answer import Answer
from dao.cli.options import Account, Dir, Key, KeyEnv, Out, PassphraseFile, WalletEnv
from dao.session import KeySource
from dao.workflow import living

EXAMPLES = (
    "dao signers prove --key ann",
    "dao signers prove --key ann --out ann.alive.json",
)


def command(
    *,
    key: Key = "",
    key_env: KeyEnv = "",
    wallet_env: WalletEnv = "",
    account: Account = "",
    passphrase_file: PassphraseFile = None,
    out: Out = None,
    folder: Dir = Path(),
) -> Answer:
    """Sign a proof of life as an owner of the treasury Safe, over the newest leaf of the journal.

    No transaction has its form, so nothing can be executed with it. With --out it goes to a file, for dao take where
    the journal is written.
    """
    source = KeySource(key, key_env, wallet_env, account, passphrase_file)
    with steps.open_for(folder, source) as session:
        desk = carrying.desk_for(session, out)
        owner = session.signer(source)
        raw = living.sign(desk, owner)
        leaf = living.take(desk, raw)
    document = {
        "ok": True,
        "owner": address.checksum(owner.address),
        "leaf": None if out is not None else leaf,
        "file": None if out is None else str(out),
    }
    lines = steps.done("STEP_ALIVE", owner=owner.address)
    return Answer(document, lines if out is None else lines + carrying.carried(out, raw))
