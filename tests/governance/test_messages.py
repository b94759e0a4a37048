"""`governance.messages`: what we write is what today's clients write, and what our own reader takes."""

from __future__ import annotations

import json

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from hypothesis import given
from hypothesis import strategies as st

from chain.errors import CodedError
from governance.messages import (
    cancel_message,
    check_signature,
    current_type,
    envelope_json,
    message_id,
    proposal_id,
    proposal_message,
    read_envelope,
    sign_envelope,
    typed_message,
    vote_message,
)
from tests.governance.space_values import NOW, SPACE, key, person, signed_vote, signer

PROPOSAL = proposal_message(
    author=person("alice"), space=SPACE, timestamp=NOW, title="Fund the audit", body="# Why\n",
    choices=["For", "Against"], start=NOW + 1, end=NOW + 2, snapshot=7, plugins="{}",
)  # fmt: skip
CANCEL = cancel_message(author=person("alice"), space=SPACE, proposal=b"\x22" * 32, timestamp=NOW)


def vote(choice: object) -> dict[str, object]:
    """A vote's message with this choice."""
    return vote_message(voter=person("alice"), space=SPACE, proposal=b"\x22" * 32, choice=choice, timestamp=NOW)


@pytest.mark.parametrize(
    ("primary", "message", "action"),
    [
        ("Proposal", PROPOSAL, "proposal"),
        ("CancelProposal", CANCEL, "delete-proposal"),
        ("Vote", vote(2), "vote"),
        ("Vote", vote([2, 1]), "vote-array"),
        ("Vote", vote('{"1":1}'), "vote-string"),
    ],
)
def test_messages_are_written_and_read_back(primary: str, message: dict[str, object], action: str) -> None:
    """Each kind is signed, written in the clients' order of members, and read back as itself."""
    raw = sign_envelope(primary, message, signer("alice"))

    envelope = read_envelope(raw)

    assert ["address", "sig", "data"] == list(json.loads(raw))
    assert ["domain", "types", "message"] == list(json.loads(raw)["data"])
    assert (action, message) == (envelope.action, dict(envelope.message))
    assert person("alice") == check_signature(envelope)
    assert raw == json.dumps(json.loads(raw), separators=(",", ":")).encode()


@pytest.mark.parametrize(
    ("primary", "message"), [("Proposal", PROPOSAL), ("CancelProposal", CANCEL), ("Vote", vote(2))]
)
def test_a_wallet_signs_the_same_bytes(primary: str, message: dict[str, object]) -> None:
    """eth_account, given the payload that a wallet is given, makes the signature that we make."""
    payload = typed_message(primary, message).to_json()
    signed = Account.sign_message(encode_typed_data(full_message=payload), key("alice"))

    raw = envelope_json(primary, message, person("alice"), bytes(signed.signature))

    assert sign_envelope(primary, message, signer("alice")) == raw


def test_the_form_of_the_choice_chooses_the_types() -> None:
    """A list is a `vote-array`; a type that is not written here is refused."""
    assert "vote-array" == current_type("Vote", {"choice": [1]}).action
    with pytest.raises(CodedError) as caught:
        current_type("Settings", {})
    assert ("E_TYPES", "builder") == (caught.value.code, caught.value.reason)


def test_a_vote_names_its_proposal() -> None:
    """The 32 bytes behind the text; old ids, capitals and short ones are refused."""
    assert b"\x11" * 32 == proposal_id(read_envelope(signed_vote()))
    for text in ("Qm" + "1" * 44, "0x" + "AB" * 32, "0x" + "ab" * 31, "0x" + "zz" * 32, "0x" + " a" * 32, ""):
        message = vote(1) | {"proposal": text}
        with pytest.raises(CodedError) as caught:
            proposal_id(read_envelope(sign_envelope("Vote", message, signer("alice"))))
        assert "E_PROPOSAL" == caught.value.code


def test_nothing_is_written_that_would_be_refused() -> None:
    """A choice of 0, a time below zero: refused when writing, as when reading."""
    for message in (vote(0), vote([]), vote(1) | {"timestamp": -1}, vote(1) | {"extra": ""}):
        with pytest.raises(CodedError):
            sign_envelope("Vote", message, signer("alice"))


@given(
    reason=st.text(max_size=200).filter(lambda text: "\0" not in text and text.isprintable()),
    choice=st.integers(1, 2**32 - 1),
    timestamp=st.integers(0, 2**63),
)
def test_whatever_is_said_in_a_vote_comes_back(reason: str, choice: int, timestamp: int) -> None:
    """Text and numbers survive signing, writing and reading, and the id is what a wallet would sign."""
    message = vote(choice) | {"reason": reason, "timestamp": timestamp}

    envelope = read_envelope(sign_envelope("Vote", message, signer("alice")))

    assert message == dict(envelope.message)
    assert message_id("Vote", message) == envelope.id
