"""A devnet that another process serves: the same chain over HTTP on this machine, and the one thing that only its own
workspace may ask for, that time passes.

Decides how a server proves that it is the one whose token this process knows, before anything else is asked of it, and
how this process proves that it knows it. The token never goes to a stranger who has taken the port since.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Any

import requests

from chain.clients.devnet_store import DevnetError
from chain.clients.node import Node
from chain.clients.rpc import BoundedAdapter, NodeError, Rpc
from chain.networks import DEVNET_CHAIN_ID

__all__ = ["ServedDevnet", "proof"]


def proof(token: str, challenge: str) -> str:
    """Answer a challenge with a token, as hex (HMAC-SHA-256)."""
    return hmac.new(token.encode(), challenge.encode(), hashlib.sha256).hexdigest()


class ServedDevnet:
    """The embedded chain behind a port of 127.0.0.1: of a `Devnet` what can be done from outside."""

    def __init__(self, port: int, token: str) -> None:
        session = requests.Session()
        session.trust_env = False  # no proxy of the environment stands between two processes of one machine
        session.mount("http://", BoundedAdapter())
        self._session = session
        self._token = token
        url = f"http://127.0.0.1:{port}/"
        self._rpc = Rpc(url, session)
        self._node = Node(url, session, chain_id=DEVNET_CHAIN_ID)

    def is_genuine(self) -> bool:
        """Whether whoever answers there knows the token; from then on it is told the token too."""
        challenge = secrets.token_hex(32)
        try:
            answer: Any = self._rpc.ask("dao_proof", challenge)
        except NodeError:
            return False
        expected = proof(self._token, challenge)
        if not isinstance(answer, str) or not hmac.compare_digest(answer.encode(), expected.encode()):
            return False
        self._session.headers["Authorization"] = f"Bearer {self._token}"
        return True

    def node(self) -> Node:
        """Return a node on this chain."""
        return self._node

    def now(self) -> int:
        """Return the head's timestamp: what `now` means on this chain."""
        return self._node.head().timestamp

    def time_travel(self, timestamp: int) -> None:
        """Let the server mine a block at that Unix time; `E_TIME` if it is not later than the head."""
        now = self.now()
        if timestamp <= now:
            raise DevnetError("E_TIME", "devnet", now=now, asked=timestamp)
        self._rpc.ask("dao_timeTravel", timestamp)
