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
from dao.store import durable
from treasury.mutual_pool.calls import CONTRACT
from treasury.mutual_pool.follower import check_complete
from treasury.mutual_pool.import_file import BYTES_MAX, Import, read_import, told_import

EXAMPLES = (
    "dao premiums import premiums.json --rpc-env NODE --from 10758000",
    "dao premiums import premiums.json --rpc-env NODE --json",
)

RANGE = 50_000
"""Blocks after which the file is written."""


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
    rpc_env: Annotated[str, typer.Option("--rpc-env", help="Variable that holds the node's URL.", metavar="NAME")] = "",
    folder: Annotated[Path | None, typer.Option("--dir", help="Folder of a workspace, whose chain is asked.")] = None,
) -> Answer:
    """Read every premium from the contract's logs into a file, and prove that none is missing.

    Logs do not say what was paid: a premium is its transaction's value, or of a contract wallet follows from the
    shares, and must mint exactly what was logged. Stopped, it goes on where it was. At the end all is compared with
    the contract's own totals. Only final blocks are read. Nothing is booked.
    """
    if bool(rpc_env) + (folder is not None) != 1:
        raise UsageError("E_USAGE", "pool_node")
    try:
        place = CONTRACT if contract is None else address.parse(contract)
    except address.AddressError as error:
        raise UsageError(error.code, error.reason, **error.facts) from None
    with _node(rpc_env, folder) as node:
        begun = _begin(file, place, node.chain_id(), start)
        found = _read_on(node, begun, file)
        _check(node, found)
    return Answer(_document(found, begun, file), _lines(found, begun, file))


@contextmanager
def _node(rpc_env: str, folder: Path | None) -> Iterator[Node]:
    from dao.connect import connect, node_behind
    from dao.workspace import Workspace

    if folder is None:
        yield node_behind(rpc_env)
        return
    with Workspace(folder) as workspace, connect(workspace) as node:
        yield node


def _begin(file: Path, contract: bytes, chain_id: int, start: int | None) -> Import:
    """The import so far; a file of another contract or chain, or a second beginning, is refused."""
    if not file.exists():
        if start is None:
            raise UsageError("E_USAGE", "pool_from")
        return Import(contract=contract, chain_id=chain_id, from_block=start)
    begun = read_import(read(file, BYTES_MAX))
    begun.expect(contract, chain_id, start)
    return begun


def _read_on(node: Node, found: Import, file: Path) -> Import:
    from treasury.clients.mutual_logs import read_purchases

    if found.last is not None:
        node.expect_block(found.last)
    final = node.finalized().ref.number
    while found.next_block <= final:
        last = node.block(min(found.next_block + RANGE - 1, final)).ref
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


def _check(node: Node, found: Import) -> None:
    """Hold the import to the totals of the very block that it reached."""
    from treasury.clients.mutual_contract import read_totals
    from treasury.clients.mutual_logs import read_paid

    number = found.reached.number
    totals = read_totals(node, found.contract, number).numbers
    paid = read_paid(node, found.contract, list(found.followed.paid), number)
    check_complete(found.followed, totals["ethOfShare"], totals["shares"], paid)
    node.expect_block(found.reached)


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
