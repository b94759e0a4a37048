"""`dao resolve`: a member of the panel lets a disputed part go on, over the bytes of a decision."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dao.cli.answer import Answer
from dao.cli.options import Account, Dir, Key, KeyEnv, Out, PassphraseFile, WalletEnv
from dao.cli.treasury.dispute_act import Reason, ReasonFile, act, words_of
from dao.session import KeySource

EXAMPLES = (
    "dao resolve IIP-2/1 --file decision.md --key pia",
    "dao resolve IIP-2/1 --file decision.md --key pia --json",
    "dao resolve IIP-2/1 --file decision.md --key pia --out pia.act.json",
)


def command(
    part: Annotated[str, typer.Argument(help="A part that passed, as IIP-2/1.", metavar="PART")],
    *,
    reason: Reason = "",
    file: ReasonFile = None,
    key: Key = "",
    key_env: KeyEnv = "",
    wallet_env: WalletEnv = "",
    account: Account = "",
    passphrase_file: PassphraseFile = None,
    out: Out = None,
    folder: Dir = Path(),
) -> Answer:
    """Let a disputed part go on, as a member of the panel who is no party.

    It takes as many members as the settings require, all over the same bytes. Who wants the part to end stays silent:
    when the panel's time is over, it is terminated.
    """
    source = KeySource(key, key_env, wallet_env, account, passphrase_file)
    return act(part, "resolve", words_of(reason, file), source, folder, out=out)
