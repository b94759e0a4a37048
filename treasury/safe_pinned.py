"""What of a Safe's configuration is not the Safe project's own, by the pinned set.

Decides that a module or a guard is never pinned, whatever it does: a module moves money without the owners, a guard can
stop it. A Safe with either is refused when a part is signed, so it is refused when a space is founded, too.
"""

from __future__ import annotations

from collections.abc import Iterator

from chain.address import ZERO
from chain.safe_deployments import FALLBACK_HANDLERS, SINGLETONS
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
