"""Checks 59 and 64: nonces that were spent on nothing, and payouts that ended unpaid.

A payout ends when its time is over, or it was vetoed, superseded or terminated, *and* nothing of it can be executed any
more: nobody had signed its transaction, or another one has spent the nonce. Only then is its money available again. Of
another proposal's payout the cause stands in that one's own record; that it can never be paid is checked here all the
same, because what is available to this proposal depends on it.
"""

from __future__ import annotations

from chain.safe import safe_tx_hash
from dao.record.case import Case, cid_of, need, part_number
from dao.record.checks_dispute import frozen
from dao.record.checks_proposal import safe_version
from dao.record.checks_settings import settings_now
from dao.record.endings import check_dead
from dao.record.errors import RecordError
from dao.record.queue import payout_of
from dao.record.receipts import check_final, receipt_behind
from dao.record.safe_tx_block import read_safe_tx
from dao.record.windows import latest_of
from treasury.execution import check_execution
from treasury.rejection import is_rejection


def payout_spent(case: Case) -> None:
    """The Safe itself logged the success of an empty transaction, which pays nobody and spends its nonce."""
    queued = {row.leaf.body["hash"] for row in case.rows("queued")}
    seen: set[bytes] = set()
    for row in case.rows("spent"):
        tx = read_safe_tx(case.get(cid_of(row, "safe_tx")))
        hash_ = safe_tx_hash(tx)
        if hash_ != row.leaf.body["hash"]:
            raise RecordError("E_HASH_MISMATCH", "hash", expected=hash_, found=row.leaf.body["hash"])
        if not is_rejection(tx) or hash_ in queued:
            raise RecordError("E_NO_VOTE", "spent", index=row.index, nonce=tx.nonce)
        if hash_ in seen:
            raise RecordError("E_DUPLICATE", "spent", index=row.index, nonce=tx.nonce)
        seen.add(hash_)
        version = safe_version(settings_now(case, row.index, row.leaf.time), tx.chain_id, tx.safe)
        if tx.version != version:
            raise RecordError("E_HASH_MISMATCH", "version", found=tx.version)
        if row.leaf.block.chain_id != tx.chain_id:
            raise RecordError("E_EXECUTION", "chain", index=row.index, found=row.leaf.block.chain_id,
                              expected=tx.chain_id)  # fmt: skip
        proved = receipt_behind(case, row)
        check_execution(proved, tx)
        check_final(case, row, proved.header)
    case.spent = frozenset(seen)


def payout_ended(case: Case) -> None:
    """Every payout that ended unpaid can never be paid, and this proposal's ended for the cause that the leaf names."""
    need(case.queue), need(case.spent)
    ended: dict[tuple[bytes, int], str] = {}
    for row in case.rows("ended"):
        payout = payout_of(row)
        if payout in ended:
            raise RecordError("E_ALREADY", "ended", part=payout[1], index=row.index)
        if payout[0] == case.proposal:
            part = part_number(case, row)
            cause = cause_at(case, part, row.index, row.leaf.time)
            if cause != row.leaf.body["cause"]:
                raise RecordError("E_STATE", "other_cause", part=part, said=row.leaf.body["cause"], found=cause)
        check_dead(case, row)
        ended[payout] = str(row.leaf.body["cause"])
    case.ended = ended


def cause_at(case: Case, part: int, index: int, time: int) -> str:
    """Why a part of this proposal is over at a leaf of this index and time: what stopped it, a dispute that the panel
    left alone, else its expiry; raise `E_STATE` (`not_over`) where it still stands, `E_DISPUTED` while the panel has
    time.
    """
    if not need(case.released):
        raise RecordError("E_STATE", "not_released")
    stop = need(case.stops).get(part)
    if stop is not None and stop.index < index:
        return stop.cause
    dispute = need(case.disputes).get(part)
    if dispute is not None and dispute.freezes_leaf(index):
        if time <= dispute.deadline:
            raise frozen(part, dispute.deadline)
        return "terminated"
    latest = latest_of(case, part)
    if latest is None or time <= latest:
        raise RecordError("E_STATE", "not_over", part=part)
    return "expired"
