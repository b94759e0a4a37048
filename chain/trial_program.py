"""Steps that a Safe would take, as a program that a node runs on a state and forgets: calls made as the Safe, and what
the Safe holds between them.

Decides the bytes: which code is lent to two addresses for the length of one `eth_call`, how steps are packed, and how
the answers are taken apart. `WAY` stands outside and asks the Safe to `simulateAndRevert` code at another address; the
Safe runs `PROGRAM` there as itself (its own code answers whoever calls back), and the revert undoes everything. It
does not decide which steps are worth taking, or what their answers mean.

A step is `kind(1) || to(20) || value(32) || size(3) || calldata`. The answer is `00`, then for each step
`succeeded(1) || size(3) || data`.

Source: safe-smart-account, StorageAccessible.sol; the state overrides of `eth_call` (geth, `stateOverrides`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from chain import abi
from chain.keccak import keccak256

CALL, BALANCE, SLOT = range(3)

PROGRAM_AT = keccak256(b"mutual-dao: steps of a trial")[12:]
WAY_AT = keccak256(b"mutual-dao: way to a trial")[12:]
"""Nobody's addresses; nothing stands there but for the length of one call."""

_SIMULATE = "simulateAndRevert(address,bytes)"
_DATA_MAX = 0xFFFFFF


class Step(NamedTuple):
    """A call as the Safe, the coins of an address, or a word of the Safe's own storage."""

    kind: int
    to: bytes = bytes(20)
    value: int = 0
    """Wei of a call; the number of a slot."""
    data: bytes = b""


class Told(NamedTuple):
    """What came of a step."""

    succeeded: bool
    data: bytes

    @property
    def word(self) -> int | None:
        """The answer as a number; None where it is none."""
        return int.from_bytes(self.data[:32], "big") if self.succeeded and len(self.data) >= 32 else None


# The stack after each line stands on the right, its top last. `out` is where the answer grows in memory, `at` where
# the next step stands in the calldata, `who` the address of the step with its kind above it.
PROGRAM = bytes.fromhex(
    "60016000"  # 00 1, 0                           out at
    "5b"  # 04 JUMPDEST                             out at
    "803614608a57"  # 05 if at == CALLDATASIZE goto 8a  out at
    "8060350135"  # 0b CALLDATALOAD(at + 53)        out at word
    "60e81c90"  # 10 word >> 232                    out size at
    "8060150135"  # 14 CALLDATALOAD(at + 21)        out size at value
    "813560581c"  # 19 CALLDATALOAD(at) >> 88       out size at value who
    "8060a01c"  # 1e who >> 160                     out size at value who kind
    "80600114606357"  # 22 if kind == 1 goto 63     out size at value who kind
    "600214606b57"  # 29 if kind == 2 goto 6b       out size at value who
    "83836038018637"  # 2f CALLDATACOPY(out, at + 56, size)
    "6000600085878585"  # 36 0, 0, size, out, value, who
    "5af1915050"  # 3e CALL(gas, …)                 out size at ok
    "60181b3d17"  # 43 ok << 24 | RETURNDATASIZE    out size at head
    "60e01b8352"  # 48 MSTORE(out, head << 224)     out size at
    "3d6000846004013e"  # 4d RETURNDATACOPY(out + 4, 0, RETURNDATASIZE)
    "01603801"  # 55 at + size + 56                 out at
    "903d0160040190"  # 59 out + 4 + RETURNDATASIZE     out at
    "600456"  # 60 goto 04                          out at
    "5b50319050606e56"  # 63 BALANCE(who), goto 6e  out size at word
    "5b5054"  # 6b SLOAD(value)                     out size at word
    "5b630100002060e01b8452"  # 6e MSTORE(out, 1 << 248 | 32 << 224)
    "8360040152"  # 79 MSTORE(out + 4, word)        out size at
    "01603801"  # 7e at + size + 56                 out at
    "9060240190"  # 82 out + 36                     out at
    "600456"  # 87 goto 04                          out at
    "5b506000f3"  # 8a RETURN(0, out)
)

# The calldata of the way is the Safe's address, then what it is called with; whatever the Safe says, also in a revert,
# is returned, so that providers can be compared.
WAY = bytes.fromhex(
    "6014360380"  # 00 CALLDATASIZE - 20            size size
    "6014600037"  # 05 CALLDATACOPY(0, 20, size)    size
    "60006000916000600060003560601c5af1"  # 0a CALL(gas, CALLDATALOAD(0) >> 96, 0, 0, size, 0, 0)
    "3d600060003e3d6000f3"  # 1b RETURN(everything that came back)
)


def pack(safe: bytes, steps: Sequence[Step]) -> bytes:
    """The calldata for `WAY` that has a Safe take these steps."""
    for step in steps:
        assert len(step.to) == 20, "an address has 20 bytes"
        assert len(step.data) <= _DATA_MAX, "calldata has a size of three bytes"
    packed = b"".join(
        bytes([kind]) + to + value.to_bytes(32, "big") + len(data).to_bytes(3, "big") + data
        for kind, to, value, data in steps
    )
    return safe + abi.encode_call(_SIMULATE, [PROGRAM_AT, packed])


def unpack(answer: bytes, count: int) -> list[Told] | None:
    """Take apart what came back; None if it is not the answer of so many steps.

    `simulateAndRevert` reverts with whether the code ended well, the size of its answer, and the answer.
    """
    if answer[:32] != (1).to_bytes(32, "big") or int.from_bytes(answer[32:64], "big") != len(answer) - 64:
        return None
    told, at = list[Told](), 65
    while at + 4 <= len(answer) and len(told) < count:
        size = int.from_bytes(answer[at + 1 : at + 4], "big")
        told.append(Told(bool(answer[at]), answer[at + 4 : at + 4 + size]))
        at += 4 + size
    return told if len(told) == count and at == len(answer) else None
