"""`dao group reject`: another person rejects what a working group asked for last."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dao.cli.answer import Answer
from dao.cli.options import Account, Dir, Key, KeyEnv, Out, PassphraseFile, WalletEnv
from dao.cli.treasury.group_step import answer_request
from dao.session import KeySource

EXAMPLES = (
    'dao group reject writers --reason "no receipt" --key ben',
    'dao group reject writers --reason "no receipt" --key ben --out no.json',
)


def command(
    group: Annotated[str, typer.Argument(help="The group's name.", metavar="GROUP")],
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
    """Reject what a working group asked for last, as another person than who asked, and say why.

    No money is moved. The account is active again; one that waited for a deposit goes back to its beginning.
    """
    source = KeySource(key, key_env, wallet_env, account, passphrase_file)
    return answer_request(folder, source, group, out, confirms=False, business=reason)
