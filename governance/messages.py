"""Snapshot's messages: built in today's types, signed, and (from `governance.envelope`) read and checked.

A builder fills in every member of the type, so what is signed is what is shown; it checks nothing about the space. A
written envelope is read back by the strict reader before it is handed out, so nothing leaves here that would be
refused on the way in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from chain.address import checksum
from chain.signer import Signer, TypedData
from governance.envelope import (
    MAX_BYTES,
    MAX_VOTE_BYTES,
    Envelope,
    Policy,
    check_signature,
    judge_signature,
    read_envelope,
)
from governance.message_types import DOMAIN, MessageError, MessageType, current, current_action

__all__ = [
    "APP", "DOMAIN", "MAX_BYTES", "MAX_VOTE_BYTES", "Envelope", "MessageError", "Policy", "cancel_message",
    "check_signature", "current_type", "envelope_json", "judge_signature", "message_id", "proposal_id",
    "proposal_message", "read_envelope", "sign_envelope", "typed_message", "vote_message",
]  # fmt: skip

APP = "mutual-dao"
"""What we write into a message's `app`; at most 24 characters."""


def proposal_message(
    *,
    author: bytes,
    space: str,
    timestamp: int,
    title: str,
    body: str,
    choices: Sequence[str],
    start: int,
    end: int,
    snapshot: int,
    plugins: str,
    voting: str = "basic",
    discussion: str = "",
    labels: Sequence[str] = (),
    privacy: str = "",
    app: str = APP,
) -> dict[str, object]:
    """Build a proposal. Times are Unix seconds, `snapshot` a block number, `plugins` the text of a commitment."""
    return {
        "from": checksum(author),
        "space": space,
        "timestamp": timestamp,
        "type": voting,
        "title": title,
        "body": body,
        "discussion": discussion,
        "choices": list(choices),
        "labels": list(labels),
        "start": start,
        "end": end,
        "snapshot": snapshot,
        "plugins": plugins,
        "privacy": privacy,
        "app": app,
    }


def vote_message(
    *,
    voter: bytes,
    space: str,
    proposal: bytes,
    choice: int | Sequence[int] | str,
    timestamp: int,
    reason: str = "",
    app: str = APP,
    metadata: str = "",
) -> dict[str, object]:
    """Build a vote: a 1-based number, a list of numbers, or the JSON text of weights (`{"1":2,"3":1}`)."""
    return {
        "from": checksum(voter),
        "space": space,
        "timestamp": timestamp,
        "proposal": "0x" + proposal.hex(),
        "choice": choice if isinstance(choice, int | str) else list(choice),
        "reason": reason,
        "app": app,
        "metadata": metadata,
    }


def cancel_message(*, author: bytes, space: str, proposal: bytes, timestamp: int) -> dict[str, object]:
    """Build the cancellation of a proposal."""
    return {"from": checksum(author), "space": space, "timestamp": timestamp, "proposal": "0x" + proposal.hex()}


def current_type(primary: str, message: Mapping[str, object]) -> MessageType:
    """Return today's types of a message by its primary type, as `Proposal` or `Follow`.

    A vote's follow from its choice's form. Another primary type is `E_TYPES`.
    """
    if primary == "Vote":
        choice = message["choice"]
        return current(
            "vote-string" if isinstance(choice, str) else "vote-array" if isinstance(choice, list) else "vote"
        )
    action = current_action(primary)
    if action is None:
        raise MessageError("E_TYPES", "builder", primary=primary)
    return current(action)


def message_id(primary: str, message: Mapping[str, object]) -> bytes:
    """Return the 32 bytes that a wallet signs for a message in today's types: its id."""
    return current_type(primary, message).digester(DOMAIN)(message)


def typed_message(primary: str, message: Mapping[str, object]) -> TypedData:
    """Return what a wallet is shown of a message, and signs."""
    return TypedData(DOMAIN, current_type(primary, message).types, primary, message)


def envelope_json(primary: str, message: Mapping[str, object], address: bytes, signed: bytes) -> bytes:
    """Write an envelope as Snapshot's clients do, compact and in their order of members; read it back and check it."""
    envelope = {
        "address": checksum(address),
        "sig": "0x" + signed.hex(),
        "data": {"domain": dict(DOMAIN), "types": current_type(primary, message).to_json(), "message": dict(message)},
    }
    try:
        raw = json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError as error:
        raise MessageError("E_TEXT", "json_surrogate", text=ascii(error.object[error.start :][:80])) from None
    read_envelope(raw)
    return raw


def sign_envelope(primary: str, message: Mapping[str, object], signer: Signer) -> bytes:
    """Sign a message and write its envelope. The signer must be the message's `from` (`E_SIG_SIGNER`)."""
    raw = envelope_json(primary, message, signer.address, signer.sign_typed(typed_message(primary, message)))
    check_signature(read_envelope(raw))
    return raw


def proposal_id(envelope: Envelope) -> bytes:
    """Return the 32-byte id of the proposal that a vote or a cancellation names, or refuse it (`E_PROPOSAL`).

    Ids from before 2022 (`Qm…`) name no message whose digest could be compared.
    """
    text = envelope.message.get("proposal")
    if not isinstance(text, str) or len(text) != 66 or text[:2] != "0x" or text != text.lower():
        raise MessageError("E_PROPOSAL", "form", proposal=ascii(text)[:80])
    try:
        return bytes.fromhex(text[2:])
    except ValueError:
        raise MessageError("E_PROPOSAL", "form", proposal=ascii(text)[:80]) from None
