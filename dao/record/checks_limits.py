"""Check 65: what a Safe paid in a day stays under the limits of the settings that bind the proposal.

For each execution of this proposal its payments are added to those that the same Safe made in the 24 hours before, for
whatever proposal, by the times of their proved blocks. What was queued only after the owners had signed this one, under
other limits, is not counted: whoever signed that held it against those, this one included. Without limits there is
nothing to check.
"""

from __future__ import annotations

from chain.safe import SafeTx
from dao.record.case import Case, Queued, Row, need
from dao.record.checks_payout import confirmation_rows
from dao.record.checks_settings import settings_now
from dao.record.errors import RecordError
from dao.record.queue import payout_of
from dao.record.receipts import receipt_behind
from treasury.booking import ASKED
from treasury.outflow import WINDOW_SECONDS, Spending, SpendingCap, caps_of, over_the_limits
from treasury.payouts import PayoutId


def payout_limits(case: Case) -> None:
    """No execution of this proposal went above a limit together with those before it."""
    need(case.executed)
    if not need(case.settings).limits.spending:
        return
    queue = {payout_of(row): _queued_as(case, row) for row in case.rows("executed")}
    for row in case.rows("executed", proposal=case.proposal):
        queued = queue[payout_of(row)]
        signed = [found.index for found in confirmation_rows(case, queued.hash) if found.index < row.index]
        time = receipt_behind(case, row).header.timestamp
        caps = caps_of(need(case.settings), queued.tx.chain_id, queued.tx.safe)
        before = [
            other.tx
            for other in executed_within(case, queued.payout, queued.tx, time)
            if other.tx.nonce < queued.tx.nonce
            and (other.row.index < max(signed, default=row.index) or _caps_when_asked(case, other) == caps)
        ]
        for finding in over_the_limits(queued.tx, Spending(caps=caps, executed=tuple(before))):
            if finding.level == "error":
                raise RecordError(finding.code, finding.reason, **finding.facts)


def executed_within(case: Case, payout: tuple[bytes, int], tx: SafeTx, until: int) -> list[Queued]:
    """What the Safe of `tx` executed within the window that ends at `until` (Unix seconds), of other payouts."""
    found = []
    for row in case.rows("executed"):
        other = _queued_as(case, row)
        is_here = (other.tx.chain_id, other.tx.safe) == (tx.chain_id, tx.safe)
        if is_here and other.payout != payout:
            time = receipt_behind(case, row).header.timestamp
            if until - WINDOW_SECONDS < time <= until:
                found.append(other)
    return found


def _caps_when_asked(case: Case, queued: Queued) -> tuple[SpendingCap, ...]:
    """The limits in force when the proposal of a payout asked, as far as the books tell when."""
    asked = f"{ASKED}:{PayoutId(queued.payout[0], 0)}"
    row = next(case.rows("entry", id=asked), queued.row)
    return caps_of(settings_now(case, row.index, row.leaf.time), queued.tx.chain_id, queued.tx.safe)


def _queued_as(case: Case, row: Row) -> Queued:
    """The queued transaction that a leaf says was executed; check 61 found it."""
    return next(queued for queued in need(case.queue) if queued.hash == row.leaf.body["hash"])
