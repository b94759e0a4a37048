"""How far a call of a dangerous function goes, as far as its arguments say.

Decides which calls of the table `proposals.privileged` are harmless enough for a warning, because they bind an amount
or only take something back, and which move the Safe's own tokens and so are payments in other words. All others keep
their full danger. It does not decide what that means for a signature (`treasury.review_rules`), and a call to the Safe
itself is never weighed: whatever its selector, it can change who controls the Safe.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from chain.abi import AbiError, decode_call
from chain.multi_send import InnerCall
from proposals.privileged import privileged

TRANSFER_FROM = "transferFrom(address,address,uint256)"

_MOVES = frozenset({
    TRANSFER_FROM,
    "safeTransferFrom(address,address,uint256)",
    "safeTransferFrom(address,address,uint256,bytes)",
    "safeTransferFrom(address,address,uint256,uint256,bytes)",
    "safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)",
})  # fmt: skip
"""ERC-20, 721 and 1155: from, to, and what."""
_ALLOWANCE = "approve(address,uint256)"
_OPERATORS: Mapping[str, int] = MappingProxyType({"setApprovalForAll(address,bool)": 1, "setOperator(address,bool)": 1})
"""Position of the argument that says whether a right is given; without it, it is taken back."""

AMOUNT_LARGE = 2**128
"""From here on an allowance is without limit: no token that is used as money has so many base units."""
_SMALLEST_MAXIMUM = 2**64 - 1
"""Many tokens keep allowances in fewer bits, and take their greatest number (2**k - 1) as without limit."""


class Move(NamedTuple):
    """Tokens that go from one holder to another by somebody's right to take them."""

    source: bytes
    payee: bytes
    amount: int | None
    """Base units, or the number of a piece; None where a call moves several kinds."""


class Bound(NamedTuple):
    """Why a dangerous function is harmless enough here, with the facts of its sentence."""

    reason: Literal["exact", "taken_back", "received"]
    facts: Mapping[str, object]


def move_of(data: bytes) -> Move | None:
    """Read a call that takes tokens from a holder; None for any other call, and for one that cannot be read."""
    known = privileged(data)
    if known is None or known.signature not in _MOVES:
        return None
    arguments = _arguments(known.signature, data)
    if arguments is None:
        return None
    source, payee, what = arguments[:3]
    return Move(source, payee, what if isinstance(what, int) else None)


def bound_of(call: InnerCall, safe: bytes) -> Bound | None:
    """Say why a call of a dangerous function is harmless enough for a warning; None where it keeps its danger."""
    known = privileged(call.data)
    if known is None or call.to == safe:
        return None
    arguments = _arguments(known.signature, call.data)
    if arguments is None:
        return None
    if known.signature == _ALLOWANCE and not is_unlimited(arguments[1]):
        return Bound("exact", {"to": call.to, "spender": arguments[0], "amount": arguments[1]})
    if known.signature in _OPERATORS and not arguments[_OPERATORS[known.signature]]:
        return Bound("taken_back", {"to": call.to, "spender": arguments[0]})
    move = move_of(call.data)
    if move is not None and move.payee == safe and move.source != safe:
        return Bound("received", {"to": call.to, "source": move.source})
    return None


def allowance_of(data: bytes) -> tuple[bytes, int] | None:
    """Read who may take how much by a call of `approve`; None for any other call, and for one that cannot be read."""
    known = privileged(data)
    arguments = _arguments(_ALLOWANCE, data) if known is not None and known.signature == _ALLOWANCE else None
    return None if arguments is None else (arguments[0], arguments[1])


def is_own_move(call: InnerCall, safe: bytes) -> bool:
    """Whether a call moves the Safe's own tokens, as a plain transfer does."""
    move = move_of(call.data)
    return move is not None and move.source == safe and call.to != safe


def is_unlimited(amount: int) -> bool:
    """Whether an allowance is meant, or taken by some token, as one without limit."""
    return amount >= AMOUNT_LARGE or (amount >= _SMALLEST_MAXIMUM and amount & (amount + 1) == 0)


def _arguments(signature: str, data: bytes) -> tuple[Any, ...] | None:
    try:
        return decode_call(signature, data)
    except AbiError:
        return None
