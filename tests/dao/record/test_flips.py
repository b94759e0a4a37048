"""Every flipped byte of a record is refused by the reader: not one of them is padding.

With CI=true each byte of the demo's record is flipped; elsewhere some, spread over the whole file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from chain import car, dag_cbor
from chain.errors import ChainError
from tests.dao.conftest import Played

IN_FULL = os.environ.get("CI") == "true"
CHUNKS = 32
SAMPLE = 1_500
"""Bytes where not all of them are tried."""


@pytest.fixture(scope="module", autouse=True)
def blocks_are_decoded_once(played: Played) -> Iterator[None]:
    """All blocks but one are those of the record; what a block says, and what it links to, follows from its bytes."""
    decode, links = dag_cbor.decode, dag_cbor.links
    record = car.read(played.record)
    known = {record.blocks[cid]: value for cid, value in record.values.items()}
    linked = {id(value): list(links(value)) for value in known.values()}  # all of them live as long as `known`
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(dag_cbor, "decode", lambda data: known[data] if data in known else decode(data))
        patched.setattr(dag_cbor, "links", lambda value: linked[id(value)] if id(value) in linked else links(value))
        yield


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_flipped_byte_is_refused(chunk: int, played: Played) -> None:
    """The reader takes the record, and no file that differs from it in one byte."""
    record = played.record
    step = 1 if IN_FULL else len(record) // SAMPLE
    places = range(0, len(record), step)
    mine = places[chunk * len(places) // CHUNKS : (chunk + 1) * len(places) // CHUNKS]
    accepted = [at for at in mine if is_accepted(flipped(record, at))]

    assert [] == accepted
    assert len(mine) >= SAMPLE // CHUNKS - 1


@pytest.mark.parametrize("bit", range(8))
def test_every_bit_of_a_byte_counts(bit: int, played: Played) -> None:
    """It does not matter which bit of a byte is flipped; the frame's own bytes are the likeliest to be overlooked."""
    frame = list(range(64)) if IN_FULL else list(range(0, 64, 5))
    accepted = [at for at in frame if is_accepted(flipped(played.record, at, 1 << bit))]

    assert [] == accepted
    assert is_accepted(played.record)


def flipped(data: bytes, at: int, mask: int = 0xFF) -> bytes:
    return data[:at] + bytes([data[at] ^ mask]) + data[at + 1 :]


def is_accepted(data: bytes) -> bool:
    try:
        car.read(data)
    except ChainError:
        return False
    return True
