"""`dao group confirm`: another person confirms what a working group asked for last."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dao.cli.answer import Answer
from dao.cli.options import Account, Dir, Key, KeyEnv, Out, PassphraseFile, WalletEnv
from dao.cli.treasury.group_step import answer_request
from dao.session import KeySource

EXAMPLES = (
    "dao group confirm writers --key ben",
    "dao group confirm writers --about paid/1:… --key ben",
)


def command(
    group: Annotated[str, typer.Argument(help="The group's name.", metavar="GROUP")],
    *,
    about: Annotated[
        str, typer.Option("--about", help="Of a withdrawal: the entry of the payment.", metavar="ENTRY")
    ] = "",
    key: Key = "",
    key_env: KeyEnv = "",
    wallet_env: WalletEnv = "",
    account: Account = "",
    passphrase_file: PassphraseFile = None,
    out: Out = None,
    folder: Dir = Path(),
) -> Answer:
    """Confirm what a working group asked for last, as another person than who asked.

    What must hold of the money must hold now: the deposit stands in the books, the balance suffices, the credit is
    within its limit. A withdrawal is confirmed once a vote has paid it, with the entry of that payment.
    """
    source = KeySource(key, key_env, wallet_env, account, passphrase_file)
    return answer_request(folder, source, group, out, confirms=True, business=about)
