"""From a workspace to its chain: the embedded devnet, or the node whose URL an environment variable holds.

A node must say that it is on the workspace's own chain. The URL is a secret: it is read here, handed to the node, and
stands in no error.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from chain.clients.devnet import Devnet
from chain.clients.node import Node
from chain.networks import DEVNET_CHAIN_ID
from dao.errors import DaoError
from dao.workspace import Workspace


class ConnectError(DaoError):
    """The workspace's chain cannot be reached as it is configured (`E_RPC_ENV`, `E_DEVNET`)."""


@contextmanager
def connect(workspace: Workspace) -> Iterator[Node]:
    """Open the workspace's chain for the time of a `with` statement."""
    anchors = workspace.anchors
    if anchors.rpc_env:
        if anchors.chain_id == DEVNET_CHAIN_ID or anchors.space.endswith(".devnet"):
            raise ConnectError("E_DEVNET", "node", chain_id=anchors.chain_id, space=anchors.space)
        yield node_behind(anchors.rpc_env, anchors.chain_id)
        return
    if anchors.chain_id != DEVNET_CHAIN_ID:
        raise ConnectError("E_DEVNET", "chain_id", chain_id=anchors.chain_id, expected=DEVNET_CHAIN_ID)
    with Devnet.open(workspace.devnet_path) as devnet:
        yield devnet.node()


def node_behind(variable: str, chain_id: int | None = None) -> Node:
    """Reach the node whose URL a variable holds; without `chain_id` any chain but the devnet's will do."""
    url = os.environ.get(variable, "")
    if not url:
        raise ConnectError("E_RPC_ENV", "unset", variable=variable)
    node = Node(url, chain_id=chain_id)
    if node.chain_id() == DEVNET_CHAIN_ID:
        raise ConnectError("E_DEVNET", "served", chain_id=DEVNET_CHAIN_ID)
    return node
