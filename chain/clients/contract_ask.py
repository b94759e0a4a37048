"""Asking a contract whether it signed, without giving it a chance to do harm: a program that asks in its own name.

Decides the program and what its answer says; `Node.ask_contract` sends it. It is init code for one `eth_call`, so no
contract of ours has to stand on the chain, and nothing that it does lasts. It makes the factory's call, if there is
one, then a static call with `GAS_MAX` gas, and takes of the answer its size and, if it is one word, that word: ten
megabytes never leave the node. How much gas was there before and after tells a burner from a revert, and a node that
gave too little from both.

What follows the program in the init code: `signer(32) || factory(32) || size(32) || factory's calldata || calldata`.
"""

from __future__ import annotations

from chain.erc1271 import Answer, Question

GAS_MAX = 5_000_000
"""For the contract. A Safe of 200 owners needs 2 million, a passkey checked by plain code half a million."""
FACTORY_GAS_MAX = 8_000_000
CALL_GAS = 15_500_000
"""For the whole call: both of the above and what the program itself takes; less than a transaction may have
(EIP-7825)."""
BURNED = GAS_MAX // 10 * 9
"""Who spent as much and then failed has not said no: it may have wanted more."""
SECONDS_MAX, ANSWER_MAX = 30, 65_536
"""For the node's answer, which has 224 bytes."""

_WORDS = 7

# The stack after each line stands on the right, its top last; `n` is the size of what follows the program.
PROGRAM = bytes.fromhex(
    "60763803"  # 00 n = CODESIZE - 118                                 n
    "806076600039"  # 04 CODECOPY(0, 118, n)                            n
    "602051"  # 0a MLOAD(32)                                            n factory
    "8015602757"  # 0d if not factory goto 27                           n factory
    "6000600060405160606000"  # 12 0, 0, MLOAD(64), 96, 0               n factory 0 0 size 96 0
    "8563007a1200f1"  # 1d CALL(gas, factory, 0, 96, size, 0, 0)        n factory made
    "602a56"  # 24 goto 2a                                              n factory made
    "5b6001"  # 27 1                                                    n factory made
    "5b60205250"  # 2a MSTORE(32, made), POP                            n
    "600051803b"  # 2f MLOAD(0), EXTCODESIZE                            n signer code
    "91606060405101"  # 34 SWAP2, MLOAD(64) + 96                        code signer n at
    "809103"  # 3b DUP1, SWAP2, n - at                                  code signer at size
    "5a600052"  # 3e MSTORE(0, GAS)                                     code signer at size
    "60006000828486"  # 42 0, 0, DUP3, DUP5, DUP7                       code signer at size 0 0 size at signer
    "63004c4b40fa"  # 49 STATICCALL(gas, signer, at, size, 0, 0)        code signer at size ok
    "5a60a052608052"  # 4f MSTORE(160, GAS), MSTORE(128, ok)            code signer at size
    "505050604052"  # 56 POP x 3, MSTORE(64, code)
    "3d606052"  # 5c MSTORE(96, RETURNDATASIZE)
    "600060c052"  # 60 MSTORE(192, 0)
    "3d60201460051b"  # 65 32 if it is 32, else 0                       size
    "600060c03e"  # 6c RETURNDATACOPY(192, 0, size)
    "60e06000f3"  # 71 RETURN(0, 224)
)


def pack(question: Question) -> bytes:
    """Make the init code that asks; the gas limits stand in it."""
    head = question.to.rjust(32, b"\0") + question.factory.rjust(32, b"\0")
    return PROGRAM + head + len(question.factory_data).to_bytes(32, "big") + question.factory_data + question.data


def unpack(answer: bytes) -> Answer | None:
    """Take the program's answer apart; None for what it cannot have said, or where it was given too little gas."""
    if len(answer) != 32 * _WORDS:
        return None
    before, made, code, size, succeeded, after, word = (
        int.from_bytes(answer[at : at + 32], "big") for at in range(0, len(answer), 32)
    )
    if made == 0:
        return Answer("factory")
    if code == 0:
        return Answer("absent")
    if before < GAS_MAX // 63 * 64 + 10_000 or after > before:
        return None
    if succeeded == 0:
        return Answer("burned" if before - after >= BURNED else "reverted")
    return Answer("answered", size, word.to_bytes(32, "big") if size == 32 else b"")
