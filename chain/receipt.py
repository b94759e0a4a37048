"""Receipts, proved: that a block holds this transaction and that it left these logs.

Decides what the receipt at one index of one block says and which transaction stands at the same index, from the
header's two roots. Does not decide whether the block is the chain's (A_BLOCK), what a log means, or whether a call
inside succeeded: a Safe's outer status is 1 even when its inner call failed.

What a producer supplies for a transaction: the header's RLP, the transaction's index in the block, and the nodes on
the path of `rlp(index)` in the receipts trie and in the transactions trie (rebuilt from all receipts and transactions
of the block, and compared with the header's roots), in any order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from chain.evidence_map import VERSION, open_map
from chain.header import Header, decode_header
from chain.keccak import keccak256
from chain.rlp_items import UINT64_BYTES, Item, ProofError, decode, encode, integer, malformed, octets, sequence
from chain.state_proof import Trie, canonical_nodes, index_nodes, refuse_surplus

KIND = "receipt-proof"
INDEX_MAX = 2**32 - 1

LEGACY = 0
TYPES = (1, 2, 3, 4)
"""Envelopes of EIP-2718 with a receipt of four fields: access list, fee market, blob, set code."""

_WHAT = "receipt"


class Log(NamedTuple):
    """One event, as a contract logged it."""

    address: bytes
    """The contract that logged it: who says so matters as much as what is said."""
    topics: tuple[bytes, ...]
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a transaction left behind."""

    tx_type: int
    """0 (legacy) to 4."""
    status: int | None
    """1 succeeded, 0 failed; None before Byzantium, whose receipts hold a state root instead."""
    logs: tuple[Log, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptProof:
    """The evidence for one receipt, as it travels."""

    header: bytes
    """RLP of the block's header."""
    index: int
    """0-based place of the transaction in its block, as the tries count."""
    receipt_nodes: tuple[bytes, ...]
    transaction_nodes: tuple[bytes, ...]

    def to_map(self) -> dict[str, object]:
        """Spell it as the map of a DAG-CBOR block."""
        return {
            "v": VERSION,
            "kind": KIND,
            "header": self.header,
            "index": self.index,
            "receipt_nodes": list(canonical_nodes(self.receipt_nodes)),
            "transaction_nodes": list(canonical_nodes(self.transaction_nodes)),
        }

    @classmethod
    def from_map(cls, value: object) -> ReceiptProof:
        """Read that map: exact keys and types, nodes ascending. Proves nothing yet; see `open_receipt`."""
        fields = open_map(value, KIND, ("header", "index", "receipt_nodes", "transaction_nodes"))
        return cls(
            header=fields.octets("header"),
            index=fields.integer("index", INDEX_MAX),
            receipt_nodes=fields.nodes("receipt_nodes"),
            transaction_nodes=fields.nodes("transaction_nodes"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvedReceipt:
    """A receipt of which only the hash of its block is left to assume."""

    header: Header
    receipt: Receipt
    transaction_hash: bytes
    index: int


def open_receipt(proof: ReceiptProof) -> ProvedReceipt:
    """Check a receipt's proof and return what it proves, or raise `E_PROOF`.

    (1) The header is canonical; its hash names the block. (2) The receipts trie holds a receipt at the index. (3) The
    transactions trie holds a transaction at the same index; its hash is the transaction's. (4) Both are of one type.
    (5) No node is there that these steps did not need. The caller compares the header's hash with a block it trusts.
    """
    header = decode_header(proof.header)  # (1)
    encoded = _value_at(header.receipts_root, proof.index, proof.receipt_nodes, "receipt")  # (2), (5)
    transaction = _value_at(header.transactions_root, proof.index, proof.transaction_nodes, "transaction")  # (3), (5)
    receipt = decode_receipt(encoded)
    if receipt.tx_type != _envelope_type(transaction, "transaction")[0]:  # (4)
        raise malformed("transaction", "type")
    return ProvedReceipt(header=header, receipt=receipt, transaction_hash=keccak256(transaction), index=proof.index)


def _value_at(root: bytes, index: int, nodes: tuple[bytes, ...], what: str) -> bytes:
    if not 0 <= index <= INDEX_MAX:
        raise ProofError("E_PROOF", "absent", what=what, index=index)
    indexed = index_nodes(nodes)
    trie = Trie(root, indexed)
    value = trie.get(encode(index.to_bytes((index.bit_length() + 7) // 8, "big")))
    if value is None:
        raise ProofError("E_PROOF", "absent", what=what, index=index)
    refuse_surplus(indexed, trie)
    return value


def decode_receipt(encoded: bytes) -> Receipt:
    """Read a receipt as the trie holds it: legacy RLP, or an EIP-2718 type byte before it; else `E_PROOF`.

    A type that is not listed here (a rollup's own, a later fork's) is `E_PROOF` receipt_type: its fields may differ.
    """
    tx_type, payload = _envelope_type(encoded, _WHAT)
    outcome, gas, bloom, logs = sequence(decode(payload, _WHAT), _WHAT, "items", 4)
    integer(gas, _WHAT, "cumulative_gas", UINT64_BYTES)
    octets(bloom, _WHAT, "bloom", 256)
    return Receipt(
        tx_type=tx_type,
        status=_status(octets(outcome, _WHAT, "status"), tx_type),
        logs=tuple(_log(log) for log in sequence(logs, _WHAT, "logs")),
    )


def _envelope_type(encoded: bytes, what: str) -> tuple[int, bytes]:
    # EIP-2718: a first byte from 0xc0 begins an RLP list, one below 0x80 is a type.
    if encoded[:1] >= b"\xc0":
        return LEGACY, encoded
    if not encoded or encoded[0] not in TYPES:
        raise ProofError("E_PROOF", "receipt_type", what=what, type=encoded[0] if encoded else None)
    return encoded[0], encoded[1:]


def _status(outcome: bytes, tx_type: int) -> int | None:
    if outcome in {b"", b"\x01"}:
        return len(outcome)
    if len(outcome) == 32 and tx_type == LEGACY:
        return None
    raise malformed(_WHAT, "status")


def _log(item: Item) -> Log:
    address, topics, data = sequence(item, _WHAT, "log", 3)
    words = tuple(octets(topic, _WHAT, "topic", 32) for topic in sequence(topics, _WHAT, "topics"))
    if len(words) > 4:
        raise malformed(_WHAT, "topics")
    return Log(octets(address, _WHAT, "log_address", 20), words, octets(data, _WHAT, "log_data"))
