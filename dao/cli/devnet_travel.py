"""`dao devnet travel`: the embedded chain's clock, forward."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from chain.clients.devnet import Devnet
from dao.cli.answer import Answer
from dao.cli.options import Dir
from dao.cli.text import wrapped
from dao.connect import ConnectError
from dao.errors import UsageError
from dao.sentences import language, sentence
from dao.workspace import Workspace
from proposals.times import TimeError, parse_instant

EXAMPLES = (
    "dao devnet travel --by 2d",
    "dao devnet travel --to 2026-02-01T00:00:00Z --dir demo",
    "dao devnet travel --by 90m --json",
)

_SPAN = re.compile(r"([1-9][0-9]{0,8})([smhdw])\Z", re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


def command(
    by: Annotated[str, typer.Option("--by", help="So far from now: 90s, 30m, 12h, 2d or 1w.", metavar="SPAN")] = "",
    to: Annotated[
        str, typer.Option("--to", help="To this moment: RFC 3339 with an offset, as 2026-02-01T00:00:00Z.")
    ] = "",
    folder: Dir = Path(),
) -> Answer:
    """Move the time of the workspace's embedded chain forward.

    A block is mined at that time. Only the devnet has a clock that can be moved, and it never goes back.
    """
    if bool(by) == bool(to):
        raise UsageError("E_USAGE", "travel")
    with Workspace(folder) as workspace:
        check_embedded(workspace)
        with Devnet.open(workspace.devnet_path) as devnet:
            before = devnet.now()
            devnet.time_travel(_moment(to) if to else before + read_span(by))
            after = devnet.now()
    return Answer({"from": before, "to": after}, _lines(before, after))


def check_embedded(workspace: Workspace) -> None:
    """Refuse a workspace whose chain is a real node (`E_DEVNET`)."""
    if workspace.anchors.rpc_env:
        raise ConnectError("E_DEVNET", "embedded", chain_id=workspace.anchors.chain_id)


def read_span(text: str) -> int:
    """Read `2d` as seconds."""
    match = _SPAN.match(text)
    if match is None:
        raise UsageError("E_USAGE", "span", found=text)
    return int(match[1]) * _SECONDS[match[2]]


def _moment(text: str) -> int:
    try:
        return parse_instant(text)
    except TimeError as error:
        raise UsageError(error.code, error.reason, **error.facts) from None


def _lines(before: int, after: int) -> Iterator[str]:
    yield from wrapped(sentence("DEVNET", "travelled", {"before": before, "after": after}, language()))
