"""`dao vesting check`: the plan against the wallets that should pay it, read at one block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from chain.address import checksum
from chain.clients.node import Node
from chain.clients.node_values import BlockInfo
from chain.clients.vesting_read import WalletState, read_wallet
from chain.finding import Finding, has_errors
from dao.cli.answer import FALSE, TRUE, Answer
from dao.cli.text import message, paint, rows, say, told, wrapped
from dao.cli.treasury.vesting_plan import Chosen, PlanName, Tge, choose, find_grant, need_chain
from dao.connect import connect, node_behind
from dao.errors import UsageError
from dao.workspace import Workspace
from treasury.allocation import Grant
from treasury.vesting_check import check_grant, payable

EXAMPLES = (
    "dao vesting check --plan plan.toml --rpc-env NODE_URL",
    "dao vesting check --plan plan.toml --grant ann --dir club --json",
)


class _Checked(NamedTuple):
    grant: Grant
    wallet: WalletState
    vested: int
    findings: tuple[Finding, ...]


def command(
    plan: PlanName,
    *,
    grant: Annotated[str, typer.Option("--grant", help="Only this grant.", metavar="ID")] = "",
    tge: Tge = "",
    rpc_env: Annotated[str, typer.Option("--rpc-env", help="Variable that holds a node's URL.", metavar="NAME")] = "",
    folder: Annotated[
        Path | None, typer.Option("--dir", help="Workspace whose chain is asked, instead.", show_default=False)
    ] = None,
    since: Annotated[int, typer.Option("--since", help="Block from which on releases are looked for.", min=0)] = 0,
) -> Answer:
    """Check that every wallet of a plan is what the plan says: beneficiary, times, amount, code, releases.

    The plan names its `chain` and `token`, and each grant its `wallet`; its `released` rows are the books. Every
    difference is a finding, and one is enough for status 1. Answers are a node's and prove nothing by themselves.
    """
    chosen = choose(plan, tge, "")
    where = payable(chosen.plan, (find_grant(chosen, grant),) if grant else chosen.plan.grants)
    with open_node(chosen, rpc_env, folder) as node:
        block = node.head()
        if since > block.ref.number:
            raise UsageError("E_USAGE", "since_block", since=since, head=block.ref.number)
        checked = [
            _check(chosen, one, read_wallet(node, one.wallet or b"", where.token, block.ref.number, since), block)
            for one in where.grants
        ]
        node.expect_block(block.ref)
    status = FALSE if any(has_errors(one.findings) for one in checked) else TRUE
    return Answer(_document(chosen, block, checked), _lines(chosen, block, checked), status)


@contextmanager
def open_node(chosen: Chosen, rpc_env: str, folder: Path | None) -> Iterator[Node]:
    """The node that is asked about a plan: one behind a variable, or a workspace's."""
    if bool(rpc_env) == (folder is not None):
        raise UsageError("E_USAGE", "node")
    if folder is None:
        yield node_behind(rpc_env, chosen.plan.chain_id)
        return
    with Workspace(folder) as workspace:
        need_chain(chosen, workspace.anchors.chain_id)
        with connect(workspace) as node:
            yield node


def _check(chosen: Chosen, grant: Grant, wallet: WalletState, block: BlockInfo) -> _Checked:
    vested = chosen.plan.schedule_of(grant, chosen.tge).vested(block.timestamp)
    return _Checked(grant, wallet, vested, check_grant(chosen.plan, grant, chosen.tge, wallet))


def _document(chosen: Chosen, block: BlockInfo, checked: list[_Checked]) -> dict[str, object]:
    return {
        "ok": not any(has_errors(one.findings) for one in checked),
        "plan": chosen.plan.name,
        "block": block.ref.number,
        "block_hash": "0x" + block.ref.hash.hex(),
        "time": block.timestamp,
        "grants": [
            {
                "id": one.grant.id,
                "wallet": checksum(one.grant.wallet or b""),
                "total": str(one.grant.amount),
                "vested": str(one.vested),
                "held": str(one.wallet.held),
                "released": None if one.wallet.released is None else str(one.wallet.released),
                "findings": [
                    {"code": row.code, "level": row.level, "reason": row.reason, "message": message(row)}
                    for row in one.findings
                ],
            }
            for one in checked
        ],
        "unchecked": [one.id for one in chosen.plan.grants if one.id not in {row.grant.id for row in checked}],
    }


def _lines(chosen: Chosen, block: BlockInfo, checked: list[_Checked]) -> Iterator[str]:
    title = chosen.plan.title
    yield from wrapped(say("VESTING", "checked", title=title, block=block.ref.number, at=block.timestamp))
    for one in checked:
        released = one.wallet.released
        facts = [("total", one.grant.amount), ("held", one.wallet.held), ("released", released or 0)]
        if released is not None and released <= one.vested:
            facts.append(("releasable", one.vested - released))
        yield ""
        yield paint(say("VESTING", "grant", title=one.grant.title, grant=one.grant.id, bucket=one.grant.bucket), "bold")
        amounts = [(say("VESTING", name), f"{chosen.spell(units)} {chosen.plan.asset}") for name, units in facts]
        yield from rows([(say("VESTING", "wallet"), checksum(one.grant.wallet or b"")), *amounts])
        for finding in one.findings:
            yield from told(finding, "  ")
        if not one.findings:
            yield from wrapped(f"{paint('✓', 'green')} {say('VESTING', 'agrees')}", "  ", "    ")
    for grant in chosen.plan.grants:
        if grant.wallet is None:
            yield from ("", *wrapped(say("VESTING", "unpaid", grant=grant.id)))
