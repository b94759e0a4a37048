"""Invented chains: blocks that never were, and what they prove.

A verifier takes the hash of a block on trust (A_BLOCK). So whoever invents a block can prove anything by it; with a
trust file that names the real one he is found out. Here are blocks, Safes and receipts of that kind.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import rlp

from chain.header import decode_header
from chain.keccak import keccak256
from chain.safe_state import MODULE_GUARD_SLOT, PROXY_CODE, SafeState, SafeStateProof, open_safe_state, slots
from dao.cli.start.demo import cast
from tests.chain.forge import account_rlp, path, safe_words, storage_trie, trie_of, word_key
from tests.dao.record.forge import Bench, Slot


def rebuilt_header(header: bytes, **changed: bytes | int) -> bytes:
    """A header with some fields changed, which makes another block."""
    names = {"parent_hash": 0, "state_root": 3, "receipts_root": 5, "timestamp": 11}
    fields: list[Any] = list(rlp.decode(header))
    for name, value in changed.items():
        fields[names[name]] = (
            value if isinstance(value, bytes) else value.to_bytes((value.bit_length() + 7) // 8, "big")
        )
    return bytes(rlp.encode(fields))


def forge_state(
    bench: Bench,
    slot: Slot,
    owners: Sequence[str],
    header: bytes | None = None,
    modules: Sequence[bytes] = (),
    **words: int,
) -> bytes:
    """Invent a block in which the Safe has other owners, and put it behind a leaf; return its header.

    Only somebody who invents the chain can do that: the block's hash is what a verifier takes on trust (A_BLOCK).
    """
    proof = SafeStateProof.from_map(bench.map_of(slot, "state"))
    state = open_safe_state(proof)
    people = [cast.address(name) for name in owners]
    found = safe_words(
        people,
        modules,
        **{
            "singleton": int.from_bytes(state.singleton, "big"),
            "threshold": state.threshold,
            "nonce": state.nonce,
            "handler": int.from_bytes(state.fallback_handler, "big"),
            **words,
        },
    )
    storage = storage_trie(found)
    key = keccak256(state.safe)
    code_hash = _code_hash(state)
    accounts = {keccak256(bytes([n])): account_rlp(nonce=n) for n in range(1, 20)}
    trie = trie_of({key: account_rlp(storage.root_hash, code_hash), **accounts})
    wanted = [*slots(people, modules), MODULE_GUARD_SLOT]
    forged = rebuilt_header(header or proof.header, state_root=trie.root_hash)
    nodes = {*path(trie, key), *path(storage, *map(word_key, dict.fromkeys(wanted)))}
    new = SafeStateProof(chain_id=state.chain_id, safe=state.safe, header=forged, nodes=tuple(nodes))
    bench.edit(slot, state=bench.map(new.to_map()))
    return forged


def _code_hash(state: SafeState) -> bytes:
    return next(code_hash for code_hash, version in PROXY_CODE.items() if version == state.proxy)


def invent_execution(
    bench: Bench, number: int, owners: Sequence[str], modules: Sequence[bytes] = (), **words: int
) -> None:
    """Invent the block before an execution, and make the block of the execution its child."""
    slot = bench.one("executed", number)
    parent = decode_header(forge_state(bench, slot, owners, None, modules, **words))
    header = rebuilt_header(bench.map_of(slot, "receipt")["header"], parent_hash=parent.hash)
    bench.edit_map(slot, "receipt", header=header)


def invent_receipt(bench: Bench, number: int, change: Callable[[list[Any]], list[Any]]) -> None:
    """Invent a block in which an execution left other logs; `change` gets address, topics and data of each."""
    slot = bench.one("executed", number)
    proof = bench.map_of(slot, "receipt")
    (node,) = proof["receipt_nodes"]
    encoded = rlp.decode(node)[1]
    kind, fields = encoded[:1], rlp.decode(encoded[1:])
    fields[3] = change(fields[3])
    trie = trie_of({rlp.encode(proof["index"]): kind + rlp.encode(fields)})
    header = rebuilt_header(proof["header"], receipts_root=trie.root_hash)
    nodes = path(trie, rlp.encode(proof["index"]))
    bench.edit_map(slot, "receipt", header=header, receipt_nodes=nodes)
