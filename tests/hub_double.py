"""A test double of Snapshot's hub: a local HTTP server that answers our questions by the hub's documented rules.

It is no hub: it knows the questions that an audit, a follower and a sender ask, and answers from rows in memory.
Documented are the limits (first ≤ 1000, skip ≤ 5000, lists in `where` ≤ 100, a bound of 0 is no bound), the order
(created, then id), and 429 with `Retry-After`. What a test makes of an answer on its way out is what a hostile hub
could do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from typing import Any

from chain.signer import KeySigner
from governance.messages import message_id, proposal_message, sign_envelope, vote_message
from tests.chain.clients.http_double import Reply, Request
from tests.chain.clients.http_double import serving as serving_http

Row = dict[str, Any]


@dataclass
class HubDouble:
    """The rows of a hub and what a test does to its answers."""

    spaces: dict[str, Row] = field(default_factory=dict)
    proposals: dict[str, Row] = field(default_factory=dict)
    votes: dict[str, list[Row]] = field(default_factory=dict)
    messages: dict[str, Row] = field(default_factory=dict)
    pinned: dict[str, bytes] = field(default_factory=dict)
    """The bytes that a hub puts on IPFS, by the vote's id."""
    refuse: Callable[[int], Mapping[str, str] | None] = lambda _: None
    """By the number of the request: headers of a 429 instead of an answer, or None."""
    change: Callable[[str, Any, int], Any] = lambda _field, rows, _n: rows
    """Makes of a field's rows what is sent; bytes are sent as they are."""
    asked: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    url: str = ""

    def answer(self, query: str, variables: Mapping[str, Any]) -> tuple[str, Any]:
        """Answer one question."""
        name = re.findall(r"\)\s*\{\s*(\w+)\(", query)[-1]
        if variables.get("first", 0) > 1_000 or variables.get("skip", 0) > 5_000:
            return name, None
        if name == "space":
            return name, self.spaces.get(variables["space"])
        if name == "proposal":
            return name, self.proposals.get(variables["id"])
        if name == "messages":
            assert len(variables["ids"]) <= 100
            return name, [self.messages[id_] for id_ in variables["ids"] if id_ in self.messages]
        if name == "vp":
            return name, {"vp": 1.5, "vp_state": "final"}
        rows: Sequence[Row] = self.votes.get(variables.get("proposal", ""), ())
        if "voter" in variables:
            return name, [row for row in rows if row["voter"] == variables["voter"]]
        if name == "proposals":
            rows = [row for row in self.proposals.values() if row["space"]["id"] == variables["space"]]
            rows = [row for row in rows if row["state"] == "closed" or 'state: "closed"' not in query]
        since = variables["created"] or 0
        listed = sorted((row for row in rows if row["created"] >= since), key=lambda row: (row["created"], row["id"]))
        return name, listed[variables["skip"] : variables["skip"] + variables["first"]]


