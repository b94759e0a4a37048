"""From a workspace to its chain: the embedded devnet, or the nodes whose URLs environment variables hold.

The devnet may be held by another process, which serves it (`dao.served`). A node must say that it is on the workspace's
own chain. Of several, all must answer and say the same; who only looks (`every` False) goes on without those that do
not answer, and they are named. Chains that strategies read besides have nodes of their own, reached when one is first
asked for. URLs are secrets: they are read here, handed to the nodes, and stand in no error.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, partial
from urllib.parse import urlsplit

from chain.clients.node import Node, NodeError
from chain.clients.nodes import Nodes
from chain.networks import DEVNET_CHAIN_ID
from dao.errors import DaoError
from dao.served import open_devnet
from dao.workspace import Anchors, Workspace


class ConnectError(DaoError):
    """The workspace's chain cannot be reached as it is configured (`E_RPC_ENV`, `E_DEVNET`)."""


@contextmanager
def connect(workspace: Workspace, *, every: bool = True) -> Iterator[Node]:
    """Open the workspace's chain for the time of a `with` statement."""
    anchors = workspace.anchors
    if anchors.rpc_env:
        node = _answering(nodes(anchors), every=every)
        node.beside = {
            chain_id: cache(partial(_beside, anchors, chain_id, names, every)) for chain_id, names in anchors.others
        }
        yield node
        return
    if anchors.chain_id != DEVNET_CHAIN_ID:
        raise ConnectError("E_DEVNET", "chain_id", chain_id=anchors.chain_id, expected=DEVNET_CHAIN_ID)
    with open_devnet(workspace) as devnet:
        yield devnet.node()


def node_behind(variable: str, chain_id: int | None = None) -> Node:
    """Reach the node whose URL a variable holds; without `chain_id` any chain but the devnet's will do."""
    node = Node(_url_in(variable), chain_id=chain_id, name=variable)
    if node.chain_id() == DEVNET_CHAIN_ID:
        raise ConnectError("E_DEVNET", "served", chain_id=DEVNET_CHAIN_ID)
    return node


def _beside(anchors: Anchors, chain_id: int, names: tuple[str, ...], every: bool) -> Node:  # noqa: FBT001 (of `connect`)
    """The node of another chain that strategies read."""
    return _answering(nodes(replace(anchors, chain_id=chain_id, rpc_env=names)), every=every)


def nodes(anchors: Anchors) -> list[Node]:
    """The nodes that the workspace names, none of them asked yet."""
    if anchors.chain_id == DEVNET_CHAIN_ID or anchors.space.endswith(".devnet"):
        raise ConnectError("E_DEVNET", "node", chain_id=anchors.chain_id, space=anchors.space)
    urls: dict[str, str] = {}
    for variable in anchors.rpc_env:
        url = _url_in(variable)
        for other in (name for name, known in urls.items() if known.rstrip("/") == url.rstrip("/")):
            raise ConnectError("E_RPC_ENV", "same", variable=variable, other=other)  # no second opinion
        urls[variable] = url
    return [Node(url, chain_id=anchors.chain_id, name=variable) for variable, url in urls.items()]


def _url_in(variable: str) -> str:
    url = os.environ.get(variable, "")
    if not url:
        raise ConnectError("E_RPC_ENV", "unset", variable=variable)
    if not _is_url(url):
        raise ConnectError("E_RPC_ENV", "url", variable=variable)
    return url


def _is_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _answering(named: Sequence[Node], *, every: bool) -> Node:
    """As one node, those that answer; one on another chain is refused however little is asked of it."""
    answering: list[Node] = []
    absent: list[NodeError] = []
    for node in named:
        try:
            node.chain_id()
            answering.append(node)
        except NodeError as error:
            if every or error.code == "E_RPC_CHAIN":
                raise
            absent.append(error)
    if not answering:
        raise absent[0]
    return answering[0] if len(named) == 1 else Nodes(answering, absent)
