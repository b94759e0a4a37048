"""The signature blob of a Safe: what `execTransaction` and `isValidSignature` take, and whose signatures it holds.

Decides the form of a blob and the owners that signed with a key. Whether they *are* owners, and enough of them, is
`check_signatures`, given owners and threshold. Signatures of contract owners, and hashes approved on chain, need the
chain: they are read here and left as `UncheckableError`.

Layout: 65 bytes for each owner, strictly ascending by owner address, then what the contract signatures point to:

    r (32) | s (32) | v (1)
    v 27, 28   a key signed the hash                      r, s of that signature
    v 31, 32   a key signed it as a personal message      r, s of that signature; v - 4 is its v
    v 0        a contract signed                          r the owner, s the offset of (length, bytes)
    v 1        the owner approved the hash on chain       r the owner, s unused

Source: Safe smart account, `checkNSignatures`. v 2 (a passkey in some tools) is in no released contract and refused, as
is everything else. s must be low here, though the contracts do not mind, so that each blob has one spelling.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import pairwise
from typing import Literal, NamedTuple

from chain import signature
from chain.address import checksum
from chain.errors import UncheckableError
from chain.safe_errors import SafeError

Kind = Literal["ecdsa", "eth_sign", "contract", "approved_hash"]

_KINDS: Mapping[int, Kind] = {
    27: "ecdsa",
    28: "ecdsa",
    31: "eth_sign",
    32: "eth_sign",
    0: "contract",
    1: "approved_hash",
}
_MAX_OWNERS = 500
"""More than any Safe can check within a block."""


class OwnerSignature(NamedTuple):
    """One entry of a blob."""

    kind: Kind
    signature: bytes
    """Its 65 bytes as they stand in the blob."""
    owner: bytes | None
    """Named by the entry itself for a contract or an approved hash; a key's owner follows from the hash."""
    data: bytes
    """What a contract owner is asked with; empty for every other kind."""


def join_signatures(signatures: Mapping[bytes, bytes]) -> bytes:
    """Join 65-byte signatures of keys by owner into the blob that the Safe takes."""
    for owner, signed in signatures.items():
        if len(signed) != 65 or _KINDS.get(signed[64]) not in ("ecdsa", "eth_sign"):
            raise SafeError("E_SAFE_SIGS", "not_a_key", owner=checksum(owner))
    return b"".join(signatures[owner] for owner in sorted(signatures))


def split_signatures(blob: bytes) -> tuple[OwnerSignature, ...]:
    """Split a blob into its entries; raise `SafeError` (`E_SAFE_SIGS`) unless every byte belongs to exactly one."""
    entries_size = _entries_size(blob)
    if entries_size % 65 or entries_size > min(len(blob), 65 * _MAX_OWNERS):
        raise SafeError("E_SAFE_SIGS", "length", found=len(blob))
    entries: list[OwnerSignature] = []
    tail = entries_size
    for number, at in enumerate(range(0, entries_size, 65), 1):
        entry, data = blob[at : at + 65], b""
        kind = _KINDS.get(entry[64])
        if kind is None:
            raise SafeError("E_SAFE_SIGS", "v", number=number, found=entry[64])
        if kind == "contract":
            data = _contract_data(blob, _offset(entry), tail, number)
            tail += 32 + len(data)
        entries.append(OwnerSignature(kind, entry, _named_owner(entry, kind, number), data))
    if tail != len(blob):
        raise SafeError("E_SAFE_SIGS", "layout", number=len(entries))
    return tuple(entries)


def _entries_size(blob: bytes) -> int:
    """Return where the entries end: at what the first contract among them points to, else with the blob."""
    entries = (blob[at : at + 65] for at in range(0, len(blob), 65))
    return next((_offset(entry) for entry in entries if entry[64:] == b"\0"), len(blob))


def _offset(entry: bytes) -> int:
    return int.from_bytes(entry[32:64], "big")


def _contract_data(blob: bytes, offset: int, tail: int, number: int) -> bytes:
    """Read what a contract signature points to; in the canonical layout the parts follow each other without a gap."""
    size = int.from_bytes(blob[offset : offset + 32], "big")
    if offset != tail or offset + 32 + size > len(blob):
        raise SafeError("E_SAFE_SIGS", "layout", number=number)
    return blob[offset + 32 : offset + 32 + size]


def _named_owner(entry: bytes, kind: Kind, number: int) -> bytes | None:
    if kind in ("ecdsa", "eth_sign"):
        return None
    if any(entry[:12]) or not any(entry[12:32]):
        raise SafeError("E_SAFE_SIGS", "owner", number=number)
    return entry[12:32]


def recover_owners(hash_: bytes, blob: bytes, *, approved: Collection[bytes] = ()) -> tuple[bytes, ...]:
    """Return who signed a hash (of a transaction or a message), strictly ascending, each once.

    `approved` are owners who are known to have approved this hash on chain. Raises `SafeError` (`E_SAFE_SIGS`) for a
    blob out of form or order, `SignatureError` (`E_SIG_…`) for a bad signature in it, and `UncheckableError`
    (`E_SAFE_SIGS`) for an owner that only the chain can speak for.
    """
    owners = tuple(_owner(hash_, entry, number, approved) for number, entry in enumerate(split_signatures(blob), 1))
    for number, (before, after) in enumerate(pairwise(owners), 2):
        if before == after:
            raise SafeError("E_SAFE_SIGS", "duplicate", number=number, owner=checksum(after))
        if before > after:
            raise SafeError("E_SAFE_SIGS", "order", number=number, owner=checksum(after))
    return owners


def _owner(hash_: bytes, entry: OwnerSignature, number: int, approved: Collection[bytes]) -> bytes:
    if entry.owner is None:
        return key_signer(hash_, entry)
    if entry.kind == "contract":
        raise UncheckableError("E_SAFE_SIGS", "contract_owner", number=number, owner=checksum(entry.owner))
    if entry.owner in approved:
        return entry.owner
    raise UncheckableError("E_SAFE_SIGS", "approved_hash", number=number, owner=checksum(entry.owner))


def key_signer(hash_: bytes, entry: OwnerSignature) -> bytes:
    """Return whose key made an entry that names no owner: over the hash, or over the hash as a personal message."""
    if entry.kind == "ecdsa":
        return signature.recover(hash_, entry.signature)
    assert entry.kind == "eth_sign", "the other kinds name their owner"
    signed = entry.signature[:64] + bytes([entry.signature[64] - 4])
    return signature.recover(signature.eip191_digest(hash_), signed)


def check_signatures(
    hash_: bytes, blob: bytes, *, owners: Collection[bytes], threshold: int, approved: Collection[bytes] = ()
) -> tuple[bytes, ...]:
    """Return the owners that signed; raise unless all of them are owners and at least `threshold` signed.

    Stricter than the contract, which reads the first `threshold` entries and ignores the rest.
    """
    signers = recover_owners(hash_, blob, approved=approved)
    for number, signer in enumerate(signers, 1):
        if signer not in owners:
            raise SafeError("E_SAFE_SIGS", "not_owner", number=number, owner=checksum(signer))
    if len(signers) < max(threshold, 1):  # a Safe's threshold is never 0; whoever says so must not get a pass
        raise SafeError("E_SAFE_SIGS", "threshold", found=len(signers), expected=threshold)
    return signers
