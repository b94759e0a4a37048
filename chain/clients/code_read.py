"""Which code an account runs, as a node proves it.

Decides which slots to ask for; what they say is decided by `chain.contract_code`.
"""

from __future__ import annotations

from chain.clients.node import Node
from chain.contract_code import IMPLEMENTATION_SLOTS, ContractCode, read_code


def fetch_code(node: Node, address: bytes, number: int) -> ContractCode:
    """Return what an account runs at the end of a block; `E_RPC_PROOF` where the node does not prove it."""
    evidence = node.state_proof(address, IMPLEMENTATION_SLOTS, number)
    return read_code(address, evidence.header, evidence.nodes)
