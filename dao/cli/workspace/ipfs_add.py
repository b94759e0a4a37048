"""`dao ipfs add`: put a file where the workspace keeps content, under a name that is computed here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chain.clients.ipfs import FILE_MAX
from chain.clients.pinning import PinningService
from chain.content_id import ContentId
from chain.errors import CodedError
from chain.unixfs import lay_out, read
from dao.cli import files, steps
from dao.cli.answer import TRUE, Answer
from dao.cli.options import Dir
from dao.cli.workspace import ipfs_places
from dao.cli.workspace.ipfs_places import WAIT, ApiEnv, Blocks, TokenEnv, Wait
from dao.errors import DaoError
from dao.places import Content, Place, Standing, keep, open_places

EXAMPLES = (
    "dao ipfs add annex.pdf",
    "dao ipfs add annex.pdf --only-cid --json",
    "dao ipfs add annex.pdf --api-env IPFS_API",
    "dao ipfs add annex.pdf --blocks blocks",
)


def command(
    file: Annotated[Path, typer.Argument(help="Any file.", metavar="FILE")],
    *,
    only_cid: Annotated[bool, typer.Option("--only-cid", help="Say its name, and put it nowhere.")] = False,
    v0: Annotated[bool, typer.Option("--v0", help="The old spelling (Qm…), which is another content.")] = False,
    api_env: ApiEnv = "",
    token_env: TokenEnv = "",
    blocks: Blocks = None,
    wait: Wait = WAIT,
    folder: Dir = Path(),
) -> Answer:
    """Put a file into IPFS, pinned: on a node, into a folder of blocks, and at pinning services.

    The name is computed here, as `ipfs add --cid-version=1` makes it, and each place must say the same. What was put is
    fetched again, every block is compared with its name, and the bytes with the file's.
    """
    data = files.read(file, FILE_MAX)
    version = 0 if v0 else 1
    root = lay_out(data, version).root
    standings: list[Standing] = []
    if not only_cid:
        named = ipfs_places.named_places(folder, api_env, token_env, blocks)
        with open_places(named, seconds=wait) as places:
            standings = [_put(place, root, data, version, file.name) for place in places]
    status = ipfs_places.status(standings) if standings else TRUE
    document = {
        "ok": status == TRUE,
        "cid": str(root),
        "size": len(data),
        "places": [ipfs_places.row(standing) for standing in standings],
    }
    reason = "named" if only_cid else "added"
    lines = steps.noted("STEP_IPFS", reason, file=file.name, cid=str(root), size=len(data))
    return Answer(document, [*lines, *ipfs_places.told(standings)], status)


def _put(place: Place, root: ContentId, data: bytes, version: int, name: str) -> Standing:
    try:
        if isinstance(place, PinningService):
            return keep(place, [place], Content(kind="annex", name=name, root=root))
        place.add(data, version)
        if read(root, place.block, max_bytes=FILE_MAX) != data:
            raise DaoError("E_CID_MISMATCH", "file", provider=place.label, cid=str(root))
    except CodedError as error:
        return Standing(place.label, "absent", error)
    return Standing(place.label, "pinned")
