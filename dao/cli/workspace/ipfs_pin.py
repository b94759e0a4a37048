"""`dao ipfs pin`: have content kept, or no longer kept, by its name."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chain.content_id import ContentId
from chain.errors import CodedError
from dao.cli import steps
from dao.cli.answer import TRUE, Answer
from dao.cli.options import Dir
from dao.cli.workspace import ipfs_places
from dao.cli.workspace.ipfs_places import WAIT, ApiEnv, Blocks, TokenEnv, Wait
from dao.places import Content, Place, Standing, keep, open_places

EXAMPLES = (
    "dao ipfs pin QmTJzHxw4pPgcv6ZtA7hm9L32Evr2Z6A1LoEuTp9UGZC2n",
    "dao ipfs pin QmTJzHxw4pPgcv6ZtA7hm9L32Evr2Z6A1LoEuTp9UGZC2n --wait 60 --json",
    "dao ipfs pin QmTJzHxw4pPgcv6ZtA7hm9L32Evr2Z6A1LoEuTp9UGZC2n --remove",
)


def command(
    cid: Annotated[str, typer.Argument(help="Its name: Qm…, bafk…, bafy….", metavar="CID")],
    *,
    remove: Annotated[bool, typer.Option("--remove", help="Let go of it instead.")] = False,
    api_env: ApiEnv = "",
    token_env: TokenEnv = "",
    blocks: Blocks = None,
    wait: Wait = WAIT,
    folder: Dir = Path(),
) -> Answer:
    """Pin content at every place, with all that hangs below it.

    A node and a service look for it in their networks, a folder takes it from the node. With --remove every place lets
    go of it; a folder then removes the blocks that no other pin reaches.
    """
    root = ContentId.parse(cid)
    content = Content(kind="annex", name=str(root), root=root)
    named = ipfs_places.named_places(folder, api_env, token_env, blocks)
    with open_places(named, seconds=wait) as places:
        standings = [_remove(place, root) if remove else keep(place, places, content) for place in places]
    failed = any(standing.error is not None for standing in standings)
    status = ipfs_places.status(standings) if failed or not remove else TRUE
    document = {
        "ok": status == TRUE,
        "cid": str(root),
        "places": [ipfs_places.row(standing) for standing in standings],
    }
    lines = steps.noted("STEP_IPFS", "removed" if remove else "pin", cid=str(root))
    return Answer(document, [*lines, *ipfs_places.told(standings)], status)


def _remove(place: Place, root: ContentId) -> Standing:
    try:
        place.unpin(root)
    except CodedError as error:
        return Standing(place.label, "unknown", error)
    return Standing(place.label, "absent")
