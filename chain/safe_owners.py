"""Whether one owner of a Safe has signed, whatever kind of owner it is: a key, a key that signs text, a contract.

Decides it from values: the owner's own part of a signature blob, and what is proved of the chain (`Proved`): the state
of an owner that is itself a Safe, hashes that owners approved on chain, and what other contracts answered. Nothing is
asked here, and what is not proved does not count. Decides, too, how the parts of several owners become the one blob
that the Safe takes. Whether they are owners, and enough of them, is for the caller.

An owner that is a Safe signs a message of its own, and which one depends on who asks: below 1.5.0 the bytes under the
hash (`isValidSignature(bytes,bytes)`), from 1.5.0 on the hash (`isValidSignature(bytes32,bytes)`). The handler of 1.5.0
answers the second question only, so such a Safe can own an older one by approving hashes, not by signing.

Source: Safe smart account, `checkNSignatures` and CompatibilityFallbackHandler.sol, tags v1.3.0 to v1.5.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from chain import typed_data
from chain.address import checksum
from chain.safe import SafeTx, domain_hash, message_hash, release, safe_message_data, safe_tx_hash
from chain.safe_deployments import message_handler_release, singleton_release
from chain.safe_errors import SafeError
from chain.safe_signatures import OwnerSignature, key_signer, split_signatures
from chain.safe_state import SafeState

DEPTH_MAX = 4
"""Safes that own Safes; each level must be understood by whoever signs."""


class Question(NamedTuple):
    """What a Safe asks its owners about."""

    hash: bytes
    """What keys sign."""
    data: bytes
    """The bytes under it, which contracts are asked about below 1.5.0."""
    chain_id: int
    safe: bytes
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """What is known of the chain about owners that are no keys; what is missing is not known."""

    safes: Mapping[bytes, SafeState] = field(default_factory=dict)
    """Owners that are Safes, by address."""
    approved: Mapping[tuple[bytes, bytes, bytes], bool] = field(default_factory=dict)
    """By Safe, owner and hash: whether the owner approved that hash of that Safe on chain."""
    answered: Mapping[tuple[bytes, bytes, bytes], bool] = field(default_factory=dict)
    """By contract, what it was asked about, and signature: whether it said yes."""


NOTHING = Proved()


def question_of(tx: SafeTx) -> Question:
    """Return what a Safe asks its owners about a transaction."""
    data = b"\x19\x01" + domain_hash(tx.chain_id, tx.safe, tx.version) + message_hash(tx)
    return Question(safe_tx_hash(tx), data, tx.chain_id, tx.safe, tx.version)


def asked(question: Question) -> bytes:
    """Return what a contract that owns the Safe is asked about: the bytes under the hash, or from 1.5.0 on the hash."""
    return question.data if release(question.version) < (1, 5, 0) else question.hash


def nested(question: Question, inner: SafeState) -> Question:
    """Return what an owner that is itself a Safe asks its own owners; they sign its `hash`.

    Raises `SafeError` (`E_SAFE_CONFIG`) for a Safe whose code is not the Safe project's, or whose fallback handler is
    not known to answer this question: what it would say is then unknown.
    """
    singleton, handler = singleton_release(inner.singleton), message_handler_release(inner.fallback_handler)
    is_old_question = release(question.version) < (1, 5, 0)
    if singleton is None or handler is None or (is_old_question and release(handler) >= (1, 5, 0)):
        raise SafeError(
            "E_SAFE_CONFIG", "nested", owner=checksum(inner.safe), singleton=checksum(inner.singleton),
            handler=checksum(inner.fallback_handler),
        )  # fmt: skip
    message = asked(question)
    typed = safe_message_data(chain_id=inner.chain_id, safe=inner.safe, version=singleton, message=message)
    struct = typed_data.hash_struct(typed.primary, typed.types, typed.message)
    under = b"\x19\x01" + domain_hash(inner.chain_id, inner.safe, singleton) + struct
    # the handler of 1.3.0 hands on what it was asked about, later ones the bytes under the Safe's own hash
    data = message if handler == "1.3.0" else under
    return Question(typed.digest(), data, inner.chain_id, inner.safe, singleton)


def owner_of(question: Question, part: bytes, proved: Proved = NOTHING) -> bytes:
    """Return the owner who gave this part of a blob; a part of one owner is a blob of its own.

    Raises `SafeError` (`E_SAFE_SIGS`): `one` unless it is exactly one entry, `not_proved` where the chain has not been
    asked, `not_approved`, `said_no` where it was asked and says no; what a nested Safe's signers lack, and the errors
    of `split_signatures` and `signature.recover`.
    """
    entries = split_signatures(part)
    if len(entries) != 1:
        raise SafeError("E_SAFE_SIGS", "one", found=len(entries))
    return _owner(question, entries[0], proved, 0)


def join_parts(parts: Mapping[bytes, bytes]) -> bytes:
    """Join the parts of several owners, by owner, into the blob that the Safe takes."""
    entries = [split_signatures(parts[owner])[0] for owner in sorted(parts)]
    head, tail = b"", b""
    for entry in entries:
        if entry.kind == "contract":
            assert entry.owner is not None, "a contract's entry names its owner"
            offset = 65 * len(entries) + len(tail)
            head += entry.owner.rjust(32, b"\0") + offset.to_bytes(32, "big") + b"\0"
            tail += len(entry.data).to_bytes(32, "big") + entry.data
        else:
            head += entry.signature
    return head + tail


def contract_part(owner: bytes, data: bytes) -> bytes:
    """Write the part of an owner that is a contract, asked with `data`: of a Safe, the blob of its own owners."""
    return owner.rjust(32, b"\0") + (65).to_bytes(32, "big") + b"\0" + len(data).to_bytes(32, "big") + data


def approved_part(owner: bytes) -> bytes:
    """Write the part of an owner that approved the hash on chain."""
    return owner.rjust(32, b"\0") + bytes(32) + b"\1"


def _owner(question: Question, entry: OwnerSignature, proved: Proved, depth: int) -> bytes:
    if entry.owner is None:
        return key_signer(question.hash, entry)
    if entry.kind == "approved_hash":
        _expect(proved.approved.get((question.safe, entry.owner, question.hash)), entry.owner, "not_approved")
    elif entry.owner in proved.safes:
        _check_nested(question, proved.safes[entry.owner], entry.data, proved, depth + 1)
    else:
        _expect(proved.answered.get((entry.owner, asked(question), entry.data)), entry.owner, "said_no")
    return entry.owner


def _expect(answer: bool | None, owner: bytes, no: str) -> None:  # noqa: FBT001
    if not answer:
        raise SafeError("E_SAFE_SIGS", "not_proved" if answer is None else no, owner=checksum(owner))


def _check_nested(question: Question, inner: SafeState, blob: bytes, proved: Proved, depth: int) -> None:
    """Raise unless enough owners of the inner Safe signed; stricter than the contract, which reads only so many."""
    if depth > DEPTH_MAX or inner.chain_id != question.chain_id:
        raise SafeError("E_SAFE_SIGS", "nested_depth", owner=checksum(inner.safe), limit=DEPTH_MAX)
    ours, before, count = nested(question, inner), b"", 0
    for number, entry in enumerate(split_signatures(blob), 1):
        owner = _owner(ours, entry, proved, depth)
        if owner not in inner.owners:
            raise SafeError("E_SAFE_SIGS", "not_owner", number=number, owner=checksum(owner))
        if owner <= before:
            raise SafeError("E_SAFE_SIGS", "order", number=number, owner=checksum(owner))
        before, count = owner, number
    if count < max(inner.threshold, 1):
        raise SafeError("E_SAFE_SIGS", "threshold", found=count, expected=inner.threshold)
