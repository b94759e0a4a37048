"""`governance.admission.cancellation`: the author cancels before the end, and nobody edits."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from chain.errors import CodedError
from chain.signature import sign
from governance.admission import OpenProposal, admit_cancel
from governance.envelope import Envelope
from governance.message_types import DOMAIN, current
from governance.messages import cancel_message, check_signature, read_envelope, sign_envelope
from tests.governance.space_values import NOW, SPACE, key, person, signed_vote, signer, spelled

ID = b"\x11" * 32
PROPOSAL = OpenProposal(id=ID, space=SPACE, voting="basic", choices=3, start=NOW, end=NOW + 1_000)


def cancel(by: str = "alice", **members: Any) -> Envelope:
    """A signed cancellation."""
    told = {"author": person(by), "space": SPACE, "proposal": ID, "timestamp": NOW} | members
    return read_envelope(sign_envelope("CancelProposal", cancel_message(**told), signer(by)))


def refusal(envelope: Envelope, leaf_time: int = NOW, **changed: Any) -> tuple[str, str]:
    """Return code and reason with which a cancellation is refused."""
    with pytest.raises(CodedError) as caught:
        admit_cancel(envelope, PROPOSAL._replace(**changed), person("alice"), leaf_time)
    return caught.value.code, caught.value.reason


def test_the_author_cancels_as_long_as_votes_are_taken() -> None:
    """Also before the start, and in the last second."""
    for leaf_time in (NOW - 100, NOW, NOW + 1_000):
        admit_cancel(cancel(), PROPOSAL, person("alice"), leaf_time)


def test_others_and_latecomers_do_not() -> None:
    """Another person, another proposal or space, a time after the end or far ahead."""
    assert ("E_PROPOSAL", "not_author") == refusal(cancel("mallory"))
    assert ("E_PROPOSAL", "other") == refusal(cancel(proposal=bytes(32)))
    assert ("E_SPACE", "cancel") == refusal(cancel(space="4f.devnet"))
    assert ("E_WINDOW", "too_late") == refusal(cancel(), NOW + 1_001)
    assert ("E_WINDOW", "too_late") == refusal(cancel(), closed=True)
    assert ("E_WINDOW", "ahead") == refusal(cancel(timestamp=NOW + 301))
    assert ("E_TYPES", "old") == refusal(read_envelope(signed_vote()))
    assert "E_SIG_SIGNER" == refusal(replace(cancel(), signature=sign(bytes(32), key("mallory"))))[0]


def test_H98_edit_of_a_published_proposal() -> None:
    """An UpdateProposal that swaps the choices, soundly signed by the author, is no fact that a journal takes."""
    kind = current("update-proposal")
    message = {
        "proposal": "0x" + ID.hex(), "from": spelled("alice"), "space": SPACE, "timestamp": NOW, "type": "basic",
        "title": "IIP-1: Pay", "body": "", "discussion": "", "choices": ["Against", "For"], "labels": [],
        "plugins": "{}", "privacy": "",
    }  # fmt: skip
    signed = sign(kind.digester(DOMAIN)(message), key("alice"))
    data = {"domain": dict(DOMAIN), "types": kind.to_json(), "message": message}
    edit = read_envelope(json.dumps({"address": spelled("alice"), "sig": "0x" + signed.hex(), "data": data}).encode())

    assert person("alice") == check_signature(edit)
    assert ("E_REVISION", "update") == refusal(edit)
