"""A Safe Transaction Service that keeps what it is given, shows what a test says, and may be somebody's death."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from chain.address import checksum
from chain.networks import DEVNET_CHAIN_ID
from chain.safe_json import read_safe_tx_file
from dao.cli.start.demo import cast
from tests.chain.clients.http_double import Reply, Request
from treasury.confirmations import sign_safe_tx

KEY = "alsosecret"  # one of the texts that tests/secret_scan.py looks for


@dataclass
class ServiceDouble:
    """What a service remembers: one transaction by its hash, as it was posted."""

    kept: dict[str, dict[str, Any]] = field(default_factory=dict)
    seen: list[Request] = field(default_factory=list)
    taken: list[Request] = field(default_factory=list)
    """Of the posts those that it kept."""
    lies: dict[str, Any] = field(default_factory=dict)
    """Members that it shows otherwise than they were posted."""
    status: int = 0
    victim: Callable[[], int] = field(default=lambda: 0)
    """Process id of the command that runs."""
    next: list[Literal["before", "after"]] = field(default_factory=list)
    """Whether the senders of the next posts die before they are kept, or after it."""

    def respond(self, request: Request) -> Reply:
        self.seen.append(request)
        if self.status or request.headers.get("Authorization") != f"Bearer {KEY}":
            return Reply(self.status or 401, b'"no"')
        moment = self.next.pop(0) if self.next and request.method == "POST" else None
        if moment == "before":
            os.kill(self.victim(), signal.SIGKILL)
            return Reply(503)
        reply = self._answer(request)
        if moment == "after":
            os.kill(self.victim(), signal.SIGKILL)
        return reply

    def _answer(self, request: Request) -> Reply:
        parts = request.path.strip("/").split("/")
        body = json.loads(request.body) if request.body else {}
        if request.method == "POST" and parts[:3] == ["api", "v2", "safes"]:
            self.kept[body["contractTransactionHash"]] = {
                **body, "safe": parts[3],
                "confirmations": [{"owner": body["sender"], "signature": body["signature"], "signatureType": "EOA"}],
            }  # fmt: skip
            self.taken.append(request)
            return Reply(201)
        found = self.kept.get(parts[3])
        if found is None:
            return Reply(404)
        if request.method == "POST":
            signer = {checksum(cast.address(name)): name for name in cast.OWNERS}
            tx = read_safe_tx_file({**found, "confirmations": []}, chain_id=DEVNET_CHAIN_ID, version="1.4.1").tx
            made = {_hex(sign_safe_tx(tx, cast.signer(name)).signature): owner for owner, name in signer.items()}
            owner = made[body["signature"]]
            found["confirmations"].append({"owner": owner, "signature": body["signature"]})
            self.taken.append(request)
            return Reply(201)
        return Reply(200, json.dumps({**found, "isExecuted": False, **self.lies}).encode())


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
