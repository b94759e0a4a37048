"""Packing reads into a program and taking its answer apart; the program itself runs in `test_node`."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.clients.multicall import (
    BALANCES,
    INIT_CODE_MAX,
    PROGRAM,
    READS_MAX,
    Read,
    batches,
    pack,
    unpack,
    unpack_balances,
)

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


ASSEMBLY = {
    "PROGRAM": """
        PUSH1 1; PUSH1 85; JUMPDEST; DUP1; CODESIZE; EQ; PUSH1 80; JUMPI; PUSH1 32; DUP2; DUP4; CODECOPY; DUP2; MLOAD;
        DUP1; PUSH1 96; SHR; SWAP1; PUSH1 80; SHR; PUSH2 65535; AND; SWAP2; PUSH1 22; ADD; DUP3; DUP2; DUP6; CODECOPY;
        DUP3; ADD; SWAP2; PUSH1 0; PUSH1 0; SWAP2; DUP6; DUP5; GAS; STATICCALL; SWAP1; POP; PUSH1 24; SHL;
        RETURNDATASIZE; OR; PUSH1 224; SHL; DUP3; MSTORE; RETURNDATASIZE; PUSH1 0; DUP4; PUSH1 4; ADD; RETURNDATACOPY;
        SWAP1; RETURNDATASIZE; ADD; PUSH1 4; ADD; SWAP1; PUSH1 4; JUMP; JUMPDEST; POP; PUSH1 0; RETURN
    """,
    "BALANCES": """
        PUSH1 1; PUSH1 40; JUMPDEST; DUP1; CODESIZE; EQ; PUSH1 35; JUMPI; PUSH1 32; DUP2; DUP4; CODECOPY; DUP2; MLOAD;
        PUSH1 96; SHR; BALANCE; DUP3; MSTORE; PUSH1 20; ADD; SWAP1; PUSH1 32; ADD; SWAP1; PUSH1 4; JUMP; JUMPDEST; POP;
        PUSH1 0; RETURN
    """,
}
"""The programs once more, as a person reads them."""


def disassembled(code: bytes) -> list[str]:
    """Name every instruction by the EVM's own table, as py-evm has it."""
    from eth.vm import mnemonics, opcode_values

    names = {value: getattr(mnemonics, name, name) for name, value in vars(opcode_values).items() if name.isupper()}
    found, at = [], 0
    while at < len(code):
        name, pushed = names[code[at]], 0
        if name.startswith("PUSH") and name != "PUSH0":
            pushed = int(name[4:])
            name += f" {int.from_bytes(code[at + 1 : at + 1 + pushed], 'big')}"
        found.append(name)
        at += 1 + pushed
    return found


@pytest.mark.parametrize("name", sorted(ASSEMBLY))
def test_programs_are_what_their_assembly_says(name: str) -> None:
    """Disassembled with another project's table, every byte is an instruction that was meant."""
    code = {"PROGRAM": PROGRAM, "BALANCES": BALANCES}[name]

    assert [line.strip() for line in ASSEMBLY[name].split(";")] == disassembled(code)
    jumps = [int(line.split()[1]) for line, after in pairwise(disassembled(code)) if after in {"JUMP", "JUMPI"}
             and line.startswith("PUSH")]  # fmt: skip
    assert all(code[place] == 0x5B for place in jumps)


def test_balances_are_taken_apart() -> None:
    """One word each behind the first zero; anything else is no answer."""
    good = b"\x00" + (7).to_bytes(32, "big") + bytes(32)

    assert [7, 0] == unpack_balances(good, 2)
    for bad in (good[:-1], good + b"\x00", b"\x01" + good[1:], b""):
        assert unpack_balances(bad, 2) is None
    assert len(BALANCES) == BALANCES[3]
