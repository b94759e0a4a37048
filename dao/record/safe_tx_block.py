"""A Safe transaction as a block of the journal: the fields that a part fixes, and the nonce.

The five gas and refund fields are not there, because ours are always zero: a transaction with a refund cannot even be
written down. Which transaction is the right one is decided by `treasury.binding`.
"""

from __future__ import annotations

from chain import dag_cbor
from chain.amount import parse_base_units
from chain.safe import SafeTx
from dao.record.errors import RecordError

KIND = "safe-tx"
VERSION = 1


def write_safe_tx(tx: SafeTx) -> dict[str, object]:
    """Spell a transaction as the map of its block; refuse one whose gas or refund fields are not zero (`E_REFUND`)."""
    value = _spell(tx)
    if read_safe_tx(dag_cbor.encode(value)) != tx:
        raise RecordError("E_REFUND", "block", safe=tx.safe, nonce=tx.nonce)
    return value


def read_safe_tx(data: bytes) -> SafeTx:
    """Read the block strictly: it is spelled as `write_safe_tx` spells it, byte for byte."""
    tx = _take(dag_cbor.decode(data))
    if dag_cbor.encode(_spell(tx)) != data:  # a pattern takes true for 1
        raise RecordError("E_CANONICAL", "safe_tx")
    return tx


def _spell(tx: SafeTx) -> dict[str, object]:
    return {
        "v": VERSION, "kind": KIND, "chain_id": tx.chain_id, "safe": tx.safe, "version": tx.version, "to": tx.to,
        "value": str(tx.value), "data": tx.data, "operation": tx.operation, "nonce": tx.nonce,
    }  # fmt: skip


def _take(value: object) -> SafeTx:
    match value:
        case {
            "v": 1, "kind": "safe-tx", "chain_id": int(chain_id), "safe": bytes(safe), "version": str(version),
            "to": bytes(to), "value": str(amount), "data": bytes(calldata), "operation": int(operation),
            "nonce": int(nonce), **rest,
        } if not rest and len(safe) == len(to) == 20 and operation in (0, 1):  # fmt: skip
            return SafeTx(
                chain_id=chain_id, safe=safe, version=version, to=to, value=parse_base_units(amount), data=calldata,
                operation=operation, nonce=nonce,
            )  # fmt: skip
        case _:
            raise RecordError("E_CANONICAL", "safe_tx")
