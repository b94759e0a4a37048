"""Merkle-Patricia proofs: what a state root says of one account and of its storage slots.

Decides whether the nodes that somebody brought lead from a known root to a key, and reads what stands there; a path
that provably ends elsewhere proves absence. Does not decide whether the root is the right one (a header says that, and
a block hash says it of the header), and fetches nothing. Source: Ethereum Yellow Paper, appendices C and D; EIP-1186
for how nodes are asked for.

What a producer supplies: the `accountProof` and every `storageProof` node of `eth_getProof`, as bytes, in any order;
`canonical_nodes` makes of them the one list that evidence carries.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

from chain.keccak import keccak256
from chain.rlp_items import UINT64_BYTES, Item, ProofError, decode, encode, integer, malformed, octets, sequence

Nodes: TypeAlias = Mapping[bytes, bytes]
"""RLP of trie nodes by their 32-byte Keccak-256 hash; see `index_nodes`."""

Layout = Literal["solidity", "vyper"]

EMPTY_ROOT = keccak256(b"\x80")
"""Root of a trie that holds nothing; no node stands behind it."""
EMPTY_CODE_HASH = keccak256(b"")

_NODE = "trie node"


class Leaf(NamedTuple):
    """The end of a key: the remaining nibbles as lower-case hex digits, and the value."""

    path: str
    value: bytes


class Extension(NamedTuple):
    """Nibbles that all keys below share, and the branch behind them."""

    path: str
    child: Child


class Branch(NamedTuple):
    """Sixteen children by the next nibble, and the value of the key that ends here (empty: none)."""

    children: tuple[Child, ...]
    value: bytes


Node: TypeAlias = Leaf | Extension | Branch
Child: TypeAlias = "bytes | Node"
"""The hash of a node, or the node itself where it is shorter than a hash; empty bytes: no child."""


class Account(NamedTuple):
    """What the state says of one address."""

    nonce: int
    balance: int
    """Wei."""
    storage_root: bytes
    code_hash: bytes


NO_ACCOUNT = Account(0, 0, EMPTY_ROOT, EMPTY_CODE_HASH)
"""What the state says of an address that it does not hold (EIP-161: the same as of an empty one)."""


class Trie:
    """A trie known by its root and some of its nodes; `used` grows by the hash of every node that a reading needed."""

    def __init__(self, root: bytes, nodes: Nodes) -> None:
        self.root = root
        self.nodes = nodes
        self.used: set[bytes] = set()

    def get(self, key: bytes) -> bytes | None:
        """Read the value of `key`, or None where the nodes prove that the trie does not hold it.

        Raises `E_PROOF`: missing_node if the path leaves the known nodes, node_hash or malformed if a node lies.
        """
        if self.root == EMPTY_ROOT:
            return None
        nibbles, at = key.hex(), 0
        node = self._load(self.root)
        while True:  # every turn but the last consumes a nibble of the key
            if isinstance(node, Leaf):
                return node.value if node.path == nibbles[at:] else None
            if isinstance(node, Branch):
                if at == len(nibbles):
                    return node.value or None
                child = node.children[int(nibbles[at], 16)]
                at += 1
            else:
                if not nibbles.startswith(node.path, at):
                    return None
                child = node.child
                at += len(node.path)
            if not child:
                return None
            below = self._load(child) if isinstance(child, bytes) else child
            if isinstance(node, Extension) and not isinstance(below, Branch):
                raise malformed(_NODE, "extension_child")
            node = below

    def _load(self, node_hash: bytes) -> Node:
        encoded = self.nodes.get(node_hash)
        if encoded is None:
            raise ProofError("E_PROOF", "missing_node", node="0x" + node_hash.hex())
        if len(encoded) < 32 and node_hash != self.root:
            raise malformed(_NODE, "short")  # it would stand inside its parent
        self.used.add(node_hash)
        return _read_node(node_hash, encoded)


# The upper nodes of a trie are on the path of every key, so ten thousand readings decode them once. A cache of a pure
# function: the hash is checked before the node is kept.
@lru_cache(maxsize=8192)
def _read_node(node_hash: bytes, encoded: bytes) -> Node:
    if keccak256(encoded) != node_hash:
        raise ProofError("E_PROOF", "node_hash", node="0x" + node_hash.hex())
    return _parse(decode(encoded, _NODE))


def _parse(item: Item) -> Node:
    if isinstance(item, list) and len(item) == 17:
        children = tuple(_child(child) for child in item[:16])
        value = octets(item[16], _NODE, "branch_value")
        if sum(map(bool, children)) + bool(value) < 2:
            raise malformed(_NODE, "branch")  # a branch that does not branch
        return Branch(children, value)
    first, second = sequence(item, _NODE, "items", 2)
    path, is_leaf = _hex_prefix(octets(first, _NODE, "path"))
    if is_leaf:
        value = octets(second, _NODE, "leaf_value")
        if not value:
            raise malformed(_NODE, "leaf_value")
        return Leaf(path, value)
    child = _child(second)
    if not path or not child:
        raise malformed(_NODE, "extension")
    return Extension(path, child)


def _child(item: Item) -> Child:
    if isinstance(item, bytes):
        return octets(item, _NODE, "child", 0, 32)
    if len(encode(item)) >= 32:
        raise malformed(_NODE, "embedded")  # it would stand behind its hash
    return _parse(item)


def _hex_prefix(path: bytes) -> tuple[str, bool]:
    # First nibble: bit 1 says leaf, bit 0 says odd; an even path is padded with a zero nibble.
    nibbles = path.hex()
    if not nibbles or nibbles[0] not in "0123":
        raise malformed(_NODE, "path")
    is_leaf, is_odd = nibbles[0] in "23", nibbles[0] in "13"
    if not is_odd and nibbles[1] != "0":
        raise malformed(_NODE, "path")
    return nibbles[1 if is_odd else 2 :], is_leaf


def index_nodes(nodes: Iterable[bytes]) -> dict[bytes, bytes]:
    """Hash each node; the answer is what `Trie` looks nodes up in. Order and repetition do not matter."""
    return {keccak256(node): node for node in nodes}


def canonical_nodes(nodes: Iterable[bytes]) -> tuple[bytes, ...]:
    """Make the one order of a set of nodes: ascending as bytes, each once, without the node of the empty trie."""
    return tuple(sorted({bytes(node) for node in nodes} - {b"\x80"}))


def refuse_surplus(nodes: Nodes, *tries: Trie) -> None:
    """Raise `E_PROOF` surplus if `nodes` holds a node that none of the readings of these tries needed.

    Evidence with padding would have many encodings of one proof, and would carry bytes that nobody checks.
    """
    surplus = nodes.keys() - set().union(*(trie.used for trie in tries))
    if surplus:
        raise ProofError("E_PROOF", "surplus", node="0x" + min(surplus).hex(), count=len(surplus))


def read_trie(root: bytes, key: bytes, nodes: Nodes) -> bytes | None:
    """Read one key (already hashed where the trie is a secure one); None is a proof of absence."""
    return Trie(root, nodes).get(key)


def account_in(state: Trie, address: bytes) -> Account:
    """Read the account of a 20-byte address from a state trie; `NO_ACCOUNT` where it provably has none."""
    assert len(address) == 20, "an address has 20 bytes"
    value = state.get(keccak256(address))
    if value is None:
        return NO_ACCOUNT
    what = "account"
    nonce, balance, storage_root, code_hash = sequence(decode(value, what), what, "items", 4)
    return Account(
        integer(nonce, what, "nonce", UINT64_BYTES),
        integer(balance, what, "balance"),
        octets(storage_root, what, "storage_root", 32),
        octets(code_hash, what, "code_hash", 32),
    )


def storage_in(storage_trie: Trie, slot: int) -> int:
    """Read a 256-bit slot from an account's storage trie; a slot that is provably absent holds zero."""
    value = storage_trie.get(keccak256(slot.to_bytes(32, "big")))
    if value is None:
        return 0
    number = integer(decode(value, "storage value"), "storage value", "value")
    if not number:
        raise malformed("storage value", "zero")  # the trie never stores a zero
    return number


def account(state_root: bytes, address: bytes, nodes: Nodes) -> Account:
    """Read one account; see `account_in`, which also tells the nodes it used."""
    return account_in(Trie(state_root, nodes), address)


def storage(storage_root: bytes, slot: int, nodes: Nodes) -> int:
    """Read one slot; see `storage_in`, which also tells the nodes it used."""
    return storage_in(Trie(storage_root, nodes), slot)


def mapping_slot(layout: Layout, slot: int, key: bytes) -> int:
    """Say where a mapping declared at `slot` keeps the value of `key` (an address or a word; padded to 32 bytes).

    Solidity hashes key then slot, Vyper slot then key. Nested mappings are read by feeding the answer in as `slot`.
    """
    assert len(key) <= 32, "a key is one word"
    place, padded = slot.to_bytes(32, "big"), key.rjust(32, b"\x00")
    return int.from_bytes(keccak256(padded + place if layout == "solidity" else place + padded), "big")
