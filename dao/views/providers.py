"""The providers of a workspace side by side: who answers, how far each has come, and whether they say the same.

Decides nothing for any command: here one that is down or lags is named beside the others and not instead of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chain.clients.node import Node, NodeError
from chain.clients.node_values import BlockInfo
from chain.clients.nodes import APART_SECONDS, Nodes
from chain.finding import Finding

OLD_SECONDS = 600
"""A chain whose newest block is older than this stands still, or nobody of those asked has kept up with it."""


def compare(named: Sequence[Node], clock: int) -> Iterator[Finding]:
    """Say where each provider stands, and what is wrong with it; `clock` is this machine's time in Unix seconds."""
    heads: list[tuple[Node, BlockInfo]] = []
    for node in named:
        try:
            node.chain_id()
            heads.append((node, node.head()))
        except NodeError as error:
            yield _finding(error)
    if not heads:
        return
    leader, newest = max(heads, key=lambda row: row[1].ref.number)
    for node, head in heads:
        behind = newest.ref.number - head.ref.number
        facts = {"provider": node.label, "number": head.ref.number, "time": head.timestamp, "behind": behind}
        yield Finding(code="W_RPC_NODE", level="info", place=node.label, facts=facts)
        if newest.timestamp - head.timestamp > APART_SECONDS:
            facts = {"number": head.ref.number, "known": newest.ref.number, "other": leader.label}
            yield _finding(node.error("E_RPC_BEHIND", "other", **facts))
    try:
        Nodes([node for node, _ in heads]).block(min(head.ref.number for _, head in heads))
    except NodeError as error:
        yield _finding(error)
    if clock - newest.timestamp > OLD_SECONDS:
        facts = {"time": newest.timestamp, "minutes": (clock - newest.timestamp) // 60}
        yield Finding(code="W_RPC_OLD", level="warning", facts=facts)


def _finding(error: NodeError) -> Finding:
    return Finding(code=error.code, reason=error.reason, place=str(error.facts["provider"]), facts=error.facts)
