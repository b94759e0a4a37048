"""What of a Safe's configuration, and of the contract that unpacks its batches, is not the Safe project's own.

Decides that a module or a guard is never pinned, whatever it does: a module moves money without the owners, a guard can
stop it. A Safe with either is refused when a part is signed, so it is refused when a space is founded, too. And that a
batch goes through the code whose hash is pinned: an address alone says nothing on a chain where nobody deployed there.
"""

from __future__ import annotations

from collections.abc import Iterator

from chain.address import ZERO
from chain.contract_code import ContractCode
from chain.finding import Finding
from chain.safe import DELEGATECALL, SafeTx
from chain.safe_deployments import CALL_ONLY_CODE, FALLBACK_HANDLERS, KNOWN_CONTRACTS, SINGLETONS
from chain.safe_state import SafeState

_HANDLERS = frozenset(handler for known in FALLBACK_HANDLERS.values() for handler in known) | {ZERO}


def unpinned(state: SafeState, release: str) -> Iterator[tuple[str, object]]:
    """Name each field that is not of the pinned set of a release (`1.4.1`), with what stands there."""
    for field, found, is_pinned in (
        ("singleton", state.singleton, state.singleton in SINGLETONS.get(release, {})),
        ("fallback_handler", state.fallback_handler, state.fallback_handler in _HANDLERS),
        ("guard", state.guard, state.guard == ZERO),
        ("module_guard", state.module_guard, state.module_guard == ZERO),
        ("modules", state.modules, not state.modules),
    ):
        if not is_pinned:
            yield field, found


def batch_findings(tx: SafeTx, code: ContractCode | None) -> Iterator[Finding]:
    """E_NO_CODE, E_CODE_CHANGED: the batch contract of a transaction is not what it should be (H85); `code` is what it
    runs, None where nobody looked.

    Where there is no code the Safe would report success, spend the nonce and pay nobody.
    """
    known = KNOWN_CONTRACTS.get(tx.to)
    if code is None or tx.operation != DELEGATECALL or known is None or known.name != "MultiSendCallOnly":
        return
    facts = {"to": tx.to, "version": known.version}
    if code.is_none:
        yield Finding(code="E_NO_CODE", reason="batch", place="transaction", facts=facts)
    elif code.code_hash != CALL_ONLY_CODE[known.version]:
        yield Finding(code="E_CODE_CHANGED", reason="batch", place="transaction", facts=facts)
