"""`dao devnet wait`: time passes on a workspace's embedded chain, whose head is the only clock there.

Only the devnet's time can be moved; a workspace on a node has the chain's own time, and is refused.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chain.networks import DEVNET_CHAIN_ID
from dao.cli import steps
from dao.cli.answer import Answer
from dao.cli.options import Dir
from dao.connect import ConnectError
from dao.errors import UsageError
from dao.served import open_devnet
from dao.workspace import Workspace
from proposals import times
from proposals.durations import find_duration

EXAMPLES = (
    "dao devnet wait 2d --dir demo",
    "dao devnet wait 2026-02-01T00:00:00Z --dir demo --json",
)


def command(
    time: Annotated[
        str, typer.Argument(help="How long, as 90m, 1h or 3d, or until when, with an offset.", metavar="TIME")
    ],
    *,
    folder: Dir = Path(),
) -> Answer:
    """Let time pass on the embedded chain of a devnet.

    Time only moves forward, and only on a devnet. Two blocks are mined, so that
    the snapshot of the last but one is fresh.
    """
    with Workspace(folder) as workspace:
        anchors = workspace.anchors
        if anchors.rpc_env or anchors.chain_id != DEVNET_CHAIN_ID:
            raise ConnectError("E_DEVNET", "time", chain_id=anchors.chain_id)
        with open_devnet(workspace) as devnet:
            until = _until(time, devnet.now())
            if until - 1 > devnet.now():  # a snapshot is of the block before the head, which must not be old
                devnet.time_travel(until - 1)
            devnet.time_travel(until)
            now = devnet.now()
    return Answer({"ok": True, "now": now}, steps.noted("STEP_WAITED", now=now))


def _until(text: str, now: int) -> int:
    try:
        span = find_duration(text)
        return now + span if span is not None else times.parse_instant(text)
    except times.TimeError as error:
        raise UsageError(error.code, error.reason, **error.facts) from None
