"""Rows and the logs that paid them: each log for one row, coins by the Safe's report, and none where none is."""

from __future__ import annotations

import pytest

from chain.clients.node import Node
from chain.keccak import keccak256
from chain.receipt import open_receipt
from proposals.calls import erc20_transfer, native_transfer
from proposals.parts import Call
from tests.treasury import weird
from treasury.execution import ExecutionError
from treasury.row_receipts import row_receipts

ANN, BEN = keccak256(b"ann")[12:], keccak256(b"ben")[12:]


def test_every_row_has_a_log_of_its_own(node: Node) -> None:
    """Two equal payments, coins, a token that logs nothing of the kind, and a call that pays nobody."""
    safe = weird.make_payer(node, 100)
    token, odd = weird.granted(node, safe, 0), weird.granted(node, safe, 3)
    pay = erc20_transfer(token, ANN, 5)
    asks = Call(token, 0, weird.balance_call(safe))
    part = weird.part_of(safe, [native_transfer(BEN, 7), pay, erc20_transfer(odd, ANN, 5), pay, asks])

    tx, receipt = weird.execute(node, part)
    proved = open_receipt(node.receipt_proof(receipt.transaction_hash))
    rows = row_receipts(proved, part, tx)

    report = rows[0].log
    assert report is not None
    assert [report, None, report] == [rows[0].log, rows[2].log, rows[4].log]
    assert proved.receipt.logs[report].address == safe
    first, second = rows[1].log, rows[3].log
    assert first is not None
    assert second is not None
    assert first < second
    assert [token, token] == [proved.receipt.logs[at].address for at in (first, second)]
    assert [1, 2, 3, 4, 5] == [row.call for row in rows]
    assert (None, ANN) == (rows[4].payment, rows[1].payment.payee if rows[1].payment else None)


def test_another_transaction_proves_no_row(node: Node) -> None:
    """The receipt must hold the Safe's report of exactly this hash."""
    safe = weird.make_payer(node, 100)
    part = weird.part_of(safe, [native_transfer(BEN, 7)])
    _, receipt = weird.execute(node, part)
    later, _ = weird.confirmed(node, part)

    with pytest.raises(ExecutionError, match="absent"):
        row_receipts(open_receipt(node.receipt_proof(receipt.transaction_hash)), part, later)
