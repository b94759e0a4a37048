"""SafeSnap (Zodiac Reality): batches whose hashes are asked of Reality.eth, and executed by the module if it says yes.

Decides what a block's batches are: a batch of one call is that call, one of several is a `multiSend` by delegatecall to
the address that the block names. The hash of a batch is EIP-712 of the module; the question names the proposal and the
hash of all hashes. Modules that ask UMA instead, and blocks before 2021, are refused by name.

Source: snapshot-v1 `src/plugins/safeSnap` (`utils/realityModule.ts`, `utils/multiSend.ts`); RealityModule.sol.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chain.address import checksum
from chain.keccak import keccak256
from chain.multi_send import InnerCall, encode_multi_send
from chain.typed_data import Field, digest
from proposals.bindings.block import (
    Binding,
    BindingError,
    BoundCall,
    call,
    expect_hash,
    items,
    mapping,
    place_of,
    whole,
    wrong,
)

_TYPES = {
    "Transaction": (
        Field("to", "address"), Field("value", "uint256"), Field("data", "bytes"), Field("operation", "uint8"),
        Field("nonce", "uint256"),
    )
}  # fmt: skip
SEPARATOR = "\u241f"
"""Between the proposal's id and the hash, in the question: the symbol for unit separator."""


def read(block: object, proposal_id: str) -> list[Binding]:
    """Read `plugins.safeSnap`."""
    opened = mapping(block, "safeSnap")
    if "safes" not in opened:
        raise BindingError("E_BINDING", "legacy", place="safeSnap")
    safes = items(opened["safes"], "safeSnap.safes")
    return [_safe(mapping(row, place), proposal_id, place) for place, row in _numbered(safes, "safeSnap.safes")]


def transaction_hash(chain_id: int, module: bytes, tx: BoundCall, nonce: int) -> bytes:
    """The hash under which a module knows a transaction; `nonce` is its place among the batches, from 0."""
    return digest(
        domain={"chainId": chain_id, "verifyingContract": checksum(module)},
        types=_TYPES,
        primary="Transaction",
        message={
            "to": checksum(tx.to), "value": tx.value, "data": tx.data, "operation": tx.operation, "nonce": nonce,
        },
    )  # fmt: skip


def question(proposal_id: str, hashes: Sequence[bytes]) -> str:
    """The text that is asked of Reality.eth."""
    return f"{proposal_id}{SEPARATOR}{keccak256(b''.join(hashes)).hex()}"


def _safe(row: Mapping[str, Any], proposal_id: str, place: str) -> Binding:
    if row.get("umaAddress"):
        raise BindingError("E_BINDING", "uma", place=place)
    chain_id = whole(row.get("network"), f"{place}.network")
    module = place_of(row.get("realityAddress"), f"{place}.realityAddress")
    batches: list[tuple[BoundCall, ...]] = []
    hashes: list[bytes] = []
    for nonce, (where, batch) in enumerate(_numbered(items(row.get("txs"), f"{place}.txs"), f"{place}.txs")):
        listed = batch.get("transactions") if isinstance(batch, dict) else batch
        numbered = _numbered(items(listed, f"{where}.transactions"), f"{where}.transactions")
        calls = tuple(call(mapping(one, at), at) for at, one in numbered)
        found = transaction_hash(chain_id, module, _transaction(calls, row, place), nonce)
        if isinstance(batch, dict):
            expect_hash(batch.get("hash"), found, f"{where}.hash")
        batches.append(calls)
        hashes.append(found)
    together = keccak256(b"".join(hashes))
    expect_hash(row.get("hash"), together, f"{place}.hash")
    asked = question(proposal_id, hashes)
    return Binding(
        executor="safeSnap",
        chain_id=chain_id,
        module=module,
        safe=None,
        batches=tuple(batches),
        hashes=tuple(hashes),
        hash=together,
        question=asked,
        question_hash=keccak256(asked.encode()),
    )


def _transaction(calls: tuple[BoundCall, ...], row: Mapping[str, Any], place: str) -> BoundCall:
    """The one transaction that makes these calls."""
    if len(calls) == 1:
        return calls[0]
    if any(one.operation for one in calls):
        raise wrong(place, "a batch without delegatecalls")
    to = place_of(row.get("multiSendAddress"), f"{place}.multiSendAddress")
    data = encode_multi_send(InnerCall(one.operation, one.to, one.value, one.data) for one in calls)
    return BoundCall(to, 0, data, 1)


def _numbered(rows: Sequence[Any], place: str) -> list[tuple[str, Any]]:
    return [(f"{place}[{number}]", row) for number, row in enumerate(rows, 1)]
