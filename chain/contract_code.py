"""Which code an account runs, as far as its own storage says: its code's hash, and where a proxy keeps the rest.

Decides what evidence of one account at one block says of its code. A proxy's code never changes, and what it runs
stands in a slot: the slots of EIP-1967 (implementation and beacon), of EIP-1822 and of OpenZeppelin before them are
looked at. What a beacon answers, and a contract that keeps its logic elsewhere, is not seen. Whether a change matters
is decided by the treasury.
"""

from __future__ import annotations

from typing import NamedTuple

from chain.header import decode_header
from chain.keccak import keccak256
from chain.state_proof import EMPTY_CODE_HASH, Trie, account_in, index_nodes, storage_in

IMPLEMENTATION_SLOTS = (
    int.from_bytes(keccak256(b"eip1967.proxy.implementation"), "big") - 1,
    int.from_bytes(keccak256(b"eip1967.proxy.beacon"), "big") - 1,
    int.from_bytes(keccak256(b"PROXIABLE"), "big"),
    int.from_bytes(keccak256(b"org.zeppelinos.proxy.implementation"), "big"),
)


class ContractCode(NamedTuple):
    """What an account runs at one block."""

    code_hash: bytes
    implementations: tuple[int, ...]
    """The words of `IMPLEMENTATION_SLOTS`; zeros where there is no such proxy."""

    @property
    def is_none(self) -> bool:
        """Whether there is no code at all, as at a person's account."""
        return self.code_hash == EMPTY_CODE_HASH


def read_code(address: bytes, header: bytes, nodes: list[bytes]) -> ContractCode:
    """Read an account's code from evidence for it and `IMPLEMENTATION_SLOTS`; raises `ProofError` (`E_PROOF`)."""
    indexed = index_nodes(nodes)
    account = account_in(Trie(decode_header(header).state_root, indexed), address)
    words = Trie(account.storage_root, indexed)
    return ContractCode(account.code_hash, tuple(storage_in(words, slot) for slot in IMPLEMENTATION_SLOTS))
