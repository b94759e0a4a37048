"""Proof of life: an owner of the Safe shows that the key is still at hand, without agreeing to anything.

`ProofOfLife(string space,address safe,uint256 index,bytes32 leaf)` in our EIP-712 domain: `leaf` is the RFC 9162 hash
of the journal's leaf at `index`, which nobody could know before that leaf was written: the signature is younger.
Decided here: the form of a proof and who signed it. That the leaf is the journal's, and the signer an owner, is decided
where it is taken. No transaction has this type, so nothing can be executed with it.
"""

from __future__ import annotations

from dataclasses import dataclass

from chain import address, signature
from chain.signer import Signer
from governance.errors import GovernanceError
from governance.own_envelope import Form

MAX_BYTES = 4096


class ProofOfLifeError(GovernanceError):
    """A proof of life that is malformed."""


_FORM = Form(
    "life",
    "ProofOfLife",
    (("space", "string"), ("safe", "address"), ("index", "uint256"), ("leaf", "bytes32")),
    max_bytes=MAX_BYTES,
    error=ProofOfLifeError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofOfLife:
    """One proof as it was received."""

    raw: bytes
    address: bytes
    signature: bytes
    id: bytes
    """The EIP-712 digest; it does not name the signer."""
    space: str
    safe: bytes
    index: int
    """0-based, of the newest leaf that the signer knew."""
    leaf: bytes
    """Its hash."""


def sign_proof(space: str, safe: bytes, index: int, leaf: bytes, signer: Signer) -> bytes:
    """Sign a proof and write its envelope; it is read back and checked."""
    message = {"space": space, "safe": address.checksum(safe), "index": index, "leaf": "0x" + leaf.hex()}
    raw = _FORM.seal(message, signer)
    check_proof_signature(read_proof(raw))
    return raw


def is_proof(value: object) -> bool:
    """Whether a JSON value has the types of a proof, whatever else is wrong with it."""
    return _FORM.is_claimed_by(value)


def read_proof(raw: bytes) -> ProofOfLife:
    """Read the envelope of a proof; raise `ProofOfLifeError` (`E_ACT`, `E_DOMAIN`, `E_TYPES`, `E_LIMIT`) or a refusal
    of `chain` for its numbers, addresses and hashes. Who signed is `check_proof_signature`'s.
    """
    opened = _FORM.read(raw)
    message = opened.message
    return ProofOfLife(
        raw=raw,
        id=_FORM.digest(message),
        address=address.parse(opened.address),
        signature=signature.parse_hex(opened.signature),
        space=message["space"],
        safe=address.parse(message["safe"]),
        index=message["index"],
        leaf=bytes.fromhex(message["leaf"][2:]),
    )


def check_proof_signature(proof: ProofOfLife) -> bytes:
    """Return the signer, which is the proof's address; raise `E_SIG_…` otherwise. Contracts have no key to show."""
    signature.check(proof.id, proof.signature, proof.address)
    return proof.address
