"""`governance.rebuilding`: votes rebuilt from a hub's rows in every type that there ever was, and who signed them."""

from __future__ import annotations

import json
import subprocess
from hashlib import sha256
from typing import Any

import pytest

from chain import signature
from chain.address import checksum
from chain.signer import KeySigner
from governance.hub_answer import read_hub_json
from governance.hub_votes import HubMessage, HubVote, read_votes
from governance.message_types import DOMAIN, MessageType, registry
from governance.rebuilding import check_signatures, rebuild
from tests.governance.counting.test_snapshot_js import FOLDER, need_snapshot_js
from tests.hub_double import HubDouble, cast, proposal_row, vote_row

PROPOSAL, SPACE = "0x" + "ab" * 32, "club.eth"
KEY = sha256(b"a voter").digest()
VOTER = KeySigner(KEY).address
CHOICES: dict[str, tuple[Any, Any]] = {
    "vote": (2, 2), "vote-array": ([3, 1], [3, 1]), "vote-string": ({"1": 0.5, "3": 2}, '{"1":0.5,"3":2}'),
}  # fmt: skip
"""By action: what a hub shows, and what was signed."""
KINDS = [kind for kind in registry().values() if kind.action in CHOICES and not kind.starknet]


def signed_row(kind: MessageType, metadata: str = "", **shown: Any) -> tuple[HubVote, HubMessage]:
    """A vote that was signed in these types, as a hub shows it, with `shown` in place of what it should show."""
    choice, said = CHOICES[kind.action]
    members = {
        "from": checksum(VOTER), "space": SPACE, "timestamp": 1_700_000_000, "proposal": PROPOSAL, "choice": said,
        "reason": "because", "app": "snapshot", "metadata": metadata,
    }  # fmt: skip
    names = [field.name for field in kind.types["Vote"]]
    id_ = kind.digester(DOMAIN)({name: members[name] for name in names})
    row = vote_row(PROPOSAL, {"voter": checksum(VOTER), "choice": choice, "vp": 1}, 1_700_000_000)
    row |= {"id": "0x" + id_.hex(), "reason": "because", **shown}
    parsed: Any = read_hub_json(json.dumps(row).encode())
    (vote,) = read_votes([parsed])
    return vote, HubMessage(checksum(VOTER), "0x" + signature.sign(id_, KEY).hex())


def status(vote: HubVote, message: HubMessage | None) -> tuple[str, str]:
    (found,) = check_signatures([vote], SPACE, PROPOSAL, {} if message is None else {vote.id: message})
    return found.status, found.code


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.sha256[:8])
def test_every_type_that_there_was(kind: MessageType) -> None:
    """With what either client writes for no metadata; a changed member fits no message."""
    for metadata in ("", "{}"):
        vote, message = signed_row(kind, metadata)
        assert ("signed", "") == status(vote, message)
        assert vote.id == "0x" + (rebuild(vote, SPACE, PROPOSAL) or b"").hex()
    for changed in ({"choice": 1}, {"created": 1_700_000_001}, {"choice": True}, {"choice": None}, {"choice": "1"}):
        assert ("unknown", "") == status(*signed_row(kind, **changed))
    assert rebuild(vote, "other.eth", PROPOSAL) is None


def test_all_36_types_are_tried() -> None:
    assert 36 == len(KINDS)


def test_who_signed() -> None:
    """The voter, somebody else, an alias that the hub names, a contract, nobody."""
    vote, good = signed_row(KINDS[0])
    other = KeySigner(sha256(b"another").digest())
    foreign = "0x" + signature.sign(bytes.fromhex(vote.id[2:]), sha256(b"another").digest()).hex()

    assert ("bad", "E_SIG_SIGNER") == status(vote, HubMessage(checksum(VOTER), foreign))
    assert ("alias", "") == status(vote, HubMessage(checksum(other.address), foreign))
    assert ("bad", "E_SIG_SIGNER") == status(vote, HubMessage(checksum(b"\x01" * 20), foreign))
    assert ("contract", "E_1271_UNCHECKED") == status(vote, HubMessage(checksum(VOTER), "0x"))
    assert ("bad", "E_SIG_LEN") == status(vote, HubMessage(checksum(VOTER), good.sig[:-2]))
    assert ("bad", "E_SIG_RANGE") == status(vote, HubMessage(checksum(VOTER), "0x" + "00" * 65))
    assert ("none", "") == status(vote, None)
    assert ("none", "") == status(vote, HubMessage(checksum(VOTER), ""))


def test_the_double_signs_what_snapshot_js_takes() -> None:
    """Ids and signatures of the double's voters are those of Snapshot's own code."""
    need_snapshot_js()
    double = HubDouble()
    double.proposals[PROPOSAL] = proposal_row(PROPOSAL, SPACE, "weighted", ["A", "B"], 3)
    for number, choice in enumerate([1, [2, 1], {"1": 1, "2": 3}]):
        cast(double, PROPOSAL, number, choice, 1.5, 1_700_000_100 + number)
    lines = b"\n".join(double.pinned.values()) + b"\n"
    done = subprocess.run(["node", str(FOLDER / "verify.mjs")], input=lines, capture_output=True, check=True)

    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [{"id": id_, "signed": True} for id_ in double.pinned] == told
