"""`dao resurrect`: an author brings a text back that nobody touched for too long."""

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
    "dao resurrect IIP-3 --key dora",
    "dao resurrect IIP-3 --key dora --out iip-3.json",
)


def command(
    proposal: Annotated[str, typer.Argument(help="The text's name, as IIP-3.", metavar="IIP")],
    *,
    key: Key = "",
    key_env: KeyEnv = "",
    wallet_env: WalletEnv = "",
    account: Account = "",
    passphrase_file: PassphraseFile = None,
    out: Out = None,
    folder: Dir = Path(),
) -> Answer:
    """Make a stagnant text a draft again, as its author.

    A text is stagnant when nobody took a step with it for as long as the settings say. It keeps its number, and
    `dao submit` or `dao publish` goes on with it.
    """
    steps.refuse_part(proposal)
    source = KeySource(key, key_env, wallet_env, account, passphrase_file)
    with steps.open_for(folder, source) as session:
        desk = carrying.desk_for(session, out)
        prefix = proposing.settings_in_force(desk).prefix
        number = find(session.journal, proposal, prefix).number
        author = session.signer(source)
        raw = submitting.sign_step_of(desk, number, "resurrect", author)
        done = submitting.take_step(desk, raw)
    name = f"{prefix}-{number}"
    document: dict[str, Any] = {
        "ok": True,
        "proposal": name,
        "document": str(done.document),
        "author": address.checksum(author.address),
        "leaf": done.leaf if out is None else None,
        "file": None if out is None else str(out),
    }
    lines = steps.done("STEP_WAY", "resurrect" if out is None else "carried", name=name, event="resurrect")
    lines += text.rows([(text.label("document"), str(done.document))])
    return Answer(document, lines if out is None else [*lines, *carrying.carried(out, raw)])
