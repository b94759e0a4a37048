"""What the chain says of an owner who is no key, as evidence that travels beside the owner's confirmation.

Decides its one form, and what it proves at its block: that an owner approved a hash of a Safe there, or the state of an
owner that is itself a Safe, with the signatures of its owners. Whether that suffices is `chain.safe_owners`'; whether
the block is the chain's is for the caller. A contract that is no Safe proves nothing by signing; it can approve.

An approval can never be taken back: no released Safe has a way to.
"""

from __future__ import annotations

from dataclasses import dataclass

from chain.address import checksum
from chain.blocks import UINT64_MAX, BlockRef
from chain.evidence_map import VERSION, open_map
from chain.header import decode_header
from chain.safe_errors import SafeError
from chain.safe_state import SafeState, approval_slot, prove
from chain.state_proof import Trie, account_in, canonical_nodes, index_nodes, refuse_surplus, storage_in

KIND = "owner-consent"
DATA_MAX = 65 * 64
"""Bytes of a nested Safe's signatures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerConsent:
    """Evidence of one account at one block."""

    chain_id: int
    account: bytes
    """The Safe on which a hash was approved, or the owner that is a Safe."""
    data: bytes
    """The signatures of that owner's owners, as its own blob; empty for an approval."""
    header: bytes
    """RLP of the block's header."""
    nodes: tuple[bytes, ...]

    def to_map(self) -> dict[str, object]:
        """Spell it as the map of a DAG-CBOR block."""
        return {
            "v": VERSION, "kind": KIND, "chain_id": self.chain_id, "account": self.account, "data": self.data,
            "header": self.header, "nodes": list(canonical_nodes(self.nodes)),
        }  # fmt: skip

    @classmethod
    def from_map(cls, value: object) -> OwnerConsent:
        """Read that map: exact keys and types, nodes ascending. Proves nothing yet."""
        fields = open_map(value, KIND, ("chain_id", "account", "data", "header", "nodes"))
        return cls(
            chain_id=fields.integer("chain_id", UINT64_MAX, least=1),
            account=fields.octets("account", 20),
            data=fields.octets("data"),
            header=fields.octets("header"),
            nodes=fields.nodes("nodes"),
        )

    @property
    def block(self) -> BlockRef:
        """The block that its header says it is."""
        return decode_header(self.header).ref(self.chain_id)


def prove_approval(consent: OwnerConsent, owner: bytes, hash_: bytes) -> None:
    """Return if the evidence proves that the owner approved the hash; `SafeError` (`E_SAFE_SIGS`) if it proves that he
    did not, `ProofError` (`E_PROOF`) if it proves nothing, or more than that.
    """
    indexed = index_nodes(consent.nodes)
    state = Trie(decode_header(consent.header).state_root, indexed)
    words = Trie(account_in(state, consent.account).storage_root, indexed)
    word = storage_in(words, approval_slot(owner, hash_))
    refuse_surplus(indexed, state, words)
    if not word:
        raise SafeError("E_SAFE_SIGS", "not_approved", owner=checksum(owner))


def prove_safe(consent: OwnerConsent) -> SafeState:
    """Prove the state of an owner that is itself a Safe; raises as `chain.safe_state.prove` does."""
    return prove(consent.chain_id, consent.account, consent.header, consent.nodes)
