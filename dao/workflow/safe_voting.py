"""A Safe's vote before it is cast: who may sign it now, as the chain's head says."""

from __future__ import annotations

from collections.abc import Iterable

from chain.abi import AbiError
from chain.address import checksum
from chain.clients.node import CallReverted, Node
from chain.clients.safe_read import fetch_safe_state
from chain.safe_errors import SafeError
from chain.safe_state import SafeState, open_safe_state
from dao.record.checks_settings import check_known_singleton


def safe_now(node: Node, safe: bytes) -> SafeState:
    """The proved state of a genuine Safe at the head; `E_SAFE_CONFIG` where none is at that address."""
    try:
        state = open_safe_state(fetch_safe_state(node, safe, node.head().ref.number))
    except (CallReverted, AbiError):
        raise SafeError("E_SAFE_CONFIG", "no_safe", safe=checksum(safe)) from None
    check_known_singleton(state)
    return state


def refuse_strangers(state: SafeState, signers: Iterable[bytes]) -> None:
    """Return if all of them own the Safe."""
    for signer in signers:
        if signer not in state.owners:
            raise SafeError("E_SAFE_SIGS", "not_owner_of", owner=checksum(signer), safe=checksum(state.safe))
