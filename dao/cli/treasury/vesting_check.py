"""`dao vesting check`: the plan against the wallets that should pay it, read at one block, and against the funds."""

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
from dao.cli.treasury.vesting_funds import fund_lines, fund_row, read_funds
from dao.cli.treasury.vesting_plan import (
    Chosen,
    OfWorkspace,
    OnlyGrant,
    PlanName,
    RpcEnv,
    Tge,
    choose,
    find_grant,
    need_chain,
)
from dao.connect import connect, node_behind
from dao.errors import UsageError
from dao.workspace import Workspace
from treasury.allocation import Grant
from treasury.bucket_funds import PaidBy, check_bucket
from treasury.vesting_check import check_grant, payable

EXAMPLES = (
    "dao vesting check --plan plan.toml --rpc-env NODE_URL",
    "dao vesting check --plan plan.toml --grant ann --dir club --json",
    "dao vesting check --plan muton --tge 2026-01-05T00:00:00Z --dir club",
)


class _Checked(NamedTuple):
    grant: Grant
    wallet: WalletState
    vested: int
    findings: tuple[Finding, ...]


class _Read(NamedTuple):
    """What was found of wallets, at which block, and of funds."""

    block: BlockInfo | None
    """None where the plan names no wallet."""
    wallets: list[_Checked]
    funds: list[tuple[PaidBy, tuple[Finding, ...]]]

    @property
    def agrees(self) -> bool:
        """Whether no error was found."""
        found = (*(one.findings for one in self.wallets), *(findings for _, findings in self.funds))
        return not any(map(has_errors, found))


def command(
    plan: PlanName,
    *,
    grant: OnlyGrant = "",
    tge: Tge = "",
    rpc_env: RpcEnv = "",
    folder: OfWorkspace = None,
    since: Annotated[int, typer.Option("--since", help="Block from which on releases are looked for.", min=0)] = 0,
) -> Answer:
    """Check that every wallet of a plan is what the plan says: beneficiary, times, amount, code, releases.

    The plan names its `chain` and `token`, and each grant its `wallet`; its `released` rows are the books. With a
    workspace, each bucket that names a fund is held against the settings in force, its committee and its books. Every
    difference is a finding, and one is enough for status 1. Answers are a node's and prove nothing by themselves.
    """
    _need_one(rpc_env, folder)
    chosen = choose(plan, tge, "")
    funds = () if grant else read_funds(chosen, folder)
    read = _Read(None, [], [])
    if not funds or any(one.wallet for one in chosen.plan.grants):
        read = _read_wallets(chosen, grant, rpc_env, folder, since)
    read = read._replace(funds=[(row, check_bucket(chosen.plan, row)) for row in funds])
    return Answer(_document(chosen, read), _lines(chosen, read), TRUE if read.agrees else FALSE)


def _read_wallets(chosen: Chosen, grant: str, rpc_env: str, folder: Path | None, since: int) -> _Read:
    """Hold the wallets of a plan, or of one grant, against it at the newest block."""
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
    return _Read(block, checked, [])


@contextmanager
def open_node(chosen: Chosen, rpc_env: str, folder: Path | None) -> Iterator[Node]:
    """The node that is asked about a plan: one behind a variable, or a workspace's."""
    _need_one(rpc_env, folder)
    if folder is None:
        yield node_behind(rpc_env, chosen.plan.chain_id)
        return
    with Workspace(folder) as workspace:
        need_chain(chosen, workspace.anchors.chain_id)
        with connect(workspace) as node:
            yield node


def _need_one(rpc_env: str, folder: Path | None) -> None:
    if bool(rpc_env) == (folder is not None):
        raise UsageError("E_USAGE", "node")


def _check(chosen: Chosen, grant: Grant, wallet: WalletState, block: BlockInfo) -> _Checked:
    vested = chosen.plan.schedule_of(grant, chosen.tge).vested(block.timestamp)
    return _Checked(grant, wallet, vested, check_grant(chosen.plan, grant, chosen.tge, wallet))


def _document(chosen: Chosen, read: _Read) -> dict[str, object]:
    block = read.block
    return {
        "ok": read.agrees,
        "plan": chosen.plan.name,
        "block": None if block is None else block.ref.number,
        "block_hash": None if block is None else "0x" + block.ref.hash.hex(),
        "time": None if block is None else block.timestamp,
        "grants": [
            {
                "id": one.grant.id,
                "wallet": checksum(one.grant.wallet or b""),
                "total": str(one.grant.amount),
                "vested": str(one.vested),
                "held": str(one.wallet.held),
                "released": None if one.wallet.released is None else str(one.wallet.released),
                "findings": _findings(one.findings),
            }
            for one in read.wallets
        ],
        "funds": [{**fund_row(row), "findings": _findings(findings)} for row, findings in read.funds],
        "unchecked": [one.id for one in chosen.plan.grants if one.id not in {row.grant.id for row in read.wallets}],
    }


def _findings(found: tuple[Finding, ...]) -> list[dict[str, object]]:
    return [{"code": row.code, "level": row.level, "reason": row.reason, "message": message(row)} for row in found]


def _lines(chosen: Chosen, read: _Read) -> Iterator[str]:
    title = chosen.plan.title
    if read.block is not None:
        yield from wrapped(say("VESTING", "checked", title=title, block=read.block.ref.number, at=read.block.timestamp))
    for one in read.wallets:
        released = one.wallet.released
        facts = [("total", one.grant.amount), ("held", one.wallet.held), ("released", released or 0)]
        if released is not None and released <= one.vested:
            facts.append(("releasable", one.vested - released))
        yield ""
        yield paint(say("VESTING", "grant", title=one.grant.title, grant=one.grant.id, bucket=one.grant.bucket), "bold")
        amounts = [(say("VESTING", name), chosen.spell_named(units)) for name, units in facts]
        yield from rows([(say("VESTING", "wallet"), checksum(one.grant.wallet or b"")), *amounts])
        yield from _told(one.findings)
    if read.funds:
        yield from [""] if read.block is not None else []
        yield from fund_lines(chosen, tuple(row for row, _ in read.funds))
    for row, findings in read.funds:
        yield ""
        yield paint(
            say("VESTING", "of_fund", title=row.bucket.title, bucket=row.bucket.id, fund=row.bucket.fund), "bold"
        )
        yield from _told(findings)
    for grant in chosen.plan.grants:
        if grant.wallet is None:
            yield from ("", *wrapped(say("VESTING", "unpaid", grant=grant.id)))


def _told(findings: tuple[Finding, ...]) -> Iterator[str]:
    for finding in findings:
        yield from told(finding, "  ")
    if not findings:
        yield from wrapped(f"{paint('✓', 'green')} {say('VESTING', 'agrees')}", "  ", "    ")
