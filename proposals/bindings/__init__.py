"""What other executors would do when a Snapshot proposal passes: the blocks of SafeSnap and oSnap, read and verified.

Decides which calls such a block holds, that its hashes are theirs, and that one executor at most is named: two could
pay twice. Nothing here is ever executed by us, and whether a module asks the right question on chain is not known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from proposals.bindings import osnap, safesnap
from proposals.bindings.block import Binding, BindingError, BoundCall

__all__ = ["Binding", "BindingError", "BoundCall", "read_bindings"]

_READERS = MappingProxyType({"safeSnap": safesnap.read, "oSnap": osnap.read})
OURS = "mutualDao"


def read_bindings(plugins: Mapping[str, object], proposal_id: str) -> tuple[Binding, ...]:
    """Read every block of an executor among a proposal's `plugins`, one binding for each Safe that would act.

    Raises `BindingError`: `E_EXECUTOR` where several executors are named, `E_BINDING` for a block that is of no known
    form or whose hashes are not those of its calls; and the errors of `chain` for calls that are none.
    """
    named = {name: block for name, block in plugins.items() if name in _READERS and not _is_empty(block)}
    if OURS in plugins or len(named) > 1:
        names = sorted([*named, *([OURS] if OURS in plugins else [])])
        if len(names) > 1:
            raise BindingError("E_EXECUTOR", "several", plugins=", ".join(names))
    return tuple(binding for name, block in named.items() for binding in _READERS[name](block, proposal_id))


def _is_empty(block: object) -> bool:
    """A space that has a plugin puts its empty block into every proposal."""
    return not block or (isinstance(block, dict) and not any(block.get(key) for key in ("safes", "safe", "txs")))
