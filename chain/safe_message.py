"""Whether a Safe signed 32 bytes, proved from its storage at one block: what its contract would answer to ERC-1271.

Decides, for a genuine Safe with its genuine fallback handler, what `isValidSignature(bytes32,bytes)` comes to there,
without running it: enough owners signed the Safe's own message, by keys or by approvals on chain, or the Safe signed it
on chain itself (an empty signature). Stricter than the contract, so what is refused here may still be a yes there: an
owner that is a contract, a surplus signature, another handler. Source: CompatibilityFallbackHandler of
safe-smart-account 1.3.0 to 1.5.0, whose message hash is the same.

What a producer supplies: a `safe-state` proof whose nodes also prove `message_slots`.
"""

from __future__ import annotations

from chain.address import checksum
from chain.errors import UncheckableError
from chain.safe import safe_message_hash
from chain.safe_deployments import message_handler_release, singleton_release
from chain.safe_errors import SafeError
from chain.safe_signatures import check_signatures, split_signatures
from chain.safe_state import (
    SIGNED_MESSAGES_SLOT,
    SafeState,
    SafeStateError,
    SafeStateProof,
    approval_slot,
    prove_with,
)
from chain.state_proof import mapping_slot


def message_hash(chain_id: int, safe: bytes, digest: bytes) -> bytes:
    """Return what the owners of a Safe from 1.3.0 on sign so that it has signed these 32 bytes."""
    return safe_message_hash(chain_id=chain_id, safe=safe, version="1.3.0", message=digest)


def message_slots(chain_id: int, safe: bytes, digest: bytes, blob: bytes) -> list[int]:
    """List the storage slots that a signature leans on besides owners and threshold: none for owners' keys."""
    hash_ = message_hash(chain_id, safe, digest)
    if not blob:
        return [mapping_slot("solidity", SIGNED_MESSAGES_SLOT, hash_)]
    return [approval_slot(owner, hash_) for owner in _approvers(blob)]


def check_message(proof: SafeStateProof, digest: bytes, blob: bytes) -> SafeState:
    """Return the Safe's proved state if it signed these 32 bytes at that block; raise otherwise.

    `E_PROOF` for bad evidence, `E_SAFE_CONFIG` for a Safe whose answers are not known, `E_SAFE_SIGS` and `E_SIG_…` for
    a signature that is not enough, `UncheckableError` for an owner that only another contract can speak for.
    """
    slots = message_slots(proof.chain_id, proof.safe, digest, blob)
    state, words = prove_with(proof.chain_id, proof.safe, proof.header, proof.nodes, slots)
    _refuse_unknown(state)
    if not blob:
        if not words[0]:
            raise SafeError("E_SAFE_SIGS", "not_signed", safe=checksum(state.safe))
        return state
    approvers = _approvers(blob)
    for owner, word in zip(approvers, words, strict=True):
        if not word:
            raise SafeError("E_SAFE_SIGS", "not_approved", owner=checksum(owner))
    hash_ = message_hash(proof.chain_id, proof.safe, digest)
    check_signatures(hash_, blob, owners=state.owners, threshold=state.threshold, approved=approvers)
    return state


def _approvers(blob: bytes) -> list[bytes]:
    entries = split_signatures(blob)
    for number, entry in enumerate(entries, 1):
        if entry.kind == "contract":
            assert entry.owner is not None, "a contract's entry names its owner"
            raise UncheckableError("E_SAFE_SIGS", "contract_owner", number=number, owner=checksum(entry.owner))
    return [entry.owner for entry in entries if entry.kind == "approved_hash" and entry.owner is not None]


def _refuse_unknown(state: SafeState) -> None:
    """Only of the code that the Safe project deployed is it known what it would answer."""
    if singleton_release(state.singleton) is None:
        raise SafeStateError(
            "E_SAFE_CONFIG", "singleton", safe=checksum(state.safe), singleton=checksum(state.singleton)
        )
    if message_handler_release(state.fallback_handler) is None:
        raise SafeStateError(
            "E_SAFE_CONFIG", "message_handler", safe=checksum(state.safe), handler=checksum(state.fallback_handler)
        )
