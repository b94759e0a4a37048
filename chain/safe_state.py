"""The configuration of a Safe at one block, proved from its storage: owners, threshold, and what else may act.

Decides what the storage of a Safe proxy says: singleton, owners, threshold, nonce, modules, guards, fallback handler.
Does not decide whether that is what the DAO expects (pinned sets, owners at close: see `treasury`), nor which version
the singleton address is (`chain.safe`). Only the block's hash is left to assume. Source: SafeStorage.sol, OwnerManager,
ModuleManager, GuardManager, FallbackManager of safe-smart-account 1.3.0 to 1.5.0, whose layout is the same.

What a producer supplies: the header's RLP, and the nodes of `eth_getProof(safe, slots(owners, modules))` at that
block, where owners and modules are what `getOwners` and `getModulesPaginated` answer there; in any order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import MappingProxyType

from chain.address import ZERO, checksum
from chain.blocks import UINT64_MAX, BlockRef
from chain.errors import ChainError
from chain.evidence_map import VERSION, open_map
from chain.header import decode_header
from chain.keccak import keccak256
from chain.state_proof import (
    EMPTY_CODE_HASH,
    Trie,
    account_in,
    canonical_nodes,
    index_nodes,
    mapping_slot,
    refuse_surplus,
    storage_in,
)

KIND = "safe-state"

SINGLETON_SLOT, MODULES_SLOT, OWNERS_SLOT, OWNER_COUNT_SLOT, THRESHOLD_SLOT, NONCE_SLOT = range(6)
SIGNED_MESSAGES_SLOT, APPROVED_HASHES_SLOT = 7, 8
"""Behind a word that no release uses any more: what the Safe signed on chain, and what its owners approved there."""
GUARD_SLOT = int.from_bytes(keccak256(b"guard_manager.guard.address"), "big")
MODULE_GUARD_SLOT = int.from_bytes(keccak256(b"module_manager.module_guard.address"), "big")
"""Since 1.5.0; zero in Safes before it."""
FALLBACK_HANDLER_SLOT = int.from_bytes(keccak256(b"fallback_manager.handler.address"), "big")

SENTINEL = bytes(19) + b"\x01"
"""Head and end of the linked lists of owners and of modules."""
LIST_MAX = 200
"""Longest list of owners or modules that is followed; checking one more signature costs gas, so real ones are short."""

PROXY_CODE = MappingProxyType({
    bytes.fromhex("b89c1b3bdf2cf8827818646bce9a8f6e372885f8c55e5c07acbd307cb133b000"): "1.3.0",
    bytes.fromhex("d7d408ebcd99b2b70be43e20253d6d92a8ea8fab29bd3be7f55b10032331fb4c"): "1.4.1",
    bytes.fromhex("4e381985ca68b3e5d27b4425fa581c19cf33146d3f887a3cfca96f55528ea46f"): "1.5.0",
})  # fmt: skip
"""Code hash of the proxies that the official factories make. Storage means what is said above only behind this code:
any contract can hold the same words in the same slots."""


class SafeStateError(ChainError):
    """Storage that is not that of a sound Safe (`E_SAFE_CONFIG`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeState:
    """A Safe's configuration at the end of one block. An address of zeros means none."""

    chain_id: int
    safe: bytes
    block: BlockRef
    proxy: str
    """Version of the proxy's own code; the Safe's version is that of its singleton."""
    singleton: bytes
    owners: tuple[bytes, ...]
    """In the order of the linked list, as `getOwners` answers."""
    threshold: int
    nonce: int
    """Of the next SafeTx."""
    modules: tuple[bytes, ...]
    """Each may act without any signature."""
    guard: bytes
    module_guard: bytes
    fallback_handler: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeStateProof:
    """The evidence for a Safe's configuration, as it travels."""

    chain_id: int
    safe: bytes
    header: bytes
    """RLP of the block's header."""
    nodes: tuple[bytes, ...]
    """Of the state trie and of the Safe's storage trie together."""

    def to_map(self) -> dict[str, object]:
        """Spell it as the map of a DAG-CBOR block."""
        return {
            "v": VERSION,
            "kind": KIND,
            "chain_id": self.chain_id,
            "safe": self.safe,
            "header": self.header,
            "nodes": list(canonical_nodes(self.nodes)),
        }

    @classmethod
    def from_map(cls, value: object) -> SafeStateProof:
        """Read that map: exact keys and types, nodes ascending. Proves nothing yet; see `open_safe_state`."""
        fields = open_map(value, KIND, ("chain_id", "safe", "header", "nodes"))
        return cls(
            chain_id=fields.integer("chain_id", UINT64_MAX, least=1),
            safe=fields.octets("safe", 20),
            header=fields.octets("header"),
            nodes=fields.nodes("nodes"),
        )


def slots(owners: Iterable[bytes], modules: Iterable[bytes]) -> list[int]:
    """List the storage slots that prove a Safe with these owners and modules (neither list holds the sentinel)."""
    return [
        *(SINGLETON_SLOT, OWNER_COUNT_SLOT, THRESHOLD_SLOT, NONCE_SLOT),
        *(GUARD_SLOT, MODULE_GUARD_SLOT, FALLBACK_HANDLER_SLOT),
        *(mapping_slot("solidity", OWNERS_SLOT, owner) for owner in (SENTINEL, *owners)),
        *(mapping_slot("solidity", MODULES_SLOT, module) for module in (SENTINEL, *modules)),
    ]


def approval_slot(owner: bytes, hash_: bytes) -> int:
    """Return where a Safe keeps that an owner approved a hash, of a transaction or of a message."""
    return mapping_slot("solidity", mapping_slot("solidity", APPROVED_HASHES_SLOT, owner), hash_)


def open_safe_state(proof: SafeStateProof) -> SafeState:
    """Check travelling evidence; see `prove`."""
    return prove(proof.chain_id, proof.safe, proof.header, proof.nodes)


def prove(chain_id: int, safe: bytes, header: bytes, nodes: Iterable[bytes]) -> SafeState:
    """Prove the configuration of `safe` at the block of `header`, or raise; see `prove_with`."""
    return prove_with(chain_id, safe, header, nodes, ())[0]


def prove_with(
    chain_id: int, safe: bytes, header: bytes, nodes: Iterable[bytes], more: Iterable[int]
) -> tuple[SafeState, tuple[int, ...]]:
    """Prove the configuration of `safe` at the block of `header`, and the words in the slots of `more`, or raise.

    (1) The header is canonical. (2) The account has the code of a Safe proxy. (3) Every slot is read from the storage
    root of that account; owners and modules are followed from the sentinel back to it. (4) The lists agree with the
    counts: 1 <= threshold <= owners = count. (5) No node is there that these steps did not need.
    `E_PROOF` says that the evidence is bad, `E_SAFE_CONFIG` that it is good and shows no sound Safe. The caller
    compares `block` with one that it trusts: a header names neither its chain nor itself.
    """
    opened = decode_header(header)  # (1)
    indexed = index_nodes(nodes)
    state = Trie(opened.state_root, indexed)
    account = account_in(state, safe)
    proxy = PROXY_CODE.get(account.code_hash)
    if account.code_hash == EMPTY_CODE_HASH:  # (2)
        raise SafeStateError("E_SAFE_CONFIG", "no_code", safe=checksum(safe))
    if proxy is None:
        raise SafeStateError(
            "E_SAFE_CONFIG", "proxy_code", safe=checksum(safe), code_hash="0x" + account.code_hash.hex()
        )
    words = Trie(account.storage_root, indexed)

    def read(slot: int) -> int:
        return storage_in(words, slot)

    proved = SafeState(  # (3)
        chain_id=chain_id,
        safe=safe,
        block=opened.ref(chain_id),
        proxy=proxy,
        singleton=_address(read(SINGLETON_SLOT), safe, "singleton"),
        owners=_linked_list(read, OWNERS_SLOT, safe, "owners"),
        threshold=read(THRESHOLD_SLOT),
        nonce=read(NONCE_SLOT),
        modules=_linked_list(read, MODULES_SLOT, safe, "modules"),
        guard=_address(read(GUARD_SLOT), safe, "guard"),
        module_guard=_address(read(MODULE_GUARD_SLOT), safe, "module_guard"),
        fallback_handler=_address(read(FALLBACK_HANDLER_SLOT), safe, "fallback_handler"),
    )
    _refuse_unsound(proved, read(OWNER_COUNT_SLOT))  # (4)
    further = tuple(read(slot) for slot in more)
    refuse_surplus(indexed, state, words)  # (5)
    return proved, further


def _refuse_unsound(state: SafeState, count: int) -> None:
    safe = checksum(state.safe)
    if state.singleton == ZERO:
        raise SafeStateError("E_SAFE_CONFIG", "no_singleton", safe=safe)
    if count != len(state.owners):
        raise SafeStateError("E_SAFE_CONFIG", "owner_count", safe=safe, count=count, found=len(state.owners))
    if not 1 <= state.threshold <= count:
        raise SafeStateError("E_SAFE_CONFIG", "threshold", safe=safe, threshold=state.threshold, owners=count)


def _linked_list(read: Callable[[int], int], slot: int, safe: bytes, name: str) -> tuple[bytes, ...]:
    found: list[bytes] = []
    entry = SENTINEL
    while True:
        entry = _address(read(mapping_slot("solidity", slot, entry)), safe, name)
        if entry == SENTINEL:
            return tuple(found)
        if entry == ZERO or entry in found:  # a Safe that was never set up, or a list that `setup` cannot have made
            raise SafeStateError("E_SAFE_CONFIG", "list", safe=checksum(safe), list=name, entry=checksum(entry))
        if len(found) == LIST_MAX:
            raise SafeStateError("E_SAFE_CONFIG", "list_limit", safe=checksum(safe), list=name, limit=LIST_MAX)
        found.append(entry)


def _address(word: int, safe: bytes, name: str) -> bytes:
    if word >> 160:
        raise SafeStateError("E_SAFE_CONFIG", "word", safe=checksum(safe), field=name, word=f"0x{word:064x}")
    return word.to_bytes(20, "big")
