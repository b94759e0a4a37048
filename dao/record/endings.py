"""Whether a payout that ended can ever be paid: what decides that its money is available again.

It cannot when nobody had signed a transaction of it, or another transaction had spent the nonce, and when nothing of it
follows. Every record holds what this takes, for every payout of the journal. Why a payout ended is for check 64.
"""

from __future__ import annotations

from dao.record.case import Case, Row
from dao.record.errors import RecordError
from dao.record.queue import live, payout_of, read_queue


def check_dead(case: Case, row: Row) -> None:
    """Raise unless the payout of an `ended` leaf was not paid (`E_ALREADY`), could not be any more when it ended
    (`E_NONCE`), and nothing of it follows (`E_STATE`). Needs check 59.
    """
    payout = payout_of(row)
    if any(payout_of(done) == payout for done in case.rows("executed")):
        raise RecordError("E_ALREADY", "over", part=payout[1])
    queue = list(read_queue(case) if case.queue is None else case.queue)
    for queued in queue:
        if queued.payout != payout:
            continue
        later = [queued.row, *case.rows("confirmation", hash=queued.hash)]
        if any(found.index > row.index for found in later):
            raise RecordError("E_STATE", "ended", part=payout[1], index=row.index)
    for queued in live(case, queue, payout, row.index):
        raise RecordError("E_NONCE", "unspent", part=payout[1], hash=queued.hash, nonce=queued.tx.nonce)
