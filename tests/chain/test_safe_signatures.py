"""The Safe's signature blob: who signed, in which order, and what is nobody's signature."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safe_eth.safe.safe_signature import SafeSignature

from chain import safe, signature
from chain.address import checksum
from chain.errors import ChainError, UncheckableError

from . import strategies

HASH = b"\x5a" * 32
KEYS = sorted((bytes([n]) * 32 for n in range(1, 5)), key=signature.address_of)
OWNERS = tuple(signature.address_of(key) for key in KEYS)
SIGNED = {signature.address_of(key): signature.sign(HASH, key) for key in KEYS}
BLOB = safe.join_signatures(SIGNED)
CONTRACT_OWNER = b"\xc0" * 20


def personal(key: bytes) -> bytes:
    """Sign the hash as a personal message, with the v by which the Safe tells it apart."""
    signed = signature.sign(signature.eip191_digest(HASH), key)
    return signed[:64] + bytes([signed[64] + 4])


def contract_entry(offset: int, owner: bytes = CONTRACT_OWNER) -> bytes:
    """Write the 65 bytes that stand for a contract's signature."""
    return bytes(12) + owner + offset.to_bytes(32, "big") + b"\0"


def with_length(data: bytes) -> bytes:
    """Write what such an entry points to."""
    return len(data).to_bytes(32, "big") + data


def refusal(act: Callable[[], object]) -> tuple[str, str]:
    """Return code and reason of a refusal."""
    with pytest.raises(ChainError) as caught:
        act()
    return caught.value.code, caught.value.reason


def refused(blob: bytes) -> tuple[str, str]:
    """Return how a blob is refused."""
    return refusal(lambda: safe.recover_owners(HASH, blob))


@settings(max_examples=50)
@given(st.lists(strategies.private_key, min_size=1, max_size=5, unique=True), strategies.digest, st.data())
def test_blobs_are_those_of_safe_eth(keys: list[bytes], hash_: bytes, data: st.DataObject) -> None:
    """Keys and personal messages mixed: the same bytes as safe-eth-py's, the same owners read from them."""
    signed = {}
    for key in keys:
        if data.draw(st.booleans()):
            raw = signature.sign(signature.eip191_digest(hash_), key)
            signed[signature.address_of(key)] = raw[:64] + bytes([raw[64] + 4])
        else:
            signed[signature.address_of(key)] = signature.sign(hash_, key)
    blob = safe.join_signatures(signed)
    peers = SafeSignature.parse_signature(blob, hash_)
    assert bytes(SafeSignature.export_signatures(peers[::-1])) == blob
    assert tuple(peer.owner for peer in peers) == tuple(map(checksum, safe.recover_owners(hash_, blob)))
    assert tuple(sorted(signed)) == safe.recover_owners(hash_, blob)


def test_owners_come_back_in_ascending_order() -> None:
    """Four keys, one hash."""
    assert OWNERS == safe.recover_owners(HASH, BLOB)
    assert () == safe.recover_owners(HASH, b"")


def test_personal_messages_count_by_their_own_v() -> None:
    """v 31 and 32 say that a wallet could only sign text; the plain v does not read such a signature."""
    owner, signed = OWNERS[0], personal(KEYS[0])
    assert (owner,) == safe.recover_owners(HASH, signed)
    assert "eth_sign" == safe.split_signatures(signed)[0].kind
    assert (owner,) != safe.recover_owners(HASH, signed[:64] + bytes([signed[64] - 4]))


def test_H80_unsorted() -> None:
    """The contract demands ascending owners (GS026)."""
    assert ("E_SAFE_SIGS", "order") == refused(SIGNED[OWNERS[1]] + SIGNED[OWNERS[0]])


def test_H80_duplicate_owner() -> None:
    """One owner is one voice, in whatever encoding."""
    assert ("E_SAFE_SIGS", "duplicate") == refused(SIGNED[OWNERS[0]] * 2)
    assert ("E_SAFE_SIGS", "duplicate") == refused(SIGNED[OWNERS[0]] + personal(KEYS[0]))


def test_H80_removed_owner() -> None:
    """A good signature of somebody who is no owner (any more)."""
    remaining = OWNERS[1:]
    assert remaining == safe.check_signatures(HASH, BLOB[65:], owners=remaining, threshold=3)
    check = partial(safe.check_signatures, HASH, BLOB, owners=remaining, threshold=2)
    assert ("E_SAFE_SIGS", "not_owner") == refusal(check)


def test_H80_below_threshold() -> None:
    """One signature less than the Safe demands."""
    assert OWNERS == safe.check_signatures(HASH, BLOB, owners=OWNERS, threshold=4)
    check = partial(safe.check_signatures, HASH, BLOB[:-65], owners=OWNERS, threshold=4)
    assert ("E_SAFE_SIGS", "threshold") == refusal(check)


def test_H80_nothing_signed_is_never_enough() -> None:
    """Not even for who claims that the threshold is zero."""
    check = partial(safe.check_signatures, HASH, b"", owners=OWNERS, threshold=0)
    assert ("E_SAFE_SIGS", "threshold") == refusal(check)


