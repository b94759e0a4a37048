"""Varints: one spelling a number, and no other is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.varint import read_varint, write_varint


@given(st.integers(0, 2**70 - 1), st.binary(max_size=3), st.binary(max_size=3))
def test_what_is_written_is_read(number: int, before: bytes, behind: bytes) -> None:
    """Wherever it stands, and whatever follows."""
    spelled = write_varint(number)

    assert (number, len(before) + len(spelled)) == read_varint(before + spelled + behind, len(before), most=10)
    assert read_varint(spelled, 0, most=len(spelled) - 1) is None


@given(st.binary(max_size=12))
def test_one_spelling_a_number(data: bytes) -> None:
    """Whatever is read is what the number is written as."""
    found = read_varint(data, 0, most=10)

    assert found is None or data[: found[1]] == write_varint(found[0])


@pytest.mark.parametrize("data", [b"", b"\x80", b"\x80\x00", b"\xff\x80\x00", b"\x80" * 10 + b"\x01"])
def test_cut_off_or_longer_than_needed(data: bytes) -> None:
    """The specification's own example among them: 0x80 0x00 is no zero."""
    assert read_varint(data, 0, most=10) is None
