"""`dao pool status`: the mutual's dashboard, from its contract on a chain or from a history."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from chain import address
from chain.clients.node import Node
from dao.cli.answer import FALSE, TRUE, Answer
from dao.cli.text import say, wrapped
from dao.cli.treasury.pool_told import advice, dashboard, dashboard_document, last_time, read_time, run_file
from dao.errors import UsageError
from treasury.mutual_pool.calls import CHAIN_ID, CONTRACT
from treasury.mutual_pool.figures import Figures, figures
from treasury.mutual_pool.state import DAY_SECONDS

EXAMPLES = (
    "dao pool status --file history.json",
    "dao pool status --file history.json --at 2026-01-31T00:00:00Z --json",
    "dao pool status --rpc-env NODE",
    "dao pool status 0x66be1bc6C6aF47900BBD4F3711801bE6C2c6CB32 --rpc-env NODE",
)


def command(
    contract: Annotated[
        str | None,
        typer.Argument(help="The mutual's contract; the real one when absent.", metavar="ADDRESS", show_default=False),
    ] = None,
    *,
    file: Annotated[
        Path | None, typer.Option("--file", help="Simulate this history instead of asking a chain.", metavar="FILE")
    ] = None,
    at: Annotated[str, typer.Option("--at", help="Of a history: when, with an offset.", metavar="TIME")] = "",
    rpc_env: Annotated[str, typer.Option("--rpc-env", help="Variable that holds the node's URL.", metavar="NAME")] = "",
    folder: Annotated[Path | None, typer.Option("--dir", help="Folder of a workspace, whose chain is asked.")] = None,
) -> Answer:
    """Show ETH in the pool, total shares, active insurance, agents and the payout multiple.

    Active are the units that would be insured now, which the contract itself only learns at its next purchase. With
    nobody insured there is an alarm, and the exit status is 1. This is not insurance advice.
    """
    if (file is not None) + bool(rpc_env) + (folder is not None) != 1 or (file is not None and contract is not None):
        raise UsageError("E_USAGE", "pool_source")
    if file is not None:
        history, replayed = run_file(file)
        now = max(read_time(at, last_time(history)), last_time(history))
        facts: dict[str, object] = {"path": str(file), "now": now}
        return _answer(figures(replayed.last, now // DAY_SECONDS), "simulated", facts)
    if at:
        raise UsageError("E_USAGE", "pool_at")
    return _of_chain(contract, rpc_env, folder)


def _of_chain(contract: str | None, rpc_env: str, folder: Path | None) -> Answer:
    from dao.connect import connect, node_behind
    from dao.workspace import Workspace

    try:
        place = CONTRACT if contract is None else address.parse(contract)
    except address.AddressError as error:
        raise UsageError(error.code, error.reason, **error.facts) from None
    if folder is not None:
        with Workspace(folder) as workspace, connect(workspace, every=False) as node:
            return _read(node, place)
    return _read(node_behind(rpc_env, CHAIN_ID if contract is None else None), place)


def _read(node: Node, contract: bytes) -> Answer:
    from treasury.clients.mutual_contract import read_totals

    head = node.head()
    found = read_totals(node, contract, head.ref.number).figures(head.timestamp // DAY_SECONDS)
    node.expect_block(head.ref)
    facts: dict[str, object] = {
        "address": address.checksum(contract),
        "chain_id": head.ref.chain_id,
        "block": head.ref.number,
        "now": head.timestamp,
    }
    return _answer(found, "read", facts)


def _answer(found: Figures, source: str, facts: dict[str, object]) -> Answer:
    document: dict[str, Any] = {"source": source, **facts, **dashboard_document(found)}
    return Answer(document, _lines(found, source, facts), FALSE if found.locked else TRUE)


def _lines(found: Figures, source: str, facts: dict[str, object]) -> Iterator[str]:
    yield from wrapped(say("POOL", source, **facts))
    yield ""
    yield from dashboard(found)
    if found.ended:
        yield from wrapped(say("POOL", "ended"))
    yield from wrapped(say("POOL", "multiple"))
    yield from advice()
