"""Which row of a paid part was paid by which log of which transaction.

Decides the log that belongs to each call of a part, from a proved receipt: for a payment of tokens the Transfer of
exactly that amount to that payee, each log for one row; for coins, which leave no log of their own, and for other calls
the Safe's report that the whole transaction succeeded. It does not decide whether the execution counts (the checks of
payouts), nor which line of a file a row came from: rows stand in the order of the document's budget.
"""

from __future__ import annotations

from typing import NamedTuple

from chain.receipt import ProvedReceipt
from chain.safe import SafeTx
from proposals.parts import Part
from treasury.binding import Paying, paying
from treasury.execution import check_execution, transfer_log


class RowReceipt(NamedTuple):
    """One call of a part, and what shows that it was paid."""

    call: int
    """1-based."""
    payment: Paying | None
    """None for a call that is no payment."""
    log: int | None
    """0-based position among the receipt's logs; None for a payment of tokens that left no log."""


def row_receipts(proved: ProvedReceipt, part: Part, tx: SafeTx) -> tuple[RowReceipt, ...]:
    """One receipt a call, in their order; `ExecutionError` where the Safe reports no success."""
    report = check_execution(proved, tx)
    logs = [(log.address, tuple(log.topics), log.data) for log in proved.receipt.logs]
    free: dict[int | None, object] = dict(enumerate(logs))
    rows = []
    for number, call in enumerate(part.calls, 1):
        payment = paying(call, part.chain_id)
        found: int | None = report
        if payment is not None and call.data:
            wanted = transfer_log(part.safe, call.to, payment)
            found = next((at for at, log in free.items() if log == wanted), None)
            free.pop(found, None)
        rows.append(RowReceipt(number, payment, found))
    return tuple(rows)
