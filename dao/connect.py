"""From a workspace to its chain: the embedded devnet, or the node whose URL an environment variable holds.

The devnet may be held by another process, which serves it (`dao.served`). A node must say that it is on the workspace's
own chain. The URL is a secret: it is read here, handed to the node, and
stands in no error.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from chain.clients.node import Node
from chain.networks import DEVNET_CHAIN_ID
from dao.errors import DaoError
from dao.served import open_devnet
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
        url = os.environ.get(anchors.rpc_env, "")
        if not url:
            raise ConnectError("E_RPC_ENV", "unset", variable=anchors.rpc_env)
        node = Node(url, chain_id=anchors.chain_id)
        node.chain_id()
        yield node
        return
    if anchors.chain_id != DEVNET_CHAIN_ID:
        raise ConnectError("E_DEVNET", "chain_id", chain_id=anchors.chain_id, expected=DEVNET_CHAIN_ID)
    with open_devnet(workspace) as devnet:
        yield devnet.node()
