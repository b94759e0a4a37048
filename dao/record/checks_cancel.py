"""Check 26: whether the author cancelled the proposal, and that nothing came of it afterwards.

A cancelled proposal keeps its number and its votes, and decides nothing: no close, no result, no payout stands beside
it, and the checks of those are not due. That no cancellation was sent elsewhere is assumed (`A_NO_UPDATE`).
"""

from __future__ import annotations

from dao.record.case import Case, Row, cid_of, need, refuse_strangers
from dao.record.checks_vote import open_proposal_of
from dao.record.errors import RecordError
from governance.admission import admit_cancel
from governance.messages import read_envelope

_AFTERWARDS = ("vote", "closed", "power", "result", "act", "queued", "executed")
"""Kinds of facts that a cancelled proposal cannot have any more."""


def proposal_cancel(case: Case) -> None:
    """If it was cancelled: by its author, while votes were taken, once; and nothing of it followed."""
    row = _only(case)
    if row is None:
        return
    case.is_cancel_refused = True  # until all of it is true
    policy = need(case.settings).admission
    envelope = read_envelope(case.get(cid_of(row, "envelope")), policy)
    if envelope.id != row.leaf.body["id"] or row.index < need(case.proposal_row).index:
        raise RecordError("E_LOG_INCONSISTENT", "cancel_id", index=row.index)
    closed = any(found.index < row.index for found in case.rows("closed", proposal=case.proposal))
    open_proposal = open_proposal_of(case)._replace(closed=closed)
    admit_cancel(envelope, open_proposal, need(case.envelope).address, row.leaf.time, policy)
    for later in case.rows_of(*_AFTERWARDS):
        if later.index > row.index and later.leaf.body["proposal"] == case.proposal:
            raise RecordError("E_STATE", "cancelled", index=row.index, time=row.leaf.time)
    for kind in ("closed", "power"):  # the checks that would look at them are not due
        refuse_strangers(case, kind, proposal=case.proposal)
    case.cancelled, case.released, case.is_cancel_refused = row, False, False


def _only(case: Case) -> Row | None:
    rows = list(case.rows("cancel", proposal=case.proposal))
    if len(rows) > 1:
        raise RecordError("E_LOG_INCONSISTENT", "one_of", kind="cancel", count=len(rows))
    return rows[0] if rows else None
