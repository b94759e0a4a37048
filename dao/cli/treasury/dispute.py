"""`dao dispute`: a party freezes one part of a proposal that passed, and says why."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dao.cli.answer import Answer
from dao.cli.options import Account, Dir, Key, KeyEnv, Out, PassphraseFile, WalletEnv
from dao.cli.treasury.dispute_act import Reason, ReasonFile, act, words_of
from dao.session import KeySource

EXAMPLES = (
    "dao dispute IIP-2/1 --reason 'The keeper does not call' --key nora",
    "dao dispute IIP-2/1 --file reason.md --key nora --json",
    "dao dispute IIP-2/1 --file reason.md --key nora --out dispute.act.json",
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
    """Dispute a part, as its author, a payee, a reviewer or the guardian, once.

    Nothing of it is then queued, signed or executed until the panel that the settings name lets it go on; its end moves
    by as long. If the panel is silent until its time is over, the part is terminated.
    """
    source = KeySource(key, key_env, wallet_env, account, passphrase_file)
    return act(part, "dispute", words_of(reason, file), source, folder, out=out)
