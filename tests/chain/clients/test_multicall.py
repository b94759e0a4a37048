"""Packing reads into a program and taking its answer apart; the program itself runs in `test_node`."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chain.clients.multicall import INIT_CODE_MAX, PROGRAM, READS_MAX, Read, batches, pack, unpack

reads = st.lists(
    st.builds(Read, st.binary(min_size=20, max_size=20), st.integers(0, 30_000).map(lambda size: b"\x01" * size)),
    max_size=40,
)


def answer_of(outcomes: list[bytes | None]) -> bytes:
    return b"\x00" + b"".join(
        bytes([found is not None]) + len(found or b"").to_bytes(3, "big") + (found or b"") for found in outcomes
    )


def test_program_is_as_long_as_it_says() -> None:
    """The second instruction pushes the program's size, and the loop's jumps land on JUMPDEST."""
    assert len(PROGRAM) == PROGRAM[3]
    assert 0x5B == PROGRAM[0x04] == PROGRAM[PROGRAM[0x09]]


@given(reads)
def test_batches_hold_every_read_once_in_order_and_fit(asked: list[Read]) -> None:
    """Nothing is lost or moved, and no batch is larger than init code may be (unless one read alone is)."""
    cut = list(batches(asked))

    assert asked == [read for batch in cut for read in batch]
    assert all(len(pack(batch)) <= INIT_CODE_MAX for batch in cut)


def test_batches_have_a_greatest_length() -> None:
    """Small reads are cut by number."""
    cut = list(batches([Read(bytes(20), b"1234")] * (READS_MAX + 1)))

    assert [READS_MAX, 1] == [len(batch) for batch in cut]


@given(st.lists(st.none() | st.binary(max_size=70), max_size=9))
def test_answer_is_taken_apart_as_it_was_put_together(outcomes: list[bytes | None]) -> None:
    """A failure is None and never empty bytes, let alone a zero."""
    assert outcomes == unpack(answer_of(outcomes), len(outcomes))


def test_answers_that_do_not_fit_are_no_answers() -> None:
    """Too short, too long, too many, too few, or of another kind: None altogether."""
    good = answer_of([b"abc", b""])

    assert [b"abc", b""] == unpack(good, 2)
    for bad in (b"", good[:-1], good + b"\x00", good[:5], b"\x01" + good[1:]):
        assert unpack(bad, 2) is None
    assert unpack(good, 1) is None
    assert unpack(good, 3) is None
