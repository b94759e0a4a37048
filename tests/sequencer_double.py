"""A test double of Snapshot's sequencer: it takes its checks from the table that the dry run uses, and signs receipts.

It is no sequencer: what only the real one knows is what a test tells it. It runs over the rows of a double of the hub,
and a message that it takes is there to be asked for at once. One that is told to lie answers otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from chain import unixfs
from chain.address import checksum
from chain.signature import address_of, eip191_digest, sign
from governance.admission.sequencer import refusal
from governance.admission.sequencer_case import SequencerCase, Told
from governance.messages import read_envelope
from governance.sequencer_receipt import pinned_bytes
from tests.chain.clients.http_double import Reply, Request
from tests.chain.clients.http_double import serving as serving_http
from tests.hub_double import HubDouble

KEY = sha256(b"the sequencer's relayer").digest()
RELAYER = checksum(address_of(KEY))
NOTHING = Told()


@dataclass
class SequencerDouble:
    """A sequencer beside a hub."""

    hub: HubDouble
    now: int
    told: Told = NOTHING
    received: list[bytes] = field(default_factory=list)
    """Every body that came, byte for byte."""
    change: Callable[[int, dict[str, Any]], tuple[int, Any]] = lambda status, answer: (status, answer)
    """Makes of an answer what is sent."""
    url: str = ""

    def take(self, body: bytes) -> tuple[int, dict[str, Any]]:
        """Answer one envelope."""
        self.received.append(body)
        document = json.loads(body)
        message = document["data"]["message"]
        said = refusal(
            SequencerCase(
                body=body, now=self.now, space=self.hub.spaces.get(message["space"]),
                proposal=self.hub.proposals.get(message.get("proposal")), known_ids=set(self.hub.messages),
                told=self.told,
            )
        )  # fmt: skip
        if said:
            return 400, {"error": "client_error", "error_description": said}
        envelope = read_envelope(body, "snapshot")
        id_ = "0x" + envelope.id.hex()
        self.hub.messages[id_] = {"id": id_, "address": document["address"], "sig": document["sig"]}
        if envelope.action == "delete-proposal":
            self.hub.proposals.pop(str(message["proposal"]))
        name = str(unixfs.lay_out(pinned_bytes(document, envelope.id), 0).root)
        receipt = "0x" + sign(eip191_digest(document["sig"].encode()), KEY).hex()
        return 200, {"id": id_, "ipfs": name, "relayer": {"address": RELAYER, "receipt": receipt}}


@contextmanager
def sequencing(double: SequencerDouble) -> Iterator[SequencerDouble]:
    """Serve a double on a free port of this machine."""

    def answer(asked: Request) -> Reply:
        found = (200, {"name": "sequencer", "relayer": RELAYER}) if asked.method == "GET" else double.take(asked.body)
        status, made = double.change(*found)
        return Reply(status, made if isinstance(made, bytes) else json.dumps(made).encode())

    with serving_http(answer) as url:
        double.url = url
        yield double
