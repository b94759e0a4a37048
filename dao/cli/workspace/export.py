"""`dao export --all`: everything that a workspace holds, in open formats, with an index of hashes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, cast

import typer

from chain import log_tree
from dao.cli import steps, text
from dao.cli.answer import Answer
from dao.cli.options import Dir
from dao.errors import UsageError
from dao.store.journal import Journal
from dao.store.leaving import INDEX, leave
from dao.views.kept import check_kept
from dao.workspace import Workspace

EXAMPLES = (
    "dao export everything --all",
    "dao export everything --all --dir demo --json",
)


def command(
    out: Annotated[Path, typer.Argument(help="A new folder.", metavar="FOLDER")],
    *,
    whole: Annotated[bool, typer.Option("--all", help="Everything; there is no smaller export here.")] = False,
    folder: Dir = Path(),
) -> Answer:
    """Write everything that the workspace holds into a new folder, readable without this tool.

    Blocks of the journal stand under their CIDs, leaves and what was followed at hubs as lines of JSON, files as they
    are, and an index names each with its SHA-256. Keys are never written; what is left out is listed with the reason. A
    journal that is not the one that this workspace kept is refused.
    """
    if not whole:
        raise UsageError("E_USAGE", "export_all")
    with Workspace(folder) as workspace, Journal(workspace.journal_path) as journal:
        check_kept(workspace, journal)
        index = cast("dict[str, Any]", leave(workspace, journal, out))
        root = "0x" + log_tree.root(journal.leaf_hashes()).hex()
    files, left_out = index["files"], index["left_out"]
    size = sum(row["bytes"] for row in files)
    document = {
        "ok": True, "folder": str(out), "files": len(files), "bytes": size, "size": index["size"], "root": root,
        "left_out": left_out,
    }  # fmt: skip
    lines = steps.done("STEP_LEFT", files=len(files), bytes=size, path=out, index=INDEX)
    for why in dict.fromkeys(row["why"] for row in left_out):
        paths = [row["path"] for row in left_out if row["why"] == why]
        lines += steps.noted("STEP_LEFT", why, paths=paths)
    return Answer(document, [*lines, *text.rows([(text.label("root"), root)])])
