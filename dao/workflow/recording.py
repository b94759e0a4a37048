"""Writing the decision record of a proposal from the journal."""

from __future__ import annotations

from chain import log_tree
from chain.checkpoint import Checkpoint, sign
from dao.record import pack
from dao.record.story import select
from dao.workflow.desk import Desk


def write_record(desk: Desk, proposal: bytes, journal_key: bytes, origin: str) -> bytes:
    """The record's bytes under a checkpoint of the journal as it is now, signed with the journal's Ed25519 key."""
    hashes = desk.journal.leaf_hashes()
    note = sign(Checkpoint(origin, len(hashes), log_tree.root(hashes)), origin, journal_key)
    chosen = select(desk.journal.leaves, proposal, desk.get)
    return pack.write(chosen, hashes, note, proposal, desk.get)
