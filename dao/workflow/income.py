"""Income: a transaction that brought money becomes a fact with its proof, and an entry in the books.

Which log counts, and as what, is decided by the checks; here the receipt is fetched with its proof.
"""

from __future__ import annotations

from typing import Literal

from chain.clients.node import Node
from chain.receipt import ReceiptProof
from dao.workflow.desk import Blocks, Desk, Fact

Kind = Literal["premium", "forward", "donation"]


def book_income(desk: Desk, kind: Kind, fund: str, transaction: bytes, log: int = 0) -> int:
    """Book one log of a transaction as income of a fund; `log` is its place in the receipt, from 0."""
    blocks = Blocks()
    proof: ReceiptProof = _prove(desk.node, transaction)
    fact = Fact(kind, {"fund": fund, "receipt": blocks.map(proof.to_map()), "log": log})
    return desk.take([fact], blocks)[0]


def _prove(node: Node, transaction: bytes) -> ReceiptProof:
    return node.receipt_proof(transaction)
