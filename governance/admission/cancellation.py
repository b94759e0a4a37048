"""May this cancellation of a proposal enter the journal? The author's may, as long as votes may; an edit never.

A published proposal is never edited: if Snapshot knows an UpdateProposal for an id, nothing of it is released
(`E_REVISION`, H98), so such a message is no fact that a journal takes, but a reason to release nothing. Nobody cancels
for the author: Snapshot's CancelProposal names its sender, and the guardian has his veto.
"""

from __future__ import annotations

from chain.address import checksum
from governance.admission.vote import OpenProposal
from governance.admission.window import AdmissionError, refuse_ahead, time_of
from governance.envelope import Envelope, Policy, check_signature
from governance.messages import proposal_id


def admit_cancel(
    envelope: Envelope, proposal: OpenProposal, author: bytes, leaf_time: int, policy: Policy = "strict"
) -> None:
    """Return if this `delete-proposal` message may cancel the proposal at `leaf_time` (Unix seconds), or raise."""
    if envelope.action == "update-proposal":
        raise AdmissionError("E_REVISION", "update", id=proposal.id)
    if envelope.action != "delete-proposal":
        raise AdmissionError("E_TYPES", "old", action=envelope.action, expected="delete-proposal")
    space = envelope.message["space"]
    if space != proposal.space:
        raise AdmissionError("E_SPACE", "cancel", space=space, expected=proposal.space)
    named = proposal_id(envelope)
    if named != proposal.id:
        raise AdmissionError("E_PROPOSAL", "other", id=named, expected=proposal.id)
    if envelope.address != author:
        raise AdmissionError("E_PROPOSAL", "not_author", by=checksum(envelope.address), author=checksum(author))
    timestamp = time_of(envelope.message, "timestamp")
    refuse_ahead(timestamp, leaf_time)
    if proposal.closed or leaf_time > proposal.end:
        raise AdmissionError("E_WINDOW", "too_late", timestamp=timestamp, leaf_time=leaf_time, end=proposal.end)
    check_signature(envelope, policy)
