"""`dao snapshot vote`: a vote on any proposal of Snapshot's, held against its rules, signed and sent."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from chain import address
from dao.cli import steps
from dao.cli.answer import Answer
from dao.cli.files import write
from dao.cli.options import Account, Dir, Key, KeyEnv, PassphraseFile, WalletEnv
from dao.cli.votes import ballots
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
from dao.hub_reading import find_proposal
from dao.hub_sending import prepare
from dao.session import KeySource
from governance.admission.sequencer import admit_at_sequencer
from governance.hub_votes import HubProposal
from governance.messages import envelope_json, vote_message

EXAMPLES = (
    "dao snapshot vote 0x26a6…dec2 For --key-env VOTER_KEY",
    "dao snapshot vote 0x26a6…dec2 2,1,3 --wallet-env FRAME_URL",
    "dao snapshot vote 0x26a6…dec2 1 --safe $SAFE --out safe.vote.json",
)

_CHAIN = re.compile(r"[0-9]{1,16}", re.ASCII)


def command(
    proposal: Annotated[str, typer.Argument(help="The proposal's id at Snapshot.", metavar="ID")],
    choice: Annotated[list[str], typer.Argument(help="A choice's number or exact name; several by the voting system.")],
    *,
    key: Key = "",
    key_env: KeyEnv = "",
    wallet_env: WalletEnv = "",
    account: Account = "",
    passphrase_file: PassphraseFile = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; everybody can read it.")] = "",
    safe: Annotated[
        str, typer.Option("--safe", help="Write the vote of this Safe to --out, to be signed on chain.")
    ] = "",
    out: Annotated[Path | None, typer.Option("--out", help="File for the vote of a Safe.", metavar="FILE")] = None,
    hub: HubUrl = "",
    sequencer: SequencerUrl = "",
    relayer: RelayerUrl = "",
    dry_run: DryRun = False,
    folder: Dir = Path(),
) -> Answer:
    """Vote on a proposal of Snapshot's: build the vote, hold it against Snapshot's rules, sign it, send it.

    The proposal need not be ours. Nobody is asked to sign what would be refused, as by `not in voting window`. The vote
    of a Safe that signs on chain is only written; when the Safe has signed its id, `dao snapshot send` brings it to the
    relayer.
    """
    if bool(safe) != (out is not None):
        raise UsageError("E_USAGE", "safe_out")
    wanted = Wanted(hub, sequencer, relayer, dry_run, folder)
    found = find_proposal(hub_of(wanted), proposal, "")
    chosen = ballots.spelled(found.system, list(found.choices), choice)
    if out is not None:
        voter = address.parse_on(safe, int(found.network) if _CHAIN.fullmatch(found.network) else 1)
        return _of_safe(wanted, _message(found, voter, chosen, reason), voter, out)
    signer = signer_of(KeySource(key, key_env, wallet_env, account, passphrase_file), folder)
    return signed(wanted, "Vote", _message(found, signer.address, chosen, reason), signer)


def _message(found: HubProposal, voter: bytes, chosen: ballots.Spelled, reason: str) -> dict[str, object]:
    message = vote_message(
        voter=voter, space=found.space, proposal=b"", choice=chosen, timestamp=now(), reason=reason
    )  # fmt: skip
    return {**message, "proposal": found.id}


def _of_safe(wanted: Wanted, message: dict[str, object], safe: bytes, out: Path) -> Answer:
    raw = envelope_json("Vote", message, safe, b"")
    prepared = prepare(hub_of(wanted), raw, now())
    admit_at_sequencer(prepared.case)
    write(out, raw)
    id_, told = "0x" + prepared.envelope.id.hex(), address.checksum(safe)
    document = {"ok": True, "state": "written", "id": id_, "safe": told, "file": str(out)}
    return Answer(document, steps.done("STEP_SENT", "written", safe=told, path=out, id=id_))