def test_H80_signature_over_another_hash() -> None:
    """It recovers to somebody, who is no owner."""
    other = signature.sign(b"\x5b" * 32, KEYS[0])
    check = partial(safe.check_signatures, HASH, other, owners=OWNERS, threshold=1)
    assert ("E_SAFE_SIGS", "not_owner") == refusal(check)


def test_H80_approved_hash_is_left_to_the_chain() -> None:
    """v 1 says that somebody approved on chain, or executes himself: bytes alone prove neither."""
    entry = bytes(12) + OWNERS[0] + bytes(32) + b"\x01"
    with pytest.raises(UncheckableError) as caught:
        safe.recover_owners(HASH, entry)
    assert ("E_SAFE_SIGS", "approved_hash") == (caught.value.code, caught.value.reason)
    assert (("approved_hash", OWNERS[0]),) == tuple((e.kind, e.owner) for e in safe.split_signatures(entry))


def test_contract_owner_is_left_to_the_chain() -> None:
    """v 0 points to what the contract is asked with; we read it and do not judge it."""
    blob = SIGNED[OWNERS[0]] + contract_entry(130) + with_length(b"asked")
    with pytest.raises(UncheckableError) as caught:
        safe.recover_owners(HASH, blob)
    assert ("E_SAFE_SIGS", "contract_owner") == (caught.value.code, caught.value.reason)
    entry = safe.split_signatures(blob)[1]
    assert ("contract", CONTRACT_OWNER, b"asked") == (entry.kind, entry.owner, entry.data)


def test_several_contract_owners() -> None:
    """Their parts follow each other in the order of their entries."""
    first, second = with_length(b"one"), with_length(b"")
    blob = contract_entry(130) + contract_entry(130 + len(first), b"\xc1" * 20) + first + second
    assert [b"one", b""] == [entry.data for entry in safe.split_signatures(blob)]
    peers = SafeSignature.parse_signature(blob, HASH)
    assert [b"one", b""] == [bytes(peer.contract_signature) for peer in peers]


@pytest.mark.parametrize(
    "blob",
    [
        contract_entry(65),
        contract_entry(65) + with_length(b"asked")[:-1],
        contract_entry(65) + with_length(b"asked") + b"\0",
        contract_entry(66) + b"\0" + with_length(b"asked"),
        contract_entry(0) + with_length(b"asked"),
        contract_entry(64) + with_length(b"asked"),
        contract_entry(2**255) + with_length(b"asked"),
        contract_entry(130) + contract_entry(130, b"\xc1" * 20) + with_length(b"shared"),
        contract_entry(65) + (2**255).to_bytes(32, "big"),
    ],
    ids=["nothing", "cut", "trailing", "gap", "itself", "inside", "far", "shared", "endless"],
)
def test_contract_parts_out_of_layout(blob: bytes) -> None:
    """Every byte belongs to exactly one entry, so a blob has one spelling."""
    assert refusal(lambda: safe.split_signatures(blob)) in {("E_SAFE_SIGS", "layout"), ("E_SAFE_SIGS", "length")}


@pytest.mark.parametrize("v", [2, 3, 26, 29, 30, 33, 34, 35, 255])
def test_v_that_no_released_safe_knows(v: int) -> None:
    """v 2 is a passkey in some tools and in no contract."""
    assert ("E_SAFE_SIGS", "v") == refused(SIGNED[OWNERS[0]][:64] + bytes([v]))


@pytest.mark.parametrize("blob", [b"\x1b", BLOB[:-1], BLOB + b"\0", BLOB + bytes(64)])
def test_blob_that_is_not_a_row_of_65_bytes(blob: bytes) -> None:
    """Padding that some libraries add is refused as well."""
    assert ("E_SAFE_SIGS", "length") == refused(blob)


@pytest.mark.parametrize("owner", [b"\x01" + bytes(31), bytes(32)])
def test_named_owner_that_is_no_address(owner: bytes) -> None:
    """The contract would cut the word to 20 bytes; zero is nobody."""
    assert ("E_SAFE_SIGS", "owner") == refused(owner + bytes(32) + b"\x01")


def test_H02_high_s_twin_in_a_blob() -> None:
    """The contract does not mind, we do: a blob has one spelling."""
    signed = SIGNED[OWNERS[0]]
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    twin = signed[:32] + (order - int.from_bytes(signed[32:64], "big")).to_bytes(32, "big") + bytes([55 - signed[64]])
    assert "E_SIG_HIGH_S" == refused(twin)[0]


def test_only_signatures_of_keys_are_joined() -> None:
    """What contracts sign has a tail, and needs another hand."""
    for signed in (SIGNED[OWNERS[0]][:64], SIGNED[OWNERS[0]][:64] + b"\0"):
        join = partial(safe.join_signatures, {OWNERS[0]: signed})
        assert ("E_SAFE_SIGS", "not_a_key") == refusal(join)
