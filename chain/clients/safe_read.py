"""A Safe as a node shows it: the evidence for its whole configuration, and the numbers that a command needs.

Decides which slots prove a Safe (by asking it for its owners and modules) and gathers them; what they prove is decided
by `chain.safe_state`, which believes none of these answers. Decides, too, whether a Safe's logs are all there: its
nonce counts them; and which confirmations somebody's execution carried.
"""

from __future__ import annotations

from collections.abc import Sequence

from chain import abi
from chain.clients.node import Node
from chain.clients.node_values import StateProof
from chain.clients.safe_deploy import signatures_sent
from chain.rlp_items import ProofError
from chain.safe import EXECUTION_FAILURE, EXECUTION_SUCCESS, SafeTx, safe_tx_hash
from chain.safe_json import Confirmation
from chain.safe_message import message_slots
from chain.safe_owners import approved_part, contract_part
from chain.safe_signatures import key_signer, split_signatures
from chain.safe_state import SENTINEL, SafeState, SafeStateError, SafeStateProof, approval_slot, open_safe_state, slots

_PAGE = 100


def fetch_safe_message(node: Node, safe: bytes, number: int, digest: bytes, blob: bytes) -> SafeStateProof:
    """Return the evidence for a Safe's configuration and for what its signature of 32 bytes leans on, unchecked; fails
    as `fetch_safe_state`.
    """
    chain_id = node.chain_id()
    return _gather(node, safe, number, message_slots(chain_id, safe, digest, blob))


def fetch_safe_state(node: Node, safe: bytes, number: int) -> SafeStateProof:
    """Return the evidence for a Safe's configuration at the end of a block.

    `CallReverted` or `AbiError` where there is no Safe to ask at that block; `E_RPC_PROOF` where the node's proof is
    not of the owners and modules that it told.
    """
    found = _gather(node, safe, number, [])
    try:
        open_safe_state(found)
    except ProofError as error:
        raise node.error("E_RPC_PROOF", "safe", safe=safe, number=number, problem=error.reason) from None
    except SafeStateError:
        pass  # proved, and no sound Safe: whoever opens it says so
    return found


def fetch_known_safe(node: Node, safe: bytes, number: int) -> SafeStateProof:
    """As `fetch_safe_state`, of a Safe that is known to stand at that block: a node that has forgotten the block's
    state, or lost it, answers as if there were none (`E_RPC_NULL`).
    """
    try:
        return fetch_safe_state(node, safe, number)
    except abi.AbiError:
        raise node.error("E_RPC_NULL", method="eth_call") from None


def safe_nonce(node: Node, safe: bytes, number: int | None = None) -> int:
    """Return the nonce that the Safe's next transaction takes, unproved."""
    (nonce,) = abi.decode(["uint256"], node.call(safe, abi.encode_call("nonce()", []), number))
    return int(nonce)


def fetch_executed(node: Node, before: SafeState, after: SafeState) -> set[bytes]:
    """Return the hashes of the SafeTx that succeeded after the block of one proved state, up to that of another.

    Every nonce that a Safe spends leaves one log, so a node that leaves one out, or makes one up, is caught by the
    nonces: `E_RPC_LOGS`.
    """
    first, last = before.block.number + 1, after.block.number
    succeeded, failed = (
        node.logs(before.safe, [event], first, last) for event in (EXECUTION_SUCCESS, EXECUTION_FAILURE)
    )
    found, expected = len(succeeded) + len(failed), after.nonce - before.nonce
    if found != expected:
        raise node.error("E_RPC_LOGS", safe=before.safe, first=first, last=last, found=found, expected=expected)
    return {entry.log.topics[1] if entry.log.topics[1:] else entry.log.data[:32] for entry in succeeded}


def fetch_confirmations(node: Node, tx: SafeTx, transaction: bytes) -> list[Confirmation]:
    """Return the confirmations with which a mined transaction executed `tx`, unchecked; none where another contract
    sent it on. An owner who sent it himself may have left none.
    """
    sent = node.transaction(transaction)
    found, hash_ = [], safe_tx_hash(tx)
    for entry in split_signatures(signatures_sent(tx, sent.data) if sent.to == tx.safe else b""):
        if entry.owner is None:
            found.append(Confirmation(key_signer(hash_, entry), entry.signature))
        elif entry.kind == "contract":
            found.append(Confirmation(entry.owner, contract_part(entry.owner, entry.data)))
        elif entry.owner != sent.sender or node.storage(tx.safe, approval_slot(entry.owner, hash_)):
            found.append(Confirmation(entry.owner, approved_part(entry.owner)))
    return found


def _gather(node: Node, safe: bytes, number: int, more: Sequence[int]) -> SafeStateProof:
    owners = _addresses(node.call(safe, abi.encode_call("getOwners()", []), number))
    wanted = [*slots(owners, _modules(node, safe, number)), *more]
    evidence: StateProof = node.state_proof(safe, wanted, number)
    return SafeStateProof(chain_id=node.chain_id(), safe=safe, header=evidence.header, nodes=tuple(evidence.nodes))


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
