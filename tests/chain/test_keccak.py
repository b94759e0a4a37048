"""`chain.keccak`: Ethereum's hash and not its standardised cousin."""

from __future__ import annotations

from hashlib import sha3_256

import pytest
from Crypto.Hash import keccak as peer
from hypothesis import given
from hypothesis import strategies as st

from chain.keccak import keccak256


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            b"",
            "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470",
        ),  # code hash of an account without code
        (b"\x80", "56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"),  # root of the empty trie
    ],
)
def test_known_hashes_of_the_yellow_paper(data: bytes, expected: str) -> None:
    """The two constants that every Ethereum client carries."""
    assert expected == keccak256(data).hex()
    assert expected != sha3_256(data).hexdigest()


@given(st.binary(max_size=300))
def test_agrees_with_another_implementation(data: bytes) -> None:
    """Around the block size of 136 bytes too, the digest is pycryptodome's."""
    assert peer.new(data=data, digest_bits=256).digest() == keccak256(data)
