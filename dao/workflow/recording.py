"""Writing files from the journal: the decision record of a proposal, the receipt of a vote, and the journal itself for
those who follow it.
"""

from __future__ import annotations

from chain import log_tree
from chain.checkpoint import Checkpoint, sign
from dao.errors import UsageError
from dao.record import pack
from dao.record import vote_receipt as vote_receipts
from dao.record.export import write_export
from dao.record.story import select
from dao.workflow.desk import Desk
from dao.workflow.proposing import settings_in_force


def write_record(desk: Desk, proposal: bytes, journal_key: bytes, origin: str) -> bytes:
    """The record's bytes under a checkpoint of the journal as it is now, signed with the journal's Ed25519 key."""
    hashes = desk.journal.leaf_hashes()
    note = sign(Checkpoint(origin, len(hashes), log_tree.root(hashes)), origin, journal_key)
    return write_record_under(desk, proposal, note)


def write_record_under(desk: Desk, proposal: bytes, note: bytes) -> bytes:
    """The record's bytes under a signed note of exactly the journal as it is here."""
    chosen = select(desk.journal.leaves, proposal, desk.get)
    return pack.write(chosen, desk.journal.leaf_hashes(), note, proposal, desk.get)


def signed_note(desk: Desk) -> bytes:
    """A signed note of the journal as it is: the writer's, made now or kept by a follower. Anchors and the kept
    checkpoint are compared first, so nobody signs a journal that was rewritten.
    """
    settings = settings_in_force(desk)
    desk.check_anchors(settings)
    return desk.note(settings.journal.origin)


def vote_receipt(desk: Desk, index: int) -> bytes:
    """The receipt of the vote at a leaf, under a signed note of the journal as it is now."""
    note, hashes = signed_note(desk), desk.journal.leaf_hashes()
    return vote_receipts.write_receipt(desk.journal.leaves[index].encode(), index, hashes, note)


def export(desk: Desk, since: int) -> bytes:
    """The journal from leaf `since` on, as one file; its checkpoint is kept here too."""
    size = len(desk.journal)
    if since >= size:
        raise UsageError("E_USAGE", "since", since=since, size=size)
    note = signed_note(desk)
    data = write_export(desk.journal.leaves, since, note, desk.get)
    desk.keep_note(note, settings_in_force(desk).journal.origin)
    return data
