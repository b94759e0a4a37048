"""Part of check 24: the proposals that this one supersedes stood when it was published.

Each is a proposal of this space that had passed and was not over. That it passed is said here by its result, and proved
in its own record: superseding what never passed would do nothing.
"""

from __future__ import annotations

from dao.record.case import Case, Row, cid_of, need
from dao.record.errors import RecordError
from governance.commitment import Commitment, read_commitment
from governance.messages import Envelope, check_signature, read_envelope
from proposals.parts import decode_parts


def known_older(case: Case, row: Row) -> frozenset[bytes]:
    """Ids of the superseded proposals whose leaves stand before this one, in the same space."""
    return frozenset(id_ for id_, other in case.older.items() if _envelope(case, other, row) is not None)


def check_older(case: Case, row: Row) -> None:
    """Raise `E_STATE` for one that had not passed, or of which nothing was left. All are known (`known_older`)."""
    for id_ in need(case.commitment).supersedes:
        other = case.older[id_]
        results = [found for found in other.rows("result", proposal=id_) if found.index < row.index]
        if not any(found.leaf.body["released"] for found in results):
            raise RecordError("E_STATE", "supersedes_undecided", id=id_)
        over = {
            found.leaf.body["part"]
            for found in other.rows_of("executed", "ended")
            if found.leaf.body["proposal"] == id_ and found.index < row.index
        }
        if len(over) >= _parts(case, other, row):
            raise RecordError("E_STATE", "supersedes_finished", id=id_)


def bound_by_older(case: Case, other: Case, row: Row) -> Commitment | None:
    """What a superseded proposal binds; None where it is not there."""
    envelope = _envelope(case, other, row)
    return None if envelope is None else read_commitment(envelope.message.get("plugins"))


def _parts(case: Case, other: Case, row: Row) -> int:
    """How many parts a superseded proposal has."""
    bound = bound_by_older(case, other, row)
    found = next(other.rows("parts", parts=None if bound is None else bound.parts), None)
    if found is None:
        raise RecordError("E_STATE", "supersedes_undecided", id=other.proposal)
    return len(decode_parts(other.get(cid_of(found, "parts"))))


def _envelope(case: Case, other: Case, row: Row) -> Envelope | None:
    """The message of a superseded proposal, signed by its author for this space, before this one."""
    for found in other.rows("proposal", id=other.proposal):
        envelope = read_envelope(other.get(cid_of(found, "envelope")))
        in_space = envelope.message.get("space") == need(case.settings).space
        if found.index < row.index and envelope.id == other.proposal and in_space:
            check_signature(envelope)
            return envelope
    return None
