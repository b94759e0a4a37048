"""`dao milestone approve`: a reviewer approves the newest report, by its bytes."""

from __future__ import annotations

from pathlib import Path

from dao.cli.answer import Answer
from dao.cli.options import Account, Dir, Key, KeyEnv, Out, PassphraseFile, WalletEnv
from dao.cli.treasury.milestone_report import Part, Report, act
from dao.session import KeySource

EXAMPLES = (
    "dao milestone approve IIP-2/2 --file report.md --key lea",
    "dao milestone approve IIP-2/2 --file report.md --key lea --dir demo --json",
    "dao milestone approve IIP-2/2 --file report.md --key lea --out lea.act.json",
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
    """Approve the newest report on a part's milestone, as one of the reviewers whom the settings name.

    The file must be the report, byte for byte. When enough reviewers have approved, the part may be queued; neither
    author nor payee reviews.
    """
    source = KeySource(key, key_env, wallet_env, account, passphrase_file)
    return act(part, "approve", file, source, folder, out=out)
