"""What a node tells, as plain values. They prove nothing; proofs are `chain.receipt` and `chain.state_proof`'s."""

from __future__ import annotations

from typing import NamedTuple

from chain.blocks import BlockRef
from chain.receipt import Log


class BlockInfo(NamedTuple):
    """A block by name, and its time."""

    ref: BlockRef
    timestamp: int
    """Unix seconds."""


class ChainLog(NamedTuple):
    """A log, and where it stands."""

    log: Log
    block: BlockRef
    transaction_hash: bytes
    log_index: int
    """0-based place among the logs of its block, as nodes count."""


class SentTx(NamedTuple):
    """What a node says of a mined transaction as it was sent."""

    sender: bytes
    to: bytes | None
    """None where it creates a contract."""
    value: int
    """Wei."""
    data: bytes = b""


class TxReceipt(NamedTuple):
    """What a node says of a mined transaction; `Node.receipt_proof` proves it."""

    transaction_hash: bytes
    block: BlockRef
    transaction_index: int
    """0-based place in its block, as nodes count."""
    status: int
    """1 succeeded, 0 failed; says nothing of calls inside."""
    gas_used: int
    contract: bytes | None
    """Address of the contract that it created."""
    logs: tuple[ChainLog, ...]


class StateProof(NamedTuple):
    """A header, and the trie nodes that lead from its state root to an account and its slots."""

    header: bytes
    nodes: list[bytes]
    """Each once, in no promised order; `chain.state_proof.canonical_nodes` makes one."""
