"""`dao audit`: a count that Snapshot published, counted again exactly and as Snapshot counts.

Decided here: how the audit of a file is told; what a hub serves is told by `dao.cli.votes.audit_hub`. What differs is
decided by `governance.audit`.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dao.cli.answer import FALSE, TRUE, Answer
from dao.cli.files import read
from dao.cli.text import say, wrapped
from dao.cli.votes.audit_counts import count_lines, document_of, same_line
from dao.cli.votes.hub_text import LIMIT
from dao.errors import UsageError
from governance.audit import Audit, audit
from governance.hub_answer import HubAnswer, read_hub_answer

EXAMPLES = (
    "dao audit --space ens.eth",
    "dao audit --space ens.eth --proposal ID",
    "dao audit --space ens.eth --html report.html --csv report.csv --keep pages",
    "dao audit proposal.json",
    "dao audit proposal.json --order voter",
    "dao audit proposal.json --json",
)


class _Order(StrEnum):
    FILE = "file"
    VOTER = "voter"
    VP = "vp"


_IpfsEnv = Annotated[
    str,
    typer.Option(
        "--ipfs-env", help="Variable with an IPFS node's URL, for votes that cannot be rebuilt.", metavar="NAME"
    ),
]
_Blocks = Annotated[
    Path | None, typer.Option("--blocks", help="Folder of blocks to look for them in.", metavar="FOLDER")
]
_Keep = Annotated[
    Path | None,
    typer.Option("--keep", help="Keep what the hub answers here; an audit that broke off goes on.", metavar="DIR"),
]


def command(
    file: Annotated[
        Path | None,
        typer.Argument(help="A hub's proposal with its votes, as JSON.", metavar="FILE", show_default=False),
    ] = None,
    *,
    space: Annotated[
        str, typer.Option("--space", help="Ask the hub for a space; alone, for every closed proposal.", metavar="NAME")
    ] = "",
    proposal: Annotated[str, typer.Option("--proposal", help="Ask the hub for one proposal.", metavar="ID")] = "",
    hub: Annotated[
        str, typer.Option("--hub", help="The hub's GraphQL address; without it Snapshot's.", metavar="URL")
    ] = "",
    key_env: Annotated[
        str, typer.Option("--api-key-env", help="Variable with the hub's API key, if it is set.", metavar="NAME")
    ] = "SNAPSHOT_API_KEY",
    rpc_env: Annotated[
        str,
        typer.Option("--rpc-env", help="Variable with a node's URL, to compute the powers again.", metavar="NAME"),
    ] = "",
    ipfs_env: _IpfsEnv = "",
    blocks: _Blocks = None,
    keep: _Keep = None,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write the table to this file.", metavar="FILE")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write the report to this file.", metavar="FILE")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there already.")] = False,
    order: Annotated[
        _Order | None,
        typer.Option(
            "--order", help="How doubles are added up; of a FILE, as it stands.", metavar="ORDER", show_default=False
        ),
    ] = None,
) -> Answer:
    """Count a published Snapshot vote again: exactly, and as Snapshot does.

    With --space or --proposal the hub is asked, page by page: votes are counted, ids rebuilt, signatures checked, and
    what is not as published is explained. Powers are taken as published, unless a node is named.

    FILE holds `{"proposal": {...}, "votes": [...]}`, as the hub answers. Doubles depend on the order in which they are
    added: `file`, `voter` (by address) or `vp` (by power). The exit status is 1 where another choice wins, or where
    Snapshot's own code gives what was published in none of these orders; 2 where votes could not be checked.
    """
    if bool(space or proposal) == (file is not None):
        raise UsageError("E_USAGE", "audit")
    if file is None:
        from dao.cli.votes import audit_hub
        from dao.places import Named

        wanted = audit_hub.Wanted(
            space=space, proposal=proposal, hub=hub, key_env=key_env, keep=keep,
            order="voter" if order is None else order.value, rpc_env=rpc_env,
            ipfs=Named(api_env=ipfs_env, blocks=blocks),
        )  # fmt: skip
        return audit_hub.answer_of(wanted, audit_hub.Files(csv, html, force))
    return _of_file(file, _Order.FILE if order is None else order)


def _of_file(file: Path, way: _Order) -> Answer:
    answer = read_hub_answer(read(file, LIMIT))
    found = audit(answer, way.value)
    return Answer(document_of(answer, found, way), _lines(answer, found, way), TRUE if found.ok else FALSE)


def _lines(answer: HubAnswer, found: Audit, order: str) -> Iterator[str]:
    facts = {"id": answer.id, "system": answer.system, "votes": len(answer.rows), "order": str(order)}
    yield from wrapped(say("AUDIT", "head", **facts))
    yield from count_lines(answer, found)
    if found.ok:
        yield from same_line(answer, found)
