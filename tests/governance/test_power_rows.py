"""`governance.power_rows`: the rows of powers are DAG-CBOR to the byte, and only those bytes are unpacked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain import dag_cbor
from chain.errors import CodedError
from governance.power_rows import pack, unpack

ROWS = st.lists(st.tuples(st.binary(min_size=20, max_size=20), st.integers(0, 10**77 - 1)), max_size=30)


def encoded(rows: list[tuple[bytes, int]]) -> bytes:
    return dag_cbor.encode({"v": 1, "kind": "power-values", "values": [[voter, str(power)] for voter, power in rows]})


@given(ROWS)
def test_rows_are_packed_as_the_codec_encodes_them(rows: list[tuple[bytes, int]]) -> None:
    """And unpacked to themselves."""
    assert encoded(rows) == pack(rows)
    assert rows == unpack(pack(rows))


@pytest.mark.parametrize("count", [23, 24, 255, 256, 8_000])
def test_chunks_of_every_length(count: int) -> None:
    """The head of a list has three lengths here."""
    rows = [(b"\x82T" + number.to_bytes(18, "big"), number) for number in range(count)]

    assert encoded(rows) == pack(rows)
    assert rows == unpack(pack(rows))


def test_no_byte_changes_unseen() -> None:
    """What is still unpacked is what the codec reads; 78 digits are left to it."""
    rows = [(b"\x01" * 20, 0), (b"\x82" * 20, 10**22), (b"T" * 20, 10**23), (b"x" * 20, 10**77 - 1)]
    data = pack(rows)
    for at in range(len(data)):
        for other in {data[at] ^ 1, 0x30, 0x39, 0x82, 0x61, 0x78}:
            changed = data[:at] + bytes([other]) + data[at + 1 :]
            found = unpack(changed)
            if found is not None:
                assert encoded(found) == changed
                read = dag_cbor.decode(changed)
                assert isinstance(read, dict)
                assert [[voter, str(power)] for voter, power in found] == read["values"]
    assert unpack(encoded([(b"\x01" * 20, 10**77)])) is None
    assert unpack(data[:-1]) is None
    assert unpack(b"") is None
    with pytest.raises(CodedError):
        dag_cbor.decode(data + b"\0")
    assert unpack(data + b"\0") is None
