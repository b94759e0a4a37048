"""`dao withdraw`: an author takes a text back before it is published, and says why."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from chain import address
from dao.cli import carrying, steps, text
from dao.cli.answer import Answer
from dao.cli.options import Account, Dir, Key, KeyEnv, Out, PassphraseFile, WalletEnv
from dao.session import KeySource
from dao.views.numbers import find
from dao.workflow import proposing, submitting

EXAMPLES = (
    'dao withdraw IIP-3 --reason "IIP-4 says it better" --key dora',
    'dao withdraw IIP-3 --reason "No longer needed" --key dora --out iip-3.json',
)


def command(
    proposal: Annotated[str, typer.Argument(help="The text's name, as IIP-3.", metavar="IIP")],
    *,
    reason: Annotated[str, typer.Option("--reason", help="Why, in one line; everybody can read it.")],
    key: Key = "",
    key_env: KeyEnv = "",
    wallet_env: WalletEnv = "",
    account: Account = "",
    passphrase_file: PassphraseFile = None,
    out: Out = None,
    folder: Dir = Path(),
) -> Answer:
    """Withdraw a text that was submitted, as its author, for ever.

    It stays in the journal, its number stays used, and it cannot be published any more. What is published already is
    cancelled instead, and what has passed is for the voters, not for its author, to take back.
    """
    steps.refuse_part(proposal)
    source = KeySource(key, key_env, wallet_env, account, passphrase_file)
    with steps.open_for(folder, source) as session:
        desk = carrying.desk_for(session, out)
        prefix = proposing.settings_in_force(desk).prefix
        number = find(session.journal, proposal, prefix).number
        author = session.signer(source)
        done = None if out else submitting.find_withdrawn(desk, number, author.address)
        is_new, raw = done is None, b""
        if done is None:
            raw = submitting.sign_step_of(desk, number, "withdraw", author, reason)
            done = submitting.take_step(desk, raw)
    name = f"{prefix}-{number}"
    document: dict[str, Any] = {
        "ok": True,
        "proposal": name,
        "document": str(done.document),
        "author": address.checksum(author.address),
        "reason": done.reason,
        "leaf": done.leaf if out is None else None,
        "file": None if out is None else str(out),
        "is_new": is_new,
    }
    how = "carried" if out is not None else "" if is_new else "already"
    lines = steps.done("STEP_WITHDRAWN", how, name=name)
    rows = {"document": str(done.document), "reason": done.reason}
    lines += text.rows([(text.label(label), told) for label, told in rows.items()])
    return Answer(document, lines if out is None else [*lines, *carrying.carried(out, raw)])
