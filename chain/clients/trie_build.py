"""Merkle-Patricia tries, built whole: the root of a block's receipts or transactions, and the nodes on one path.

Decides the trie of a list of values whose keys are the RLP of their places, as headers commit to them. Does not read
proofs (`chain.state_proof`) and holds no state. Source: Ethereum Yellow Paper, appendices C and D.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import rlp

from chain.keccak import keccak256

Item: TypeAlias = "bytes | list[Item]"


class TrieBuild:
    """The trie of a mapping of keys to values; `root` is its hash."""

    def __init__(self, values: Mapping[bytes, bytes]) -> None:
        self._nodes: dict[bytes, bytes] = {}
        pairs = sorted((key.hex(), value) for key, value in values.items() if value)
        top = rlp.encode(self._build(pairs, 0))
        self.root = keccak256(top)
        self._nodes[self.root] = top

    def path(self, key: bytes) -> tuple[bytes, ...]:
        """Return the nodes from the root to where `key` stands, or would; those inside another are not repeated."""
        found, nibbles = [self._nodes[self.root]], key.hex()
        node: Item = rlp.decode(found[0])
        while isinstance(node, list):
            if len(node) == 17:
                if not nibbles:
                    break
                child, nibbles = node[int(nibbles[0], 16)], nibbles[1:]
            else:
                step = _nibbles(node[0])
                if _is_leaf(node[0]) or not nibbles.startswith(step):
                    break
                child, nibbles = node[1], nibbles[len(step) :]
            if isinstance(child, bytes) and child:
                found.append(self._nodes[child])
                child = rlp.decode(found[-1])
            node = child
        return tuple(found)

    def _build(self, pairs: Sequence[tuple[str, bytes]], at: int) -> Item:
        """Make the node for keys that agree in their first `at` nibbles."""
        if not pairs:
            return b""
        if len(pairs) == 1:
            return [_hex_prefix(pairs[0][0][at:], leaf=True), pairs[0][1]]
        first, last = pairs[0][0], pairs[-1][0]  # sorted: what these two share, all share
        shared = at
        while shared < len(first) and first[shared] == last[shared]:
            shared += 1
        if shared > at:
            return [_hex_prefix(first[at:shared], leaf=False), self._reference(self._build(pairs, shared))]
        value = b""
        if len(first) == at:  # a key that ends where others go on
            value, pairs = pairs[0][1], pairs[1:]
        children: list[Item] = []
        for nibble in "0123456789abcdef":
            below = [pair for pair in pairs if pair[0][at] == nibble]
            children.append(self._reference(self._build(below, at + 1)))
        return [*children, value]

    def _reference(self, node: Item) -> Item:
        """Name a node by its hash, or put it inside its parent when it is shorter than one."""
        encoded = rlp.encode(node)
        if not node or len(encoded) < 32:
            return node
        node_hash = keccak256(encoded)
        self._nodes[node_hash] = encoded
        return node_hash


def list_trie(values: Sequence[bytes]) -> TrieBuild:
    """Build the trie of a block's transactions or receipts, in their order."""
    return TrieBuild({index_key(index): value for index, value in enumerate(values)})


def index_key(index: int) -> bytes:
    """Return the key of the value at a place: the RLP of its number."""
    return bytes(rlp.encode(index.to_bytes((index.bit_length() + 7) // 8, "big")))


def _hex_prefix(nibbles: str, *, leaf: bool) -> bytes:
    odd = len(nibbles) % 2
    flag = f"{2 * leaf + odd:x}"
    return bytes.fromhex(flag + nibbles if odd else flag + "0" + nibbles)


def _nibbles(path: Item) -> str:
    assert isinstance(path, bytes), "the path of a node we built"
    text = path.hex()
    return text[1:] if text[0] in "13" else text[2:]


def _is_leaf(path: Item) -> bool:
    assert isinstance(path, bytes), "the path of a node we built"
    return path[0] >= 0x20
