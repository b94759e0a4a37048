"""The name of a block: chain id, number *and hash*.

A number alone names whatever the chain holds there today; with the hash it names one history. Whether the block is
final, or exists at all, is decided elsewhere.
"""

from __future__ import annotations

from typing import NamedTuple

from chain.evidence_map import EvidenceMap

UINT64_MAX = 2**64 - 1


class BlockRef(NamedTuple):
    """One block of one chain."""

    chain_id: int
    number: int
    hash: bytes
    """32 bytes: Keccak-256 of the header's RLP."""

    def to_map(self) -> dict[str, object]:
        """Spell it as the map that leaves and evidence carry."""
        return {"chain_id": self.chain_id, "hash": self.hash, "number": self.number}

    @classmethod
    def from_map(cls, value: object) -> BlockRef:
        """Read that map; anything but exactly its three keys and their types raises `E_PROOF` form."""
        fields = EvidenceMap(value, "block", ("chain_id", "hash", "number"))
        return cls(
            fields.integer("chain_id", UINT64_MAX, least=1),
            fields.integer("number", UINT64_MAX),
            fields.octets("hash", 32),
        )
