"""`dao settings evidence`: keep a file that settings name by its CID, after reading every line of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chain.cid import raw_cid
from dao.cli import files, steps
from dao.cli.answer import Answer
from dao.cli.options import Dir
from dao.evidence import MAX_BYTES, find_evidence
from dao.workspace import Workspace, make_folder
from governance.strategies.mutual_policies import HEADING, read_policies
from governance.strategies.named import read_list

EXAMPLES = (
    "dao settings evidence members.txt",
    "dao settings evidence premiums-2026.csv --dir club --json",
)


def command(
    file: Annotated[Path, typer.Argument(help="Addresses, or a history of premiums.", metavar="FILE")],
    *,
    folder: Dir = Path(),
) -> Answer:
    """Keep a list of addresses or a history of premiums in the workspace, and say its CID.

    The CID goes into `files` of a strategy in the draft of the settings. Each line is read; a file with a line that no
    strategy could read is refused and not kept. The form of both files stands in docs/reference/strategies.md.
    """
    data = files.read(file, MAX_BYTES)
    cid = raw_cid(data)
    is_history = data.startswith(HEADING.encode("ascii"))
    count = len(read_policies(data, cid) if is_history else read_list(data, cid))
    with Workspace(folder) as workspace:
        is_known = find_evidence(workspace.evidence, cid) is not None
        if not is_known:
            make_folder(workspace.evidence)
            files.write(workspace.evidence / str(cid), data)
    kind = "history" if is_history else "list"
    document = {"ok": True, "cid": str(cid), "kind": kind, "rows": count, "kept_before": is_known}
    return Answer(document, steps.done("STEP_EVIDENCE", kind, cid=str(cid), count=count))
