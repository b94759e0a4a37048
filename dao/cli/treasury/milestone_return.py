"""`dao milestone return`: a reviewer sends the newest report back, by its bytes."""

from __future__ import annotations

from pathlib import Path

from dao.cli.answer import Answer
from dao.cli.options import Account, Dir, Key, KeyEnv, Out, PassphraseFile, WalletEnv
from dao.cli.treasury.milestone_report import Part, Report, act
from dao.session import KeySource

EXAMPLES = (
    "dao milestone return IIP-2/2 --file report.md --key lea",
    "dao milestone return IIP-2/2 --file report.md --key lea --dir demo --json",
    "dao milestone return IIP-2/2 --file report.md --key lea --out lea.act.json",
)


def command(
    part: Part,
    *,
    file: Report,
    key: Key = "",
    key_env: KeyEnv = "",
    wallet_env: WalletEnv = "",
    account: Account = "",
    passphrase_file: PassphraseFile = None,
    out: Out = None,
    folder: Dir = Path(),
) -> Answer:
    """Return the newest report on a part's milestone, as one of the reviewers whom the settings name.

    The file must be the report, byte for byte. What was approved so far is void, and the milestone waits for another
    report. Why it was returned is for the discussion: an act over a report carries no words of its own.
    """
    source = KeySource(key, key_env, wallet_env, account, passphrase_file)
    return act(part, "return", file, source, folder, out=out)
