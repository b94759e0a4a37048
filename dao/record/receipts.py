"""The proved receipts behind leaves, and how deep and how old they must be.

Decides that a receipt is proved under its block and that the leaf which brings it could know that block. Whether the
block is the chain's is assumed (`A_BLOCK`); what the receipt's logs mean is decided by the checks of payouts and books.
"""

from __future__ import annotations

from chain import dag_cbor
from chain.header import Header
from chain.receipt import ProvedReceipt, ReceiptProof, open_receipt
from dao.record.case import Case, Row, cid_of
from dao.record.checks_settings import settings_now
from dao.record.errors import RecordError


def receipt_behind(case: Case, row: Row) -> ProvedReceipt:
    """The proved receipt that a leaf links to; its block joins those that are taken on trust."""
    cid = cid_of(row, "receipt")
    if cid not in case.receipts:
        case.receipts[cid] = open_receipt(ReceiptProof.from_map(dag_cbor.decode(case.get(cid))))
    proved = case.receipts[cid]
    case.blocks.add(proved.header.ref(row.leaf.block.chain_id))
    return proved


def check_final(case: Case, row: Row, header: Header) -> None:
    """A fact of the chain is booked once its block lies as deep as the settings want; on the devnet at once."""
    if row.leaf.time < header.timestamp:
        raise RecordError("E_TIME", "future", index=row.index, time=row.leaf.time, block_time=header.timestamp)
    chain = settings_now(case, row.index, row.leaf.time).chain(row.leaf.block.chain_id)
    wanted = 0 if chain is None else chain.finality_depth
    depth = row.leaf.block.number - header.number
    if wanted:
        case.blocks.add(row.leaf.block)  # the depth is counted from it
    if depth < wanted:
        raise RecordError("E_FINALITY", index=row.index, depth=depth, wanted=wanted)
