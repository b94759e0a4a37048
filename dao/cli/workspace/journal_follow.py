"""`dao journal follow`: a workspace that does not write the journal takes the writer's export, checked leaf by leaf."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chain.errors import CodedError
from dao import cores
from dao.cli import steps, text
from dao.cli.answer import Answer
from dao.cli.files import read
from dao.cli.options import Dir
from dao.cli.refusing import put_aside
from dao.connect import connect
from dao.store.quarantine import ITEM_MAX
from dao.workflow import following
from dao.workspace import Workspace

EXAMPLES = (
    "dao journal follow journal.car",
    "dao journal follow journal.car --dir ann --json",
)

MAX_BYTES = 1 << 30


def command(
    file: Annotated[Path, typer.Argument(help="What `dao journal export` wrote.", metavar="FILE")],
    *,
    folder: Dir = Path(),
) -> Answer:
    """Check an export of the journal and take what is new in it.

    It must be signed with the journal key of this workspace's dao.toml and continue what is here: a fork is
    E_SPLIT_VIEW, an older file E_ROLLBACK. Then every proposal is checked as `dao verify` does, on this workspace's own
    chain. All of it is taken, or nothing.
    """
    data = read(file, MAX_BYTES)
    with Workspace(folder) as workspace, connect(workspace) as node, cores.spread_if_many() as spread:
        now = node.head().timestamp
        try:
            followed = following.follow(workspace, node, data, spread)
        except CodedError as error:
            signed = error.facts.get("note", b"")  # of a fork: what proves it, also where the file is too large to keep
            evidence = data if len(data) < ITEM_MAX or not isinstance(signed, bytes) else signed
            put_aside(workspace, evidence, error, now)
            raise
    document = {
        "ok": True,
        "state": "followed" if followed.new else "already",
        "size": followed.size,
        "root": "0x" + followed.root.hex(),
        "new": followed.new,
        "proposals": followed.proposals,
        "unasked": [
            {"chain_id": block.chain_id, "number": block.number, "hash": "0x" + block.hash.hex()}
            for block in followed.unasked
        ],
    }
    reason = "" if followed.new else "already"
    lines = steps.done("STEP_FOLLOWED", reason, new=followed.new, size=followed.size, proposals=followed.proposals)
    if followed.unasked:
        lines += steps.noted("STEP_FOLLOWED", "unasked", blocks=len(followed.unasked))
    return Answer(document, [*lines, *text.rows([(text.label("root"), str(document["root"]))])])
