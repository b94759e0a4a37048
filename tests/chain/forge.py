"""Tries, headers and receipts made to order, so that every attack on a proof is one line.

The tries are the `trie` library's, which knows nothing of the reader under test.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise

import rlp
from trie import HexaryTrie

from chain.keccak import keccak256
from chain.safe_state import (
    FALLBACK_HANDLER_SLOT,
    GUARD_SLOT,
    MODULE_GUARD_SLOT,
    MODULES_SLOT,
    OWNERS_SLOT,
    PROXY_CODE,
    SENTINEL,
    slots,
)
from chain.state_proof import EMPTY_ROOT, mapping_slot

SAFE = bytes.fromhex("5afe") + bytes(17) + b"\x01"
PROXY_141 = next(code_hash for code_hash, version in PROXY_CODE.items() if version == "1.4.1")


def trie_of(content: Mapping[bytes, bytes]) -> HexaryTrie:
    """Build a trie from keys and values as they stand."""
    trie = HexaryTrie({})
    for key, value in content.items():
        trie[key] = value
    return trie


def path(trie: HexaryTrie, *keys: bytes) -> list[bytes]:
    """Collect the nodes on the paths of the keys, as `eth_getProof` answers: root first, embedded nodes left out."""
    found: dict[bytes, None] = {}
    for key in keys:
        for depth, node in enumerate(trie.get_proof(key)):
            encoded = rlp.encode(node)
            if depth == 0 or len(encoded) >= 32:
                found[encoded] = None
    return list(found)


def word_key(slot: int) -> bytes:
    """Where the storage trie keeps a slot."""
    return keccak256(slot.to_bytes(32, "big"))


def storage_trie(words: Mapping[int, int]) -> HexaryTrie:
    """Build a storage trie; zeros are not stored."""
    return trie_of({word_key(slot): rlp.encode(word) for slot, word in words.items() if word})


def account_rlp(storage_root: bytes = EMPTY_ROOT, code_hash: bytes = keccak256(b""), nonce: int = 1) -> bytes:
    """Encode an account with 7 wei."""
    return rlp.encode([nonce, 7, storage_root, code_hash])


def header_fields(**changed: object) -> list[object]:
    """Fifteen sound fields of a header, some of them changed, in their order."""
    fields: dict[str, object] = {
        "parent_hash": b"\x01" * 32,
        "ommers_hash": b"\x02" * 32,
        "coinbase": b"\x03" * 20,
        "state_root": EMPTY_ROOT,
        "transactions_root": EMPTY_ROOT,
        "receipts_root": EMPTY_ROOT,
        "logs_bloom": bytes(256),
        "difficulty": 0,
        "number": 7,
        "gas_limit": 30_000_000,
        "gas_used": 21_000,
        "timestamp": 1_700_000_000,
        "extra_data": b"",
        "mix_hash": bytes(32),
        "nonce": bytes(8),
    }
    assert changed.keys() <= fields.keys(), "a header has no such field"
    return list((fields | changed).values())


def header(**changed: object) -> bytes:
    """Encode a header, some of its fields changed."""
    return rlp.encode(header_fields(**changed))


def linked(slot: int, entries: Iterable[bytes]) -> dict[int, int]:
    """Spell a Safe's linked list: sentinel, entries, sentinel."""
    ring = [SENTINEL, *entries, SENTINEL]
    return {mapping_slot("solidity", slot, here): int.from_bytes(there, "big") for here, there in pairwise(ring)}


def safe_words(owners: Iterable[bytes], modules: Iterable[bytes] = (), **changed: int) -> dict[int, int]:
    """Spell the storage of a sound Safe; `changed` takes singleton, count, threshold, nonce, guard, handler."""
    listed = list(owners)
    word = {"singleton": 0x51, "count": len(listed), "threshold": 1, "nonce": 3, "guard": 0, "handler": 0xFB}
    assert changed.keys() <= word.keys(), "a Safe has no such word"
    word |= changed
    return {
        0: word["singleton"],
        3: word["count"],
        4: word["threshold"],
        5: word["nonce"],
        GUARD_SLOT: word["guard"],
        FALLBACK_HANDLER_SLOT: word["handler"],
        **linked(OWNERS_SLOT, listed),
        **linked(MODULES_SLOT, modules),
    }


def safe_evidence(
    words: Mapping[int, int], code_hash: bytes = PROXY_141, asked: Iterable[int] | None = None
) -> tuple[bytes, list[bytes]]:
    """Forge a block in which `SAFE` has these words and this code; return its header and the nodes asked for.

    By default every word is asked for, and the words that a Safe may lack.
    """
    storage = storage_trie(words)
    others = {keccak256(bytes([n])): account_rlp(nonce=n) for n in range(1, 20)}
    state = trie_of({keccak256(SAFE): account_rlp(storage.root_hash, code_hash), **others})
    wanted = [*words, *slots([], []), MODULE_GUARD_SLOT] if asked is None else asked
    nodes = path(state, keccak256(SAFE)) + path(storage, *map(word_key, wanted))
    return header(state_root=state.root_hash), nodes