def take(double: HubDouble, facts: Mapping[str, Any]) -> str:
    """Let the double have a real proposal, from the facts of `data/snapshot/real`; return its id."""
    told, proposal = facts["proposal"], facts["proposal"]["id"]
    computed, system = facts["computed_with_snapshotjs_0_17"], told["type"].lower()
    reported = facts.get("reported_by_snapshot")
    exact_with = computed.get("scores_total_bit_exact_with") or [""]
    counted = computed.get(f"order_{exact_with[0]}") or computed[system]
    choices = told.get("choices") or [f"Choice {n}" for n in range(1, len(counted["scores"]) + 1)]
    double.proposals[proposal] = proposal_row(
        proposal, told["space"], system, choices, len(facts["votes"]),
        title=told["title"], quorum=told.get("quorum", 0), scores=counted["scores"],
        scores_total=reported["scores_total"] if reported else counted["scores_total"],
    )  # fmt: skip
    double.votes[proposal] = [
        vote_row(proposal, vote, 1_700_000_000 + n // 3 * 7) for n, vote in enumerate(facts["votes"])
    ]
    return proposal


def proposal_row(id_: str, space: str, system: str, choices: Sequence[str], votes: int, **more: Any) -> Row:
    """A closed proposal as the hub shows one."""
    created = 1_699_000_000 + int(sha256(id_.encode()).hexdigest()[:5], 16)
    row = {
        "id": id_, "ipfs": "bafk", "author": "0x" + "11" * 20, "created": created, "start": 1_700_000_000,
        "end": 1_700_604_800, "snapshot": 18_000_000, "state": "closed", "space": {"id": space}, "network": "1",
        "type": system, "title": "A proposal", "choices": list(choices), "plugins": {}, "privacy": "",
        "strategies": [{"name": "erc20-votes", "network": "1", "params": {}}], "quorum": 0, "quorumType": "default",
        "scores": [], "scores_by_strategy": [], "scores_state": "final", "scores_total": 0,
        "scores_updated": 1_700_604_900, "votes": votes, "flagged": False,
    }  # fmt: skip
    return row | more


def vote_row(proposal: str, vote: Mapping[str, Any], created: int) -> Row:
    """A vote as the hub shows it; what is not known of a real one is made up, and its id fits no message."""
    id_ = "0x" + sha256(f"{proposal}{vote['voter']}".encode()).hexdigest()
    return {
        "id": id_, "ipfs": "", "voter": vote["voter"], "created": created, "choice": vote["choice"],
        "reason": "", "app": "snapshot", "vp": vote["vp"], "vp_by_strategy": [vote["vp"]], "vp_state": "final",
        "proposal": {"id": proposal},
    }  # fmt: skip


def propose(double: HubDouble, space: str, number: int, created: int, **more: Any) -> str:
    """Let an author with a key sign a proposal, and the double take it; its vote opens at once, for a day."""
    signer = KeySigner(sha256(f"author {number}".encode()).digest())
    told: dict[str, Any] = {
        "title": f"Proposal {number}",
        "body": "Ja, 好 \U0001f600",
        "choices": ["For", "Against"],
    } | more
    message = proposal_message(
        author=signer.address, space=space, timestamp=created, start=created, end=created + 86_400, snapshot=17,
        **{"plugins": "{}", **told},
    )  # fmt: skip
    envelope = json.loads(sign_envelope("Proposal", message, signer))
    id_ = "0x" + message_id("Proposal", message).hex()
    double.proposals[id_] = proposal_row(
        id_, space, str(message["type"]), told["choices"], 0, author=envelope["address"], created=created,
        start=created, end=created + 86_400, title=told["title"], body=told["body"], discussion="", labels=[],
        app=message["app"], snapshot=17, plugins=json.loads(str(message["plugins"])), state="active",
        scores_state="pending",
    )  # fmt: skip
    double.messages[id_] = {"id": id_, "address": envelope["address"], "sig": envelope["sig"]}
    pinned = {"address": envelope["address"], "sig": envelope["sig"], "hash": id_, "data": envelope["data"]}
    double.pinned[id_] = json.dumps(pinned, ensure_ascii=False, separators=(",", ":")).encode()
    return id_


def cast(double: HubDouble, proposal: str, number: int, choice: Any, power: float, created: int, **more: Any) -> Row:
    """Let a voter with a key sign a vote, and the double take it."""
    signer = KeySigner(sha256(f"voter {number}".encode()).digest())
    space = double.proposals[proposal]["space"]["id"]
    said = json.dumps(choice, separators=(",", ":")) if isinstance(choice, dict) else choice
    message = vote_message(
        voter=signer.address, space=space, proposal=bytes.fromhex(proposal[2:]), choice=said, timestamp=created, **more
    )
    envelope = json.loads(sign_envelope("Vote", message, signer))
    id_ = "0x" + message_id("Vote", message).hex()
    row = vote_row(proposal, {"voter": envelope["address"], "choice": choice, "vp": power}, created)
    row |= {"id": id_, "reason": message["reason"], "app": message["app"]}
    double.votes.setdefault(proposal, []).append(row)
    double.messages[id_] = {"id": id_, "address": envelope["address"], "sig": envelope["sig"]}
    pinned = {"address": envelope["address"], "sig": envelope["sig"], "hash": id_, "data": envelope["data"]}
    double.pinned[id_] = json.dumps(pinned, separators=(",", ":")).encode()
    return row


@contextmanager
def serving(double: HubDouble) -> Iterator[HubDouble]:
    """Serve a double on a free port of this machine."""

    def answer(asked: Request) -> Reply:
        question = json.loads(asked.body)
        name, rows = double.answer(question["query"], question["variables"])
        double.asked.append((name, question["variables"]))
        double.keys.append(asked.headers.get("x-api-key"))
        number = len(double.asked)
        refused = double.refuse(number)
        if refused is not None:
            return Reply(429, b"slower", headers=refused)
        made = double.change(name, rows, number)
        if isinstance(made, tuple):
            status, body, headers = made
            return Reply(status, body, headers=headers)
        return Reply(200, json.dumps({"data": {name: made}}, default=_number).encode())

    with serving_http(answer) as url:
        double.url = f"{url}/graphql"
        yield double


def _number(value: Decimal) -> float:
    return float(value)
