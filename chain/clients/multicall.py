"""Many reads in one `eth_call`, without any contract on the chain: init code that makes the calls and answers them all.

Decides how reads are packed into a program and how its answer is taken apart; sends nothing (`node` does). Each read is
a static call with an outcome of its own, so a failure is never a zero.

What follows the program in the init code are the reads, each `to(20) || size(2) || calldata`. The answer is `00` (so
that it never begins with EIP-3541's `ef`), then for each read `succeeded(1) || size(3) || data`. Two limits shape a
batch: 49,152 bytes of init code (EIP-3860), and 24,576 bytes of answer, which counts as a contract's code (EIP-170).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

INIT_CODE_MAX = 49_152
READS_MAX = 500
_DATA_MAX = 0xFFFF


class Read(NamedTuple):
    """One question to a contract."""

    to: bytes
    data: bytes
    """Calldata, at most 65,535 bytes."""


# The stack after each line stands on the right, its top last. `out` is where the answer grows in memory, `at` where
# the next read stands in the code. The calldata of a read is laid at `out`, where its answer will overwrite it.
PROGRAM = bytes.fromhex(
    "6001"  # 00 PUSH1 1                            out
    "6055"  # 02 PUSH1 85, the program's size       out at
    "5b"  # 04 JUMPDEST                             out at
    "803814605057"  # 05 if at == CODESIZE goto 50  out at
    "6020818339"  # 0b CODECOPY(out, at, 32)        out at
    "8151"  # 10 MLOAD(out)                         out at word
    "8060601c"  # 12 word >> 96                     out at word to
    "9060501c61ffff16"  # 16 word >> 80 & ffff      out at to size
    "91601601"  # 1e at + 22                        out size to at
    "82818539"  # 22 CODECOPY(out, at, size)        out size to at
    "8201"  # 26 at + size                          out size to at
    "91"  # 28 SWAP2                                out at to size
    "6000600091"  # 29 0, 0, SWAP2                  out at to 0 0 size
    "8584"  # 2e DUP6, DUP5                         out at to 0 0 size out to
    "5afa"  # 30 STATICCALL(gas, to, out, size, 0, 0)   out at to ok
    "9050"  # 32 SWAP1, POP                         out at ok
    "60181b3d17"  # 34 ok << 24 | RETURNDATASIZE    out at head
    "60e01b"  # 39 head << 224                      out at head
    "8252"  # 3c MSTORE(out, head)                  out at
    "3d6000836004013e"  # 3e RETURNDATACOPY(out + 4, 0, RETURNDATASIZE)   out at
    "903d0160040190"  # 46 out + 4 + RETURNDATASIZE     out at
    "600456"  # 4d goto 04                          out at
    "5b506000f3"  # 50 RETURN(0, out)
)

# The same for balances of the native coin, which no contract needs to be asked: what follows are addresses of 20 bytes,
# the answer is `00`, then 32 bytes for each.
BALANCES = bytes.fromhex(
    "6001"  # 00 PUSH1 1                            out
    "6028"  # 02 PUSH1 40, the program's size       out at
    "5b"  # 04 JUMPDEST                             out at
    "803814602357"  # 05 if at == CODESIZE goto 23  out at
    "6020818339"  # 0b CODECOPY(out, at, 32)        out at
    "8151"  # 10 MLOAD(out)                         out at word
    "60601c31"  # 12 BALANCE(word >> 96)            out at wei
    "8252"  # 16 MSTORE(out, wei)                   out at
    "601401"  # 18 at + 20                          out at
    "9060200190"  # 1b out + 32                     out at
    "600456"  # 20 goto 04                          out at
    "5b506000f3"  # 23 RETURN(0, out)
)


def batches(reads: Sequence[Read], limit: int = READS_MAX) -> Iterator[Sequence[Read]]:
    """Cut reads into runs that fit one init code, at most `limit` in each."""
    first, size = 0, len(PROGRAM)
    for place, read in enumerate(reads):
        needed = 22 + len(read.data)
        if place > first and (place - first == limit or size + needed > INIT_CODE_MAX):
            yield reads[first:place]
            first, size = place, len(PROGRAM)
        size += needed
    if first < len(reads):
        yield reads[first:]


def pack(reads: Sequence[Read]) -> bytes:
    """Make the init code that asks all of these reads."""
    for read in reads:
        assert len(read.to) == 20, "an address has 20 bytes"
        assert len(read.data) <= _DATA_MAX, "calldata of a read is at most 65,535 bytes"
    return PROGRAM + b"".join(read.to + len(read.data).to_bytes(2, "big") + read.data for read in reads)


def pack_balances(addresses: Sequence[bytes]) -> bytes:
    """Make the init code that tells the balances of all these addresses, at most `READS_MAX`."""
    assert len(addresses) <= READS_MAX, "the answer counts as a contract's code, and fits"
    assert all(len(address) == 20 for address in addresses), "an address has 20 bytes"
    return BALANCES + b"".join(addresses)


def unpack_balances(answer: bytes, count: int) -> list[int] | None:
    """Take the balances apart, in wei; None if it is not such an answer."""
    if len(answer) != 1 + 32 * count or answer[0]:
        return None
    return [int.from_bytes(answer[at : at + 32], "big") for at in range(1, len(answer), 32)]


def unpack(answer: bytes, count: int) -> list[bytes | None] | None:
    """Take an answer apart: data, or None for a read that failed; None altogether if it is not such an answer."""
    found: list[bytes | None] = []
    at = 1
    while at + 4 <= len(answer) and len(found) < count:
        succeeded, size = answer[at], int.from_bytes(answer[at + 1 : at + 4], "big")
        at += 4 + size
        found.append(answer[at - size : at] if succeeded else None)
    return found if answer[:1] == b"\x00" and len(found) == count and at == len(answer) else None
