"""A Safe as a node shows it: the evidence for its whole configuration, and the numbers that a command needs.

Decides which slots prove a Safe (by asking it for its owners and modules) and gathers them; what they prove is decided
by `chain.safe_state`, which believes none of these answers.
"""

from __future__ import annotations

from chain import abi
from chain.clients.node import Node
from chain.clients.node_values import StateProof
from chain.safe_state import SENTINEL, SafeStateProof, slots

_PAGE = 100


def fetch_safe_state(node: Node, safe: bytes, number: int) -> SafeStateProof:
    """Return the evidence for a Safe's configuration at the end of a block.

    `CallReverted` or `AbiError` where there is no Safe to ask at that block.
    """
    owners = _addresses(node.call(safe, abi.encode_call("getOwners()", []), number))
    evidence: StateProof = node.state_proof(safe, slots(owners, _modules(node, safe, number)), number)
    return SafeStateProof(chain_id=node.chain_id(), safe=safe, header=evidence.header, nodes=tuple(evidence.nodes))


def safe_nonce(node: Node, safe: bytes, number: int | None = None) -> int:
    """Return the nonce that the Safe's next transaction takes, unproved."""
    (nonce,) = abi.decode(["uint256"], node.call(safe, abi.encode_call("nonce()", []), number))
    return int(nonce)


def _addresses(answer: bytes) -> list[bytes]:
    (found,) = abi.decode(["address[]"], answer)
    return list(found)


def _modules(node: Node, safe: bytes, number: int) -> list[bytes]:
    found: list[bytes] = []
    start = SENTINEL
    while True:
        call = abi.encode_call("getModulesPaginated(address,uint256)", [start, _PAGE])
        page, after = abi.decode(["address[]", "address"], node.call(safe, call, number))
        found += page
        if after == SENTINEL or not page:
            return found
        start = after
