"""Steps of a document before its proposal: what its author does with the text alone, signed in our EIP-712 domain.

`DocumentStep(string space,uint256 iip,string event,bytes32 document,string reason,uint64 timestamp)`: the author puts a
text under review, revises it, freezes it for its last call, changes it there after all, brings it back after a missed
quorum or when it was stagnant, or withdraws it and says why. Decided here: the form of a step and who signed it.
Whether it may be taken is decided by `governance.admission`, whether the state allows it by `proposals.lifecycle` and
`proposals.periods`. From the proposal on, Snapshot's messages speak.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chain import address, signature
from chain.signer import Signer, TypedData
from governance.errors import GovernanceError
from governance.own_envelope import Form
from proposals.text_safety import text_findings

BRING = ("submit_for_review", "revise", "resubmit", "normative_change")
"""Events with which the author brings a text."""
EVENTS = (*BRING, "withdraw", "freeze", "resurrect")
"""The lifecycle's events that the author of a document signs."""
MAX_BYTES = 8192
REASON_MAX = 1000
"""Characters of the reason, which is shown in one line."""

_IIP_MAX = 999_999_999


class DocumentStepError(GovernanceError):
    """A step of a document that is malformed."""


_FORM = Form(
    "step",
    "DocumentStep",
    (
        ("space", "string"), ("iip", "uint256"), ("event", "string"),
        ("document", "bytes32"), ("reason", "string"), ("timestamp", "uint64"),
    ),
    max_bytes=MAX_BYTES,
    error=DocumentStepError,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentStep:
    """One step as it was received."""

    raw: bytes
    address: bytes
    signature: bytes
    id: bytes
    """The EIP-712 digest; it does not name the signer, who must be the author of the number."""
    space: str
    iip: int
    event: str
    document: bytes
    """SHA-256 digest of the document's CID."""
    reason: str
    """Why it is withdrawn; empty for every other event."""
    timestamp: int


def step_message(
    *, space: str, iip: int, event: str, document: bytes, reason: str, timestamp: int
) -> dict[str, object]:
    """Build the message of a step."""
    return {
        "space": space,
        "iip": iip,
        "event": event,
        "document": "0x" + document.hex(),
        "reason": reason,
        "timestamp": timestamp,
    }


def typed_step(message: Mapping[str, object]) -> TypedData:
    """Return what a wallet is shown of a step, and signs."""
    return _FORM.typed(message)


def sign_step(message: Mapping[str, object], signer: Signer) -> bytes:
    """Sign a step and write its envelope, in the shape of Snapshot's. What would be refused is refused before anybody
    signs; the envelope is read back and checked.
    """
    _check(message)
    raw = _FORM.seal(message, signer)
    check_step_signature(read_step(raw))
    return raw


def is_step(value: object) -> bool:
    """Whether a JSON value has the types of a step, whatever else is wrong with it."""
    return _FORM.is_claimed_by(value)


def read_step(raw: bytes) -> DocumentStep:
    """Read the envelope of a step; raise `DocumentStepError` (`E_ACT`, `E_VERSION` for an unknown event, `E_DOMAIN`,
    `E_TYPES`, `E_LIMIT`) or a refusal of `chain` for its text, numbers and hashes. Who signed is
    `check_step_signature`'s.
    """
    opened = _FORM.read(raw)
    message = opened.message
    id_ = _check(message)
    return DocumentStep(
        raw=raw,
        address=address.parse(opened.address),
        signature=signature.parse_hex(opened.signature),
        id=id_,
        space=message["space"],
        iip=message["iip"],
        event=message["event"],
        document=bytes.fromhex(message["document"][2:]),
        reason=message["reason"],
        timestamp=message["timestamp"],
    )


def check_step_signature(step: DocumentStep) -> bytes:
    """Return the signer, which is the step's address; raise `E_SIG_…` otherwise. Contracts cannot take steps yet."""
    signature.check(step.id, step.signature, step.address)
    return step.address


def _check(message: Mapping[str, object]) -> bytes:
    """Return the message's digest; raise for what no step says."""
    id_ = _FORM.digest(message)
    event, iip, reason = message["event"], message["iip"], message["reason"]
    assert isinstance(iip, int), "an unsigned integer in the message's types"
    assert isinstance(reason, str), "a string in the message's types"
    if event not in EVENTS:
        raise DocumentStepError("E_VERSION", "step_event", event=ascii(event)[:40], known=", ".join(EVENTS))
    if not 1 <= iip <= _IIP_MAX:
        raise DocumentStepError("E_ACT", "step_iip", iip=iip, limit=_IIP_MAX)
    if (event == "withdraw") != bool(reason.strip()):
        raise DocumentStepError("E_ACT", "step_reason", event=event)
    if len(reason) > REASON_MAX:
        raise DocumentStepError("E_LIMIT", "step_reason", size=len(reason), limit=REASON_MAX)
    found = {finding.code for finding in text_findings([reason])}
    if "E_BIDI" in found:
        raise DocumentStepError("E_BIDI", "step_reason")
    if found or reason != reason.strip() or "\n" in reason:
        raise DocumentStepError("E_TEXT", "step_reason")
    return id_
