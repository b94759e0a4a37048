"""`dao premiums import`: every premium that the mutual's contract ever took, from its logs into a file.

Decides the order: what the file holds is followed again, the chain is read on from there in ranges, the file is written
whole after each, and at the end all of it is held to the contract's own totals.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from chain import address
from chain.clients.node import Node
from dao.cli.answer import Answer
from dao.cli.files import OutFileError, read
from dao.cli.text import label, rows, say, wrapped
from dao.cli.treasury.pool_told import advice, eth
from dao.errors import UsageError
from dao.files import is_there
from dao.store import durable
from treasury.mutual_pool.calls import CONTRACT
from treasury.mutual_pool.import_file import BYTES_MAX, Import, read_import, told_import

EXAMPLES = (
    "dao premiums import premiums.json --rpc-env NODE --from 10758000",
    "dao premiums import premiums.json --rpc-env NODE --json",
)


def command(
    file: Annotated[Path, typer.Argument(help="The file to write, or to go on with.", metavar="FILE")],
    contract: Annotated[
        str | None,
        typer.Argument(help="The mutual's contract; the real one when absent.", metavar="ADDRESS", show_default=False),
    ] = None,
    *,
    start: Annotated[
        int | None,
        typer.Option("--from", help="For a new file: a block not after the first purchase.", metavar="N", min=0),
    ] = None,
    anew: Annotated[
        bool, typer.Option("--anew", help="Read everything again where the file's last block left the chain.")
    ] = False,
    span: Annotated[
        int, typer.Option("--range", help="Blocks after which the file is written.", metavar="N", min=1)
    ] = 50_000,
    rpc_env: Annotated[str, typer.Option("--rpc-env", help="Variable that holds the node's URL.", metavar="NAME")] = "",
    folder: Annotated[Path | None, typer.Option("--dir", help="Folder of a workspace, whose chain is asked.")] = None,
) -> Answer:
    """Read every premium from the contract's logs into a file, and prove that none is missing.

    Logs do not say what was paid: a premium is its transaction's value, or of a contract wallet follows from the
    shares, and must mint exactly what was logged. Stopped, it goes on where it was. At the end all is compared with
    the contract's own totals. Only blocks are read that the chain calls final, or for a workspace those as deep as
    its settings want. Nothing is booked: dao premiums book does that.
    """
    if bool(rpc_env) + (folder is not None) != 1:
        raise UsageError("E_USAGE", "pool_node")
    try:
        place = CONTRACT if contract is None else address.parse(contract)
    except address.AddressError as error:
        raise UsageError(error.code, error.reason, **error.facts) from None
    with _node(rpc_env, folder) as (node, depth):
        begun = _begin(file, place, node.chain_id(), start)
        if anew and begun.last is not None:
            begun = _unless_gone(node, begun)
        found = _read_on(node, begun, file, depth, span)
        from treasury.clients.mutual_logs import hold_to_totals

        hold_to_totals(node, found)
    return Answer(_document(found, begun, file), _lines(found, begun, file))


@contextmanager
def _node(rpc_env: str, folder: Path | None) -> Iterator[tuple[Node, int | None]]:
    """The node that is asked, and how deep a block must lie; None where the chain itself says what is final."""
    from dao.connect import connect, node_behind
    from dao.store.journal import Journal
    from dao.views.opening import settings_of
    from dao.workspace import Workspace

    if folder is None:
        yield node_behind(rpc_env), None
        return
    with Workspace(folder) as workspace, connect(workspace) as node:
        depth = None
        if workspace.journal_path.exists():
            with Journal(workspace.journal_path) as journal:
                chain = settings_of(journal).chain(node.chain_id()) if len(journal) else None
                depth = None if chain is None else chain.finality_depth
        yield node, depth


def _unless_gone(node: Node, found: Import) -> Import:
    """The import as it is, or its beginning where the block that it reached is the chain's no more."""
    if node.block(found.reached.number).ref == found.reached:
        return found
    return Import(contract=found.contract, chain_id=found.chain_id, from_block=found.from_block)


def _begin(file: Path, contract: bytes, chain_id: int, start: int | None) -> Import:
    """The import so far; a file of another contract or chain, or a second beginning, is refused."""
    if not is_there(file):
        if start is None:
            raise UsageError("E_USAGE", "pool_from")
        return Import(contract=contract, chain_id=chain_id, from_block=start)
    begun = read_import(read(file, BYTES_MAX))
    begun.expect(contract, chain_id, start)
    return begun


def _read_on(node: Node, found: Import, file: Path, depth: int | None, span: int) -> Import:
    from treasury.clients.mutual_logs import read_purchases

    if found.last is not None:
        node.expect_block(found.last)
    final = node.finalized().ref.number if depth is None else node.head().ref.number - depth
    while found.next_block <= final:
        last = node.block(min(found.next_block + span - 1, final)).ref
        found = found.with_purchases(read_purchases(node, found.contract, found.next_block, last.number), last)
        node.expect_block(last)
        _write(file, found)
        if last.number < final:
            print(say("POOL", "import_progress", block=last.number, final=final), file=sys.stderr)
    return found


def _write(file: Path, found: Import) -> None:
    try:
        durable.replace(file, json.dumps(told_import(found), indent=1).encode() + b"\n")
    except OSError as error:
        raise OutFileError("E_IO_WRITE", "out", path=str(file), problem=error.strerror or "it failed") from error


def _document(found: Import, begun: Import, file: Path) -> dict[str, Any]:
    followed = found.followed
    return {
        "ok": True,
        "path": str(file),
        "contract": address.checksum(found.contract),
        "chain_id": found.chain_id,
        "from_block": found.from_block,
        "to_block": found.reached.number,
        "new": followed.count - begun.followed.count,
        "purchases": followed.count,
        "premiums": str(followed.premiums),
        "share": str(followed.tenths),
        "drift": str(followed.premiums // 10 - followed.tenths),
        "complete": True,
    }


def _lines(found: Import, begun: Import, file: Path) -> Iterator[str]:
    followed = found.followed
    yield from wrapped(say("POOL", "imported", path=str(file), block=found.reached.number))
    yield ""
    yield from rows(
        [
            (label("purchases"), f"{followed.count} (+{followed.count - begun.followed.count})"),
            (label("premiums"), eth(followed.premiums)),
            (label("iip"), eth(followed.tenths)),
            (label("drift"), f"{followed.premiums // 10 - followed.tenths} wei"),
        ]
    )
    yield from advice()
