"""Signatures: one spelling each, and the signer that it proves."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_keys.datatypes import PrivateKey as PeerKey
from eth_keys.datatypes import Signature as PeerSignature
from hypothesis import given, settings

from chain import signature
from chain.address import checksum
from chain.signature import SignatureError

from . import strategies

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
KEY = b"\x11" * 32
OTHER_KEY = b"\x22" * 32
DIGEST = b"\xd1" * 32
SIGNER = signature.address_of(KEY)
SIGNED = signature.sign(DIGEST, KEY)


def with_r(r: int) -> bytes:
    """Put another r into the good signature."""
    return r.to_bytes(32, "big") + SIGNED[32:]


def with_s(s: int) -> bytes:
    """Put another s into the good signature."""
    return SIGNED[:32] + s.to_bytes(32, "big") + SIGNED[64:]


def with_v(v: int) -> bytes:
    """Put another v into the good signature."""
    return SIGNED[:64] + bytes([v])


def high_s_twin(signed: bytes) -> bytes:
    """Return the other signature of the same key over the same bytes: n - s, and the other v."""
    s = ORDER - int.from_bytes(signed[32:64], "big")
    return signed[:32] + s.to_bytes(32, "big") + bytes([55 - signed[64]])


def refusal(act: Callable[[], object]) -> tuple[str, str]:
    """Return code and reason of a refusal."""
    with pytest.raises(SignatureError) as caught:
        act()
    return caught.value.code, caught.value.reason


@settings(max_examples=50)
@given(strategies.private_key, strategies.digest)
def test_signs_and_recovers_as_eth_keys_does(key: bytes, digest: bytes) -> None:
    """RFC 6979 leaves one signature a key and digest, so two libraries must agree on its bytes."""
    peer = PeerKey(key)
    expected = peer.sign_msg_hash(digest)
    signed = signature.sign(digest, key)
    assert expected.to_bytes() == signed[:64] + bytes([signed[64] - 27])
    assert peer.public_key.to_canonical_address() == signature.address_of(key) == signature.recover(digest, signed)


@settings(max_examples=100)
@given(strategies.digest, strategies.digest, strategies.digest)
def test_recovers_foreign_signatures_as_eth_keys_does(digest: bytes, r: bytes, s: bytes) -> None:
    """Random r and s are signatures of somebody, or of nobody: the libraries agree which."""
    blob = (int.from_bytes(r, "big") % (ORDER - 1) + 1).to_bytes(32, "big")
    blob += (int.from_bytes(s, "big") % (ORDER // 2) + 1).to_bytes(32, "big")
    try:
        peer = PeerSignature(blob + b"\0").recover_public_key_from_msg_hash(digest).to_canonical_address()
    except Exception:  # whatever the peer raises, it found nobody
        assert ("E_SIG_SIGNER", "nobody") == refusal(lambda: signature.recover(digest, blob + b"\x1b"))
    else:
        assert peer == signature.recover(digest, blob + b"\x1b")


def test_check_is_silent_about_the_right_signer() -> None:
    """There is no boolean that a caller could forget."""
    signature.check(DIGEST, SIGNED, SIGNER)


@pytest.mark.parametrize("bad", [0, ORDER, ORDER + 1, 2**256 - 1])
def test_H01_r_or_s_out_of_range(bad: int) -> None:
    """r and s lie in [1, n-1], under both policies."""
    for judge in (signature.recover, signature.recover_snapshot):
        assert ("E_SIG_RANGE", "r") == refusal(partial(judge, DIGEST, with_r(bad)))
        assert ("E_SIG_RANGE", "s") == refusal(partial(judge, DIGEST, with_s(bad)))


def test_H02_high_s_twin() -> None:
    """The twin proves the same signer in other bytes: refused, or remarked under policy `snapshot`."""
    twin = high_s_twin(SIGNED)
    assert "E_SIG_HIGH_S" == refusal(lambda: signature.recover(DIGEST, twin))[0]
    assert (SIGNER, ("W_SIG_HIGH_S",)) == signature.recover_snapshot(DIGEST, twin)
    assert (SIGNER, ()) == signature.recover_snapshot(DIGEST, SIGNED)


def test_H02_the_border_of_the_lower_half() -> None:
    """n // 2 is the last low s."""
    assert "E_SIG_HIGH_S" == refusal(lambda: signature.recover(DIGEST, with_s(ORDER // 2 + 1)))[0]
    signature.recover(DIGEST, with_s(ORDER // 2))


@pytest.mark.parametrize("v", [0, 1, 2, 26, 29, 31, 32, 35, 36, 37, 38, 255])
def test_H03_v_other_than_27_and_28(v: int) -> None:
    """A stored record has 27 or 28."""
    assert ("E_SIG_V", "strict") == refusal(lambda: signature.recover(DIGEST, with_v(v)))


def test_H03_v_0_and_1_are_normalised_under_policy_snapshot() -> None:
    """Some wallets write the bare recovery id; it is read and remarked."""
    assert (SIGNER, ("W_SIG_V_NORMALISED",)) == signature.recover_snapshot(DIGEST, with_v(SIGNED[64] - 27))


@pytest.mark.parametrize("v", [2, 3, 26, 29, 35, 38, 255])
def test_H03_v_of_a_transaction_is_never_read(v: int) -> None:
    """35 and above is EIP-155, a transaction's v, under either policy."""
    assert ("E_SIG_V", "snapshot") == refusal(lambda: signature.recover_snapshot(DIGEST, with_v(v)))


@pytest.mark.parametrize(
    ("signed", "reason"),
    [(SIGNED[:64], "compact"), (SIGNED + b"\0", "length"), (SIGNED[:-2], "length"), (b"", "length")],
)
def test_H04_another_length(signed: bytes, reason: str) -> None:
    """65 bytes, neither EIP-2098's 64 nor anything else."""
    assert ("E_SIG_LEN", reason) == refusal(lambda: signature.recover(DIGEST, signed))


@pytest.mark.parametrize("text", ["", "0X11", "11", "0xzz", " 0x11", "0x11\n", "0x１１", "0x1_1", None, 17, b"\x11"])
def test_H04_text_that_is_no_hex(text: object) -> None:
    """`0x` and ASCII hex digits."""
    assert b"\x11\xab" == signature.parse_hex("0x11aB")
    assert ("E_SIG_LEN", "hex") == refusal(lambda: signature.parse_hex(text))


def test_H04_odd_hex() -> None:
    """Half a byte is none."""
    assert b"" == signature.parse_hex("0x")
    assert ("E_SIG_LEN", "odd") == refusal(lambda: signature.parse_hex("0x123"))


def test_H05_recovers_to_somebody_else() -> None:
    """Both addresses are told, as people write them."""
    with pytest.raises(SignatureError) as caught:
        signature.check(DIGEST, signature.sign(DIGEST, OTHER_KEY), SIGNER)
    assert ("E_SIG_SIGNER", "other") == (caught.value.code, caught.value.reason)
    other = checksum(signature.address_of(OTHER_KEY))
    assert {"expected": checksum(SIGNER), "found": other} == caught.value.facts


def test_H05_recovers_to_nobody() -> None:
    """An r that is no point of the curve was made by no key; the zero address is never an answer."""
    assert ("E_SIG_SIGNER", "nobody") == refusal(lambda: signature.recover(DIGEST, with_r(5)))


def test_H06_all_zero_signature() -> None:
    """65 zero bytes are out of range, whatever their v."""
    for judge in (signature.recover, signature.recover_snapshot):
        assert ("E_SIG_RANGE", "r") == refusal(partial(judge, DIGEST, bytes(65)))


def test_H07_three_encodings_of_one_signature() -> None:
    """All three prove one signer of one digest, and the digest is what a vote is known by."""
    encodings = (SIGNED, with_v(SIGNED[64] - 27), high_s_twin(SIGNED))
    assert {SIGNER} == {signature.recover_snapshot(DIGEST, encoding)[0] for encoding in encodings}


def test_H08_personal_message_offered_for_typed_data() -> None:
    """The right key signed the right bytes in the wrong way: that has a cure, so it has its own name."""
    personal = bytes(Account.sign_message(encode_defunct(DIGEST), KEY).signature)
    assert ("E_SIG_SCHEME", "eip191") == refusal(lambda: signature.check(DIGEST, personal, SIGNER))
    assert SIGNER == signature.recover(signature.eip191_digest(DIGEST), personal)


def test_H08_somebody_elses_personal_message_is_just_somebody_else() -> None:
    """The scheme is only blamed when it is what is wrong."""
    personal = signature.sign(signature.eip191_digest(DIGEST), OTHER_KEY)
    assert ("E_SIG_SIGNER", "other") == refusal(lambda: signature.check(DIGEST, personal, SIGNER))


def test_H13_erc6492_suffix_on_a_key_signature() -> None:
    """A wrapper for contracts that are not deployed yet has no business around a key's signature."""
    wrapped = SIGNED + bytes.fromhex("6492" * 16)
    assert ("E_SIG_SCHEME", "erc6492") == refusal(lambda: signature.recover(DIGEST, wrapped))


@pytest.mark.parametrize(
    ("key", "reason"), [(bytes(32), "range"), (ORDER.to_bytes(32, "big"), "range"), (b"\x01" * 31, "length")]
)
def test_key_that_is_none_is_refused_and_never_told(key: bytes, reason: str) -> None:
    """The facts of the refusal do not hold the key."""
    with pytest.raises(SignatureError) as caught:
        signature.sign(DIGEST, key)
    assert ("E_KEY", reason) == (caught.value.code, caught.value.reason)
    assert key not in caught.value.facts.values()
    assert key.hex() not in str(caught.value)
