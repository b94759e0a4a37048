"""Every Safe transaction that the journal queued, for any proposal: a hash is queued once, a nonce has one hash.

A Safe's transaction does not say which proposal it pays. Two parts that make the same calls with the same nonce would
share one hash, and one payment would count twice; two transactions with one nonce exclude each other for ever. So all
of them are looked at together, also those of proposals whose votes are not at hand.
"""

from __future__ import annotations

from chain.safe import safe_tx_hash
from dao.record.case import Case, Queued, Row, cid_of
from dao.record.errors import RecordError
from dao.record.safe_tx_block import read_safe_tx


def read_queue(case: Case) -> list[Queued]:
    """All queued transactions in journal order, each with the hash that its bytes have (`E_HASH_MISMATCH`) and that no
    other of them has (`E_DOUBLE_PAY`).
    """
    found: list[Queued] = []
    hashes: set[bytes] = set()
    for row in case.rows("queued"):
        tx = read_safe_tx(case.get(cid_of(row, "safe_tx")))
        hash_ = safe_tx_hash(tx)
        if hash_ != row.leaf.body["hash"]:
            raise RecordError("E_HASH_MISMATCH", "hash", expected=hash_, found=row.leaf.body["hash"])
        if hash_ in hashes:
            raise RecordError("E_DOUBLE_PAY", "same_hash", hash=hash_, index=row.index)
        hashes.add(hash_)
        found.append(Queued(row, tx, hash_, payout_of(row)))
    return found


def spent_before(case: Case, queue: list[Queued], safe: tuple[int, bytes], index: int) -> dict[int, bytes]:
    """Nonces of a Safe that booked executions, rejections and housekeeping spent before a leaf, with the hashes that
    spent them.
    """
    by_hash = {queued.hash: queued for queued in queue}
    spent: dict[int, bytes] = {}
    for row in case.rows("executed"):
        queued = by_hash.get(bytes(row.leaf.body["hash"]))  # type: ignore[call-overload]
        if queued is not None and row.index < index and (queued.tx.chain_id, queued.tx.safe) == safe:
            spent[queued.tx.nonce] = queued.hash
    for row in case.rows_of("spent", "housekept"):
        tx = read_safe_tx(case.get(cid_of(row, "safe_tx")))
        if row.index < index and (tx.chain_id, tx.safe) == safe:
            spent[tx.nonce] = safe_tx_hash(tx)
    return spent


def live(case: Case, queue: list[Queued], payout: tuple[bytes, int], index: int) -> list[Queued]:
    """The transactions of a payout that could still be executed at leaf `index`: those that somebody had signed before,
    and whose nonces nothing had spent. What nobody signed is waste paper.
    """
    found = []
    for queued in queue:
        signed = any(row.index < index for row in case.rows("confirmation", hash=queued.hash))
        if queued.payout == payout and signed:
            spent = spent_before(case, queue, (queued.tx.chain_id, queued.tx.safe), index)
            if spent.get(queued.tx.nonce, queued.hash) == queued.hash:
                found.append(queued)
    return found


def payout_of(row: Row) -> tuple[bytes, int]:
    """The payout that a `queued`, `executed` or `ended` leaf speaks of."""
    proposal, part = row.leaf.body["proposal"], row.leaf.body["part"]
    assert isinstance(proposal, bytes), "the leaf's schema says so"
    assert isinstance(part, int), "the leaf's schema says so"
    return proposal, part
