"""`dao ipfs get`: fetch content, and write it when every block has its name."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chain.content_id import ContentId
from dao.cli import files, steps
from dao.cli.answer import Answer
from dao.cli.options import Dir
from dao.cli.workspace import ipfs_places
from dao.cli.workspace.ipfs_places import WAIT, ApiEnv, Blocks, TokenEnv, Wait
from dao.places import fetch, open_places

EXAMPLES = (
    "dao ipfs get QmTJzHxw4pPgcv6ZtA7hm9L32Evr2Z6A1LoEuTp9UGZC2n --out a.pdf",
    "dao ipfs get QmTJzHxw4pPgcv6ZtA7hm9L32Evr2Z6A1LoEuTp9UGZC2n --json",
)


def command(
    cid: Annotated[str, typer.Argument(help="Its name: Qm…, bafk…, bafy….", metavar="CID")],
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write; one of that name when absent.", metavar="FILE")
    ] = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace a file with other bytes.")] = False,
    api_env: ApiEnv = "",
    token_env: TokenEnv = "",
    blocks: Blocks = None,
    wait: Wait = WAIT,
    folder: Dir = Path(),
) -> Answer:
    """Fetch a file, or one block of a journal or record, from the first place that gives it.

    Every block is compared with its name before the next is asked for; bytes of another name are refused, and nothing
    is written unless all of it is right. A directory is refused.
    """
    root = ContentId.parse(cid)
    named = ipfs_places.named_places(folder, api_env, token_env, blocks)
    with open_places(named, seconds=wait) as places:
        data = fetch(places, root)
    path = out or Path(str(root))
    is_new = files.write(path, data, force=force)
    document = {"ok": True, "cid": str(root), "size": len(data), "file": str(path), "written": is_new}
    return Answer(document, steps.done("STEP_IPFS", "got", cid=str(root), size=len(data), file=str(path)))
