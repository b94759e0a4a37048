"""oSnap (UMA's Optimistic Governor): a list of calls that anybody may propose, and execute unless it is disputed.

Decides what a block's calls are and their proposal hash, which is what stands on chain; the module's claim names the
proposal by its IPFS address. A call is written twice in a block, and both must say the same.

Source: snapshot-v1 `src/plugins/oSnap` (`utils/getters.ts`, `types.ts`); OptimisticGovernor.sol `proposeTransactions`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chain import abi
from chain.keccak import keccak256
from proposals.bindings.block import Binding, BindingError, BoundCall, call, items, mapping, place_of, whole


def read(block: object, proposal_id: str) -> list[Binding]:  # noqa: ARG001 (a reader's shape)
    """Read `plugins.oSnap`; before 2024 it named one Safe, as `safe`."""
    opened = mapping(block, "oSnap")
    if opened.get("safes"):
        safes = items(opened["safes"], "oSnap.safes")
        places = [f"oSnap.safes[{number}]" for number in range(1, len(safes) + 1)]
    else:
        safes, places = [opened.get("safe")], ["oSnap.safe"]
    return [_safe(mapping(row, place), place) for row, place in zip(safes, places, strict=True)]


def proposal_hash(calls: Sequence[BoundCall]) -> bytes:
    """What the module keeps of a list of calls."""
    rows = [(one.to, one.operation, one.value, one.data) for one in calls]
    return keccak256(abi.encode(["(address,uint8,uint256,bytes)[]"], [rows]))


def _safe(row: Mapping[str, Any], place: str) -> Binding:
    listed = items(row.get("transactions"), f"{place}.transactions")
    calls = tuple(
        _call(mapping(one, f"{place}.transactions[{number}]"), f"{place}.transactions[{number}]")
        for number, one in enumerate(listed, 1)
    )
    return Binding(
        executor="oSnap",
        chain_id=whole(row.get("network"), f"{place}.network"),
        module=place_of(row.get("moduleAddress"), f"{place}.moduleAddress"),
        safe=place_of(row.get("safeAddress"), f"{place}.safeAddress"),
        batches=(calls,),
        hashes=(),
        hash=proposal_hash(calls),
    )


def _call(row: Mapping[str, Any], place: str) -> BoundCall:
    """A call by its members, which `formatted` (to, operation, value, data) repeats; that is what is proposed."""
    found = call(row, place)
    repeated = row.get("formatted")
    if repeated is not None:
        if not isinstance(repeated, list) or len(repeated) != 4:
            raise BindingError("E_BINDING", "form", place=f"{place}.formatted", expected="a list of 4")
        to, operation, value, data = repeated
        again = call({"to": to, "operation": operation, "value": value, "data": data}, f"{place}.formatted")
        if again != found:
            raise BindingError("E_BINDING", "twice", place=place)
    return found
