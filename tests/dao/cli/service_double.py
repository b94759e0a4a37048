"""A Safe Transaction Service that keeps what it is given, shows what a test says, and may be somebody's death.

It takes what the service is said to take: a transaction whose hash is its own, signed by whoever sends it, an owner or
one of an owner's delegates; a delegate whom an owner named, and no confirmation but an owner's.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from chain import signature
from chain.address import checksum, parse
from chain.networks import DEVNET_CHAIN_ID
from chain.safe import safe_tx_hash
from chain.safe_json import read_safe_tx_file
from dao.cli.start.demo import cast
from tests.chain.clients.http_double import Reply, Request
from treasury.confirmations import sign_safe_tx
from treasury.proposers import proposer_data

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
    delegates: list[dict[str, Any]] = field(default_factory=list)
    page: Any = None
    """What it answers instead of its list of delegates."""
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
        if parts[:3] == ["api", "v2", "delegates"]:
            return self._delegates(request, parts, body)
        if request.method == "POST" and parts[:3] == ["api", "v2", "safes"]:
            tx = read_safe_tx_file({**body, "safe": parts[3]}, chain_id=DEVNET_CHAIN_ID, version="1.4.1").tx
            sender = body["sender"]
            named = {row["delegate"] for row in self.delegates}
            if signature.recover(safe_tx_hash(tx), bytes.fromhex(body["signature"][2:])) != parse(sender):
                return Reply(422, b'"Signer is not the sender"')
            if sender not in named | OWNERS:
                return Reply(422, b'"Sender is no owner or delegate"')
            own = {"owner": sender, "signature": body["signature"], "signatureType": "EOA"}
            self.kept[body["contractTransactionHash"]] = {
                **body, "safe": parts[3], "confirmations": [own] if sender in OWNERS else [],
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

    def _delegates(self, request: Request, parts: list[str], body: dict[str, Any]) -> Reply:
        """Show, take or drop delegates; a signature holds in its hour and the next."""
        if request.method == "GET":
            page = {"count": len(self.delegates), "next": None, "results": self.delegates}
            return Reply(200, json.dumps(page if self.page is None else self.page).encode())
        delegate = parts[3] if request.method == "DELETE" else body["delegate"]
        now = int(time.time())
        digests = [proposer_data(DEVNET_CHAIN_ID, parse(delegate), at).digest() for at in (now, now - 3600)]
        signed = bytes.fromhex(body["signature"][2:])
        if body["delegator"] not in OWNERS or parse(body["delegator"]) not in [
            signature.recover(digest, signed) for digest in digests
        ]:
            return Reply(400, b'"Signature does not match provided delegator"')
        row = {name: body.get(name) for name in ("safe", "delegator", "label")} | {"delegate": delegate}
        same = [old for old in self.delegates if (old["delegate"], old["delegator"]) == (delegate, body["delegator"])]
        self.delegates = [old for old in self.delegates if old not in same]
        if request.method == "POST":
            self.delegates.append({**row, "expiryDate": None})
            return Reply(201)
        return Reply(204 if same else 404)


OWNERS = {checksum(cast.address(name)) for name in cast.OWNERS}


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
