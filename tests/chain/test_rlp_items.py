"""RLP: one spelling per value, and no exception but ours."""

from __future__ import annotations

import pytest
import rlp
from hypothesis import given
from hypothesis import strategies as st

from chain.rlp_items import DEPTH_MAX, ProofError, decode, encode, integer, octets, sequence

STRINGS = st.binary(max_size=70) | st.integers(0, 255).map(lambda byte: bytes([byte])) | st.just(bytes(300))
ITEMS = STRINGS | st.lists(STRINGS | st.lists(STRINGS | st.lists(STRINGS, max_size=3), max_size=4), max_size=6)


@given(ITEMS)
def test_items_come_back(item):
    """What is encoded decodes to itself, as the `rlp` library spells it."""
    assert rlp.encode(item) == encode(item)
    assert item == decode(encode(item), "test")


# Bytes at the borders of the five forms, so that a good part of what is drawn decodes.
BYTES = st.lists(st.sampled_from(bytes.fromhex("0001057f80818283b7b8b9bfc0c1c2c3c5f7f8f9ff38")), max_size=14).map(bytes)


@given(BYTES | st.binary(max_size=80))
def test_acceptance_agrees_with_the_rlp_library(data):
    """What the other implementation refuses is refused with our error; what it reads is read alike."""
    try:
        expected = rlp.decode(data)
    except rlp.DecodingError:
        with pytest.raises(ProofError):
            decode(data, "test")
    else:
        assert expected == decode(data, "test")
        assert data == encode(expected)


@pytest.mark.parametrize("size", [0, 1, 2, 54, 55, 56, 57, 255, 256, 65_535, 65_536])
def test_every_form_is_read_at_its_borders(size):
    """Strings and lists of the lengths at which the form changes, and the bytes at which a byte needs a length."""
    for item in (bytes(size), [b"\x01"] * size, [b"\x7f", b"\x80", b"\xff", bytes(size)]):
        assert item == decode(rlp.encode(item), "test")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes.fromhex("8105"),  # one byte in long form
        bytes.fromhex("b80180"),  # long form for a short string
        b"\xb9\x00\x40" + bytes(64),  # length with a leading zero
        bytes.fromhex("8000"),  # surplus byte
        bytes.fromhex("c1"),  # list cut short
        bytes.fromhex("c282aa"),  # item longer than its list
        b"\xbf" + b"\xff" * 8,  # length of 2**64
    ],
)
def test_other_spellings_are_refused(data):
    """Each classic non-canonical or broken spelling is refused."""
    with pytest.raises(ProofError) as caught:
        decode(data, "test")
    assert {"what": "test", "fault": "rlp"} == caught.value.facts


def test_nesting_is_bounded():
    """A tower of lists is refused at the same height whatever the interpreter's stack allows."""

    def tower(height):
        built = b"\xc0"
        for _ in range(height - 1):
            built = rlp.codec.length_prefix(len(built), 192) + built
        return built

    assert [[[[[[[[]]]]]]]] == decode(tower(DEPTH_MAX), "test")
    for height in (DEPTH_MAX + 1, 3000):
        with pytest.raises(ProofError):
            decode(tower(height), "test")


def test_integers_have_no_leading_zeros():
    """Zero is empty, leading zeros and more bytes than the field has are refused."""
    assert 0 == integer(b"", "test", "field")
    assert 256 == integer(b"\x01\x00", "test", "field")
    assert 2**256 - 1 == integer(b"\xff" * 32, "test", "field")
    for wrong in (b"\x00", b"\x00\x01", b"\x01" * 33, [b"\x01"]):
        with pytest.raises(ProofError):
            integer(wrong, "test", "field")


def test_shapes_are_asked_for():
    """A list is no byte string and a byte string no list; sizes are those of the field."""
    assert b"ab" == octets(b"ab", "test", "field", 2)
    assert [b""] == sequence([b""], "test", "field", 1)
    for wrong in (b"a", [b"ab"]):
        with pytest.raises(ProofError):
            octets(wrong, "test", "field", 2)
    for wrong in (b"", [b"", b""]):
        with pytest.raises(ProofError):
            sequence(wrong, "test", "field", 1)
