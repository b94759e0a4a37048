"""A Merkle tree over a list of claims: one root for thousands of payees, and each payee's proof.

Decides the hash of a claim, the order of the leaves, the nodes, and when a proof is one. The tree is OpenZeppelin's
standard one, so that its contracts and its JavaScript accept what is made here. It does not decide who may be paid
(`proposals.pay_file`), or what the contract that holds the money does with a proof.

A leaf is hashed twice, so that no inner node can pass for a claim: a leaf's first hash is of 64 bytes, as an inner
node's only one is. Leaves stand by their hashes, and the two under a node are hashed in their order, so a proof needs
no directions.

Source: OpenZeppelin/merkle-tree, README ("Standard Merkle Trees"); OpenZeppelin Contracts, `MerkleProof.verify`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from chain import address
from chain.keccak import keccak256
from treasury.errors import TreasuryError

_UINT256 = 2**256


class MerkleError(TreasuryError):
    """A list of claims out of form, or a claim that a list does not hold (`E_MERKLE`)."""


class Claim(NamedTuple):
    """What one payee may take, once."""

    payee: bytes
    """20 bytes."""
    amount: int
    """Base units, more than 0."""

    @property
    def leaf(self) -> bytes:
        """`keccak256(keccak256(abi.encode(address, uint256)))`."""
        return keccak256(keccak256(self.payee.rjust(32, b"\0") + self.amount.to_bytes(32, "big")))


class ClaimTree:
    """A tree over claims, in the order in which they were given."""

    def __init__(self, claims: Iterable[Claim]) -> None:
        """Raise `MerkleError` for no claim at all, a payee who stands there twice, and an amount that is none."""
        self.claims = tuple(claims)
        self._at = _by_payee(self.claims)
        leaves = [claim.leaf for claim in self.claims]
        order = sorted(range(len(leaves)), key=leaves.__getitem__)
        last = 2 * len(leaves) - 2
        places = {number: last - rank for rank, number in enumerate(order)}
        self.places = tuple(places[number] for number in range(len(leaves)))
        """Where each claim's leaf stands among the nodes, 0-based."""
        self.nodes = _nodes([leaves[number] for number in order])
        """Root first; the children of node i are 2i + 1 and 2i + 2."""

    @property
    def root(self) -> bytes:
        """What the contract is given."""
        return self.nodes[0]

    @property
    def total(self) -> int:
        """The sum of all claims, in base units."""
        return sum(claim.amount for claim in self.claims)

    def claim(self, payee: bytes) -> Claim:
        """The claim of a payee; `MerkleError` (`absent`) where there is none."""
        return self.claims[self._number(payee)]

    def proof(self, payee: bytes) -> tuple[bytes, ...]:
        """The siblings from a payee's leaf to the root."""
        at, found = self.places[self._number(payee)], []
        while at:
            found.append(self.nodes[at + 1 if at % 2 else at - 1])
            at = (at - 1) // 2
        return tuple(found)

    def _number(self, payee: bytes) -> int:
        if payee not in self._at:
            raise MerkleError("E_MERKLE", "absent", payee=address.checksum(payee), claims=len(self.claims))
        return self._at[payee]


def is_proved(claim: Claim, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether a proof leads from a claim to a root, as the contract computes it."""
    node = claim.leaf
    for sibling in proof:
        node = _parent(node, sibling)
    return node == root


def _by_payee(claims: Sequence[Claim]) -> dict[bytes, int]:
    if not claims:
        raise MerkleError("E_MERKLE", "empty")
    found: dict[bytes, int] = {}
    for number, (payee, amount) in enumerate(claims):
        if not 0 < amount < _UINT256:
            raise MerkleError("E_MERKLE", "amount", payee=address.checksum(payee), found=amount)
        if found.setdefault(payee, number) != number:
            raise MerkleError("E_MERKLE", "twice", payee=address.checksum(payee))
    return found


def _nodes(ordered: Sequence[bytes]) -> tuple[bytes, ...]:
    """All nodes over leaves in rising order: a complete binary tree, the leaves from its end to its middle."""
    count = len(ordered)
    nodes = [b""] * (count - 1) + list(reversed(ordered))
    for at in range(count - 2, -1, -1):
        nodes[at] = _parent(nodes[2 * at + 1], nodes[2 * at + 2])
    return tuple(nodes)


def _parent(one: bytes, other: bytes) -> bytes:
    return keccak256(one + other if one < other else other + one)
