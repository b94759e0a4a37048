"""What Snapshot's page signs and sends today, by its own client (`sx` from npm), against what is signed and sent here.

The client talks to the double of the sequencer over HTTP, so what the double takes, refuses and answers is also what
Snapshot's own client takes for an answer. Installed at test time (`tests/npm/sx`); skips without, and fails instead
with CI=true. What it cannot check, because it does not do it: see ADR 0021.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from chain.address import checksum
from governance.message_types import CURRENT, TODAY, registry
from governance.messages import message_id, proposal_message, sign_envelope
from tests.dao.cli.test_snapshot_commands import KEY, NOW, SPACE, VOTER, Dao, ends, seq
from tests.hub_double import propose
from tests.sequencer_double import RELAYER, SequencerDouble

FOLDER = Path(__file__).resolve().parents[2] / "npm" / "sx"
SYSTEMS: dict[str, tuple[tuple[str, ...], Any]] = {
    "basic": (("2",), 2),
    "single-choice": (("3",), 3),
    "approval": (("3", "1"), [3, 1]),
    "ranked-choice": (("2", "1", "3"), [2, 1, 3]),
    "copeland": (("3", "2", "1"), [3, 2, 1]),
    "weighted": (("2=0.5", "1=3"), {"1": 3, "2": 0.5}),
    "quadratic": (("3", "1"), {"1": 1, "3": 1}),
}
"""Each voting system: a choice as it is typed here, and as Snapshot's page hands it to its client."""
ACTIONS = {
    "basicVoteTypes": "vote", "singleChoiceVoteTypes": "vote", "approvalVoteTypes": "vote-array",
    "rankedChoiceVoteTypes": "vote-array", "encryptedVoteTypes": "vote-string", "weightedVoteTypes": "vote-string",
    "proposeTypes": "proposal", "updateProposalTypes": "update-proposal", "cancelProposalTypes": "delete-proposal",
    "flagProposalTypes": "flag-proposal", "aliasTypes": "alias", "updateSpaceTypes": "settings",
    "createSpaceTypes": "settings", "deleteSpaceTypes": "delete-space",
}  # fmt: skip
"""Its types that are those we write, by their name there."""
BESIDE = {"followSpaceTypes": "follow", "unfollowSpaceTypes": "unfollow", "updateUserTypes": "profile",
          "updateStatementTypes": "statement"}  # fmt: skip
"""Its types that snapshot.js writes otherwise; both are known."""

__all__ = ["seq"]


def sx(*asked: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Let the client sign, and send where a line says so: its types, and its answers."""
    if shutil.which("node") is None or not (FOLDER / "node_modules").is_dir():
        install = "npm ci --prefix tests/npm/sx --ignore-scripts --omit=optional"
        reason = f"Snapshot's client is not installed; Node and `{install}` install it"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    lines = "".join(json.dumps({"key": "0x" + KEY.hex(), **line}) + "\n" for line in asked)
    command = ["node", str(FOLDER / "client.mjs")]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=True)
    types, *answers = map(json.loads, done.stdout.splitlines())
    return types, answers


def ours(body: bytes) -> dict[str, Any]:
    """An envelope in the client's words."""
    envelope = json.loads(body)
    return {"address": envelope["address"], "signature": envelope["sig"], **envelope["data"]}


def test_its_types_are_ours(seq: SequencerDouble) -> None:
    """Every types object of the client has the hash of the registry, and what is written here are the same bytes."""
    types, _ = sx()
    found = {name: sha256(json.dumps(one, separators=(",", ":")).encode()).hexdigest() for name, one in types.items()}

    assert found.keys() == ACTIONS.keys() | BESIDE.keys()
    assert {name: CURRENT[action] for name, action in ACTIONS.items()} == {name: found[name] for name in ACTIONS}
    assert {name: registry()[found[name]].action for name in BESIDE} == BESIDE
    assert set(found.values()) <= TODAY


def test_every_voting_system_is_signed_as_the_page_does(dao: Dao, seq: SequencerDouble) -> None:
    """`dao snapshot vote` and the client sign one vote of each system to the same id and the same 65 bytes, copeland
    among them; whichever comes second is a `duplicate message` to the sequencer, and the client reads it as that.
    """
    ids = {
        system: propose(seq.hub, SPACE, 10 + number, NOW, voting=system, choices=["A", "B", "C"])
        for number, system in enumerate(SYSTEMS)
    }
    for system, (typed, _) in SYSTEMS.items():
        told = dao("snapshot", "vote", ids[system], *typed, "--key-env", "VOTER_KEY", *ends(seq), "--json")
        assert (0, "sent") == (told.status, told.document.get("state")), told.document
    sent = [ours(body) for body in seq.received]
    data = [
        {
            "space": SPACE, "proposal": ids[system], "type": system, "choice": choice, "reason": "",
            "app": "mutual-dao", "from": checksum(VOTER.address), "privacy": "none",
        }
        for system, (_, choice) in SYSTEMS.items()
    ]  # fmt: skip
    _, answers = sx(*({"action": "vote", "now": NOW + 100, "url": seq.url, "data": row} for row in data))

    assert sent == [answer["signed"] for answer in answers]
    assert ["duplicate message"] * 7 == [answer["error"] for answer in answers]
    assert len(set(ids.values())) == 7


def test_proposal_and_cancellation(dao: Dao, seq: SequencerDouble, tmp_path: Path) -> None:
    """The client's proposal is the one that is signed here, and the double takes it; and `dao snapshot cancel`
    signs what the client would have signed.
    """
    message = proposal_message(
        author=VOTER.address, space=SPACE, timestamp=NOW, title="T — 好", body="B\n😀", choices=["For", "Against"],
        start=NOW + 60, end=NOW + 3_660, snapshot=1, plugins='{"a":"\\u2028"}', labels=["a1"],
    )  # fmt: skip
    data = {name: value for name, value in message.items() if name not in ("from", "timestamp")}
    _, (proposed,) = sx({"action": "propose", "now": NOW, "url": seq.url, "data": data})
    id_ = "0x" + message_id("Proposal", message).hex()

    assert ours(sign_envelope("Proposal", message, VOTER)) == proposed["signed"]
    assert (None, id_) == (proposed["error"], proposed["answer"]["id"])
    assert RELAYER == proposed["answer"]["relayer"]["address"]

    (foreign,) = seq.hub.proposals
    seq.hub.proposals[foreign]["author"] = checksum(VOTER.address)
    assert 0 == dao("snapshot", "cancel", foreign, "--key-env", "VOTER_KEY", *ends(seq)).status
    data = {"space": SPACE, "proposal": foreign}
    _, (cancelled,) = sx({"action": "cancel", "now": NOW + 100, "data": data})
    assert ours(seq.received[-1]) == cancelled["signed"]


def test_it_reads_the_refusals(seq: SequencerDouble) -> None:
    """What the double refuses reaches a user of the client in the sequencer's words."""
    (id_,) = seq.hub.proposals
    vote = {"space": SPACE, "proposal": id_, "type": "basic", "choice": 1, "app": "", "privacy": "none"}
    late = {"from": checksum(VOTER.address)}
    _, answers = sx(
        {"action": "vote", "now": NOW + 100, "url": seq.url, "data": {**vote, **late, "choice": 3}},
        {"action": "vote", "now": NOW + 1_000, "url": seq.url, "data": {**vote, **late}},
        {"action": "vote", "now": NOW + 100, "url": seq.url, "data": {**vote, **late, "proposal": "0x" + "ee" * 32}},
    )

    assert ["invalid choice", "wrong timestamp", "unknown proposal"] == [answer["error"] for answer in answers]
