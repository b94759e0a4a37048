"""`dao snapshot propose`: a text becomes a proposal at Snapshot, by the rules that its space has there."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dao.cli.answer import Answer
from dao.cli.files import read
from dao.cli.options import Account, Dir, Key, KeyEnv, PassphraseFile, WalletEnv
from dao.cli.votes.snapshot_sending import (
    DryRun,
    HubUrl,
    RelayerUrl,
    SequencerUrl,
    Wanted,
    hub_of,
    now,
    signed,
    signer_of,
)
from dao.errors import UsageError
from dao.hub_sending import SendingError, find_space
from dao.session import KeySource
from governance.counting import method
from governance.messages import proposal_message

EXAMPLES = (
    "dao snapshot propose text.md --title T --space x.eth --snapshot 7 --key zoe",
    "dao snapshot propose t.md --title T --space x.eth --snapshot 7 --dry-run",
)

_SIZE_MAX = 2**20
_DAY = 86_400


def command(
    file: Annotated[Path, typer.Argument(help="The text, in Markdown.", metavar="FILE")],
    *,
    title: Annotated[str, typer.Option("--title", help="Its title.")],
    space: Annotated[str, typer.Option("--space", help="The space.", metavar="NAME")],
    snapshot: Annotated[int, typer.Option("--snapshot", help="Block whose powers count.", metavar="N", min=0)],
    voting: Annotated[str, typer.Option("--voting", help="Voting system, as approval.", metavar="SYSTEM")] = "basic",
    choice: Annotated[list[str] | None, typer.Option("--choice", help="A choice, in this order; repeatable.")] = None,
    discussion: Annotated[str, typer.Option("--discussion", help="Where it was discussed.", metavar="URL")] = "",
    days: Annotated[
        int, typer.Option("--days", help="How long the vote lasts, where the space does not say.", min=0)
    ] = 0,
    key: Key = "",
    key_env: KeyEnv = "",
    wallet_env: WalletEnv = "",
    account: Account = "",
    passphrase_file: PassphraseFile = None,
    hub: HubUrl = "",
    sequencer: SequencerUrl = "",
    relayer: RelayerUrl = "",
    dry_run: DryRun = False,
    folder: Dir = Path(),
) -> Answer:
    """Propose at Snapshot: the space's own delay and period make the vote's times.

    It is held against Snapshot's rules before anybody signs. Such a proposal binds no parts and pays nothing: what pays
    is signed by `dao publish --out`, and sent by `dao snapshot send`.
    """
    wanted = Wanted(hub, sequencer, relayer, dry_run, folder)
    system = method(voting).name
    row = find_space(hub_of(wanted), space)
    rules = row.get("voting") or {}
    period = rules.get("period") or days * _DAY
    if not period:
        raise SendingError("E_SEQUENCER", "period", space=space)
    choices = choice or (["For", "Against", "Abstain"] if system == "basic" else [])
    if not choices:
        raise UsageError("E_USAGE", "snapshot_choices", voting=system)
    try:
        body = read(file, _SIZE_MAX).decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError("E_USAGE", "no_text") from None
    signer = signer_of(KeySource(key, key_env, wallet_env, account, passphrase_file), folder)
    timestamp = now()
    start = timestamp + (rules.get("delay") or 0)
    message = proposal_message(
        author=signer.address, space=space, timestamp=timestamp, title=title, body=body, choices=choices, start=start,
        end=start + period, snapshot=snapshot, plugins="{}", voting=system, discussion=discussion,
        privacy="" if rules.get("privacy") in (None, "any") else rules["privacy"],
    )  # fmt: skip
    return signed(wanted, "Proposal", message, signer)
