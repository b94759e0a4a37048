"""Reading a vesting wallet from a node: whose it is, its times, what it holds and what it has released.

All of it is read at one block. Decides nothing about what is right, and proves nothing; whether the code is one whose
answers mean something is `chain.vesting_wallet`'s.
"""

from __future__ import annotations

from typing import NamedTuple

from chain import abi
from chain.clients.node import CallReverted, Node
from chain.clients.token_read import read_balance
from chain.vesting_wallet import ERC20_RELEASED


class WalletRelease(NamedTuple):
    """One release of the token."""

    transaction: bytes
    amount: int


class WalletState(NamedTuple):
    """What a wallet says of itself and of one token."""

    code: bytes
    owner: bytes | None
    """None, here and below, where it does not answer."""
    start: int | None
    duration: int | None
    released: int | None
    held: int
    releases: tuple[WalletRelease, ...]
    """In the order of the chain."""


def read_wallet(node: Node, wallet: bytes, token: bytes, number: int, since: int = 0) -> WalletState:
    """Read a wallet at a block, and its releases from the block `since` on; `TokenError` where the token is none."""
    code = node.code(wallet, number)
    owner = _word(node, wallet, abi.encode_call("owner()", []), number) if code else None
    logs = node.logs(wallet, [ERC20_RELEASED, token.rjust(32, b"\x00")], since, number) if code else []
    return WalletState(
        code=code,
        owner=None if owner is None or owner >> 160 else owner.to_bytes(20, "big"),
        start=_word(node, wallet, abi.encode_call("start()", []), number) if code else None,
        duration=_word(node, wallet, abi.encode_call("duration()", []), number) if code else None,
        released=_word(node, wallet, abi.encode_call("released(address)", [token]), number) if code else None,
        held=read_balance(node, token, wallet, number),
        releases=tuple(
            WalletRelease(entry.transaction_hash, int.from_bytes(entry.log.data, "big"))
            for entry in sorted(logs, key=lambda entry: (entry.block.number, entry.log_index))
        ),
    )


def _word(node: Node, wallet: bytes, data: bytes, number: int) -> int | None:
    try:
        answer = node.call(wallet, data, number)
    except CallReverted:
        return None
    return int.from_bytes(answer, "big") if len(answer) == 32 else None
