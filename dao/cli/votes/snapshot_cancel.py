"""`dao snapshot cancel`: a proposal is taken back at Snapshot, by its author or a moderator of its space."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chain.address import checksum
from dao.cli.answer import Answer
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
from dao.hub_reading import find_proposal
from dao.session import KeySource

EXAMPLES = (
    "dao snapshot cancel 0x26a6…dec2 --key-env AUTHOR_KEY",
    "dao snapshot cancel 0x26a6…dec2 --wallet-env FRAME_URL --json",
)


def command(
    proposal: Annotated[str, typer.Argument(help="The proposal's id at Snapshot.", metavar="ID")],
    *,
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
    """Take a proposal back at Snapshot, where it then is shown no more.

    Its author may, and admins and moderators of its space. A proposal that binds an IIP and vanishes before its end is
    never released, and `dao sync` marks it.
    """
    wanted = Wanted(hub, sequencer, relayer, dry_run, folder)
    found = find_proposal(hub_of(wanted), proposal, "")
    signer = signer_of(KeySource(key, key_env, wallet_env, account, passphrase_file), folder)
    by = checksum(signer.address)
    message = {"from": by, "space": found.space, "timestamp": now(), "proposal": found.id}
    return signed(wanted, "CancelProposal", message, signer)
