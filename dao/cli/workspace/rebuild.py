"""`dao rebuild`: the workspace's database is written anew from its leaves and blocks, every hash checked."""

from __future__ import annotations

from pathlib import Path

from chain import log_tree
from dao.cli import steps, text
from dao.cli.answer import Answer
from dao.cli.options import Dir
from dao.store.journal import Journal
from dao.store.rebuild import rebuild
from dao.views.kept import check_kept
from dao.workspace import Workspace

EXAMPLES = (
    "dao rebuild",
    "dao rebuild --dir demo --json",
)


def command(folder: Dir = Path()) -> Answer:
    """Write the workspace's database anew, from nothing but the journal's leaves and blocks.

    Mends lost indexes and whatever else does not follow from them. Every hash and link is checked, and the kept
    checkpoint too; where anything does not match, the old file stays as it is. What was about to be sent is kept.
    """
    with Workspace(folder) as workspace:
        contents = rebuild(workspace.journal_path, lambda fresh: check_kept(workspace, fresh))
        with Journal(workspace.journal_path) as journal:
            root = log_tree.root(journal.leaf_hashes())
    counts = contents._asdict()
    document = {"ok": True, **counts, "root": f"0x{root.hex()}"}
    rows = [*((name, str(count)) for name, count in counts.items()), ("root", str(document["root"]))]
    return Answer(document, [*steps.done("STEP_REBUILT"), *text.rows(rows)])
