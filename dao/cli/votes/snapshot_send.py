"""`dao snapshot send`: a signed proposal, vote or cancellation goes to Snapshot, after its own rules were asked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chain.errors import CodedError
from dao.cli.answer import Answer
from dao.cli.files import read
from dao.cli.options import Dir
from dao.cli.votes.snapshot_sending import DryRun, HubUrl, RelayerUrl, SequencerUrl, Wanted, hub_of, sent
from dao.record.carrier import KEY, MAX_BYTES, CarrierError, Publication, is_carrier, open_carrier

EXAMPLES = (
    "dao snapshot send vote.json",
    "dao snapshot send iip-2.publication.json --dry-run",
    "dao snapshot send safe.vote.json --json",
)


def command(
    file: Annotated[Path, typer.Argument(help="A signed envelope, or what `dao publish --out` wrote.", metavar="FILE")],
    *,
    hub: HubUrl = "",
    sequencer: SequencerUrl = "",
    relayer: RelayerUrl = "",
    dry_run: DryRun = False,
    folder: Dir = Path(),
) -> Answer:
    """Send a signed proposal, vote or cancellation to Snapshot, exactly as it was signed.

    The sequencer's own rules are asked first, with its own words (`invalid voting delay`), about what the hub shows
    now; what breaks one is not sent. The receipt is checked and kept in receipts/ of the folder. A vote without a
    signature is that of a Safe that signs on chain, and goes to the relayer. What Snapshot has already is not sent
    again.
    """
    wanted = Wanted(hub, sequencer, relayer, dry_run, folder)
    return sent(wanted, hub_of(wanted), _envelope(read(file, MAX_BYTES)))


def _envelope(raw: bytes) -> bytes:
    """The envelope itself, or the one that a file of ours carries."""
    from chain import json_text

    if b'"' + KEY.encode() + b'"' not in raw[:200]:
        return raw
    try:
        value = json_text.loads(raw, max_bytes=MAX_BYTES)
    except CodedError:
        return raw  # its own reader says what is wrong
    if not is_carrier(value):
        return raw
    carried = open_carrier(value)
    if not isinstance(carried, Publication):
        raise CarrierError("E_CARRIER", "unknown")
    return carried.envelope
