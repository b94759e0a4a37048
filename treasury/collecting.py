"""Calls that bring a fund's waiting money to its Safe: `forward()` of a proxy, `withdraw` of a bank contract.

Decides the bytes and who can send them. A proxy forwards for a person's key alone (`tx.origin`), so its call is no part
of a proposal: anybody sends it and keeps the rebate. A bank pays its owner, which is the Safe, so its call is a part
that is voted on. What waits there is read by whoever asks; nothing is signed or sent here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from chain import abi
from proposals.action import CallSentence, Function, Parameter
from treasury.premiums import forward_rebate

WITHDRAW = Function(
    "withdraw", (Parameter("address", "token"), Parameter("address", "to"), Parameter("uint256", "amount"))
)
"""Of a bank contract; only its owner may call it."""


class ForwardCall(NamedTuple):
    """An unsigned call of a proxy, for a person's key."""

    to: bytes
    data: bytes
    waiting: int
    """Wei in the proxy."""
    rebate: int
    """Wei of it that whoever sends the call keeps."""
    forwarded: int


def forward_call(proxy: bytes, waiting: int) -> ForwardCall | None:
    """The call that forwards what waits in a proxy; None where nothing waits."""
    if waiting == 0:
        return None
    rebate, forwarded = forward_rebate(waiting)
    return ForwardCall(proxy, abi.encode_call("forward()", []), waiting, rebate, forwarded)


def withdrawals(chain_id: int, bank: bytes, safe: bytes, held: Mapping[bytes, int]) -> list[CallSentence]:
    """The calls that bring every token which a bank holds (`held`, base units by contract) to the Safe."""
    return [CallSentence(chain_id, bank, WITHDRAW, (token, safe, amount)) for token, amount in held.items() if amount]
