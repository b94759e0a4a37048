"""Cancelling: the author takes a proposal back while votes are taken; its votes are kept, and it decides nothing."""

from __future__ import annotations

from chain.signer import Signer
from dao.record.case import due, need
from dao.workflow.desk import REQUIRED, Blocks, Desk, Fact
from governance.messages import cancel_message, proposal_id, read_envelope, sign_envelope


def cancel(desk: Desk, proposal: bytes, author: Signer) -> int:
    """Sign and take the cancellation of an open proposal; return the leaf's index."""
    return take_cancel(desk, sign(desk, proposal, author))


def take_cancel(desk: Desk, raw: bytes) -> int:
    """Take a signed `CancelProposal` with the entry that gives back what the vote asked for."""
    envelope = read_envelope(raw, "snapshot")  # check 26 holds it to the settings' own policy
    proposal = proposal_id(envelope)
    due(desk.case(proposal, *REQUIRED["proposal"]))
    blocks = Blocks()
    fact = Fact("cancel", {"id": envelope.id, "proposal": proposal, "envelope": blocks.raw(raw)})
    index = desk.take([fact], blocks, proposal)[0]
    desk.keep(proposal)
    return index


def sign(desk: Desk, proposal: bytes, author: Signer) -> bytes:
    """Sign the cancellation of a proposal, and take it nowhere; return its envelope."""
    space = need(desk.case(proposal, 10, 20, 21).settings).space
    message = cancel_message(author=author.address, space=space, proposal=proposal, timestamp=desk.now())
    return sign_envelope("CancelProposal", message, author)
