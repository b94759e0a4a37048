"""Checks 3, 11 and 90: the leaves hang under one signed root, and nothing contradicts what the verifier knows.

Whether the journal took every vote that was sent to it, and told time truly, cannot be seen from inside (`A_COMPLETE`,
`A_TIME`), except by a voter who kept a receipt.
"""

from __future__ import annotations

from chain import log_tree
from chain.checkpoint import Checkpoint, NoteError, open_note
from dao.record.case import Case, need
from dao.record.checks_settings import leaves
from dao.record.errors import RecordError
from dao.record.vote_receipt import check_receipt
from governance.settings import Journal
from governance.space import in_force


def journal_tree(case: Case) -> None:
    """All leaves stand at their indexes under one root (RFC 9162), and none knew an older block than one before it."""
    head = need(case.head)
    newest: dict[int, int] = {}
    for index, leaf in case.shown().items():
        chain_id, number, _ = leaf.block
        if number < newest.get(chain_id, 0):
            raise RecordError("E_LOG_INCONSISTENT", "block_order", index=index, number=number)
        newest[chain_id] = number
    case.root = log_tree.batch_root(head.size, head.leaf_hashes, head.proof)


def journal_checkpoint(case: Case) -> None:
    """The checkpoint names that root and size, and was signed with the key and for the origin of the settings."""
    head = need(case.head)
    journal, checkpoint = _opened(case)
    if (checkpoint.origin, checkpoint.size) != (journal.origin, head.size) or checkpoint.root != need(case.root):
        raise RecordError("E_NOTE", "other_tree", origin=checkpoint.origin, size=checkpoint.size)
    case.journal_key = journal.key


def _opened(case: Case) -> tuple[Journal, Checkpoint]:
    """Open the checkpoint with the key in force at the last leaf shown, or with one that was announced since: the
    checkpoint may be younger than any leaf of this record. Keys of older settings sign nothing any more.
    """
    shown = case.shown()
    last = max(shown)
    rows = need(case.settings_rows)
    ruling = in_force(leaves(rows), last + 1, shown[last].time)
    journals = [row.settings.journal for row in rows if row.index >= ruling.index]
    note = need(case.head).checkpoint
    for journal in journals[1:]:
        try:
            return journal, open_note(note, journal.origin, journal.key)
        except NoteError:
            continue
    return journals[0], open_note(note, journals[0].origin, journals[0].key)


def anchors_trust(case: Case) -> None:
    """Safe, settings, journal key and blocks are those that the verifier knows, where he knows any; and every vote that
    the journal's key acknowledged to him stands here.
    """
    trust, rows = case.trust, need(case.settings_rows)
    for row in rows:
        treasury = row.settings.treasury()
        if trust.safe is not None and (treasury.chain_id, treasury.address) != trust.safe:
            raise RecordError("E_SPLIT_VIEW", "safe", found=treasury.address, expected=trust.safe[1])
        if trust.settings and row.cid not in trust.settings:
            raise RecordError("E_SPLIT_VIEW", "settings", found=str(row.cid))
    if trust.journal_key is not None and need(case.journal_key) != trust.journal_key:
        raise RecordError("E_SPLIT_VIEW", "journal_key", found=need(case.journal_key), expected=trust.journal_key)
    known = {(block.chain_id, block.number): block.hash for block in trust.blocks}
    for block in sorted(case.blocks):
        if known.get((block.chain_id, block.number), block.hash) != block.hash:
            raise RecordError("E_SPLIT_VIEW", "block", number=block.number, chain_id=block.chain_id)
    journals = [row.settings.journal for row in rows]
    for receipt in trust.receipts:
        check_receipt(receipt, case.proposal, need(case.head).leaf_hashes, journals)
