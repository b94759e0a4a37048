"""MultiSend: several calls as the one argument of `multiSend(bytes)`, and back.

Decides the bytes of a batch, and that bytes are a batch and nothing else. A zero `to` is refused everywhere: MultiSend
1.4.1 sends to the zero address there, 1.5.0 to the Safe itself. Which contract may be given a batch (and must run it by
delegatecall) is for the review, with the addresses of `chain.safe_deployments`; MultiSendCallOnly reverts on an inner
delegatecall, and so the review refuses one, but it can be read here: who reviews must see it.

Source: Safe smart account, `MultiSend.sol`: each call is packed as
`uint8 operation | address to | uint256 value | uint256 length | data`, one after another.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from chain import abi
from chain.address import ZERO
from chain.safe_errors import SafeError

MULTI_SEND_SIGNATURE = "multiSend(bytes)"
_HEAD = 1 + 20 + 32 + 32
"""Bytes before the data of a call."""


class InnerCall(NamedTuple):
    """One call of a batch; `operation` 1 is a delegatecall, `value` is wei."""

    operation: int
    to: bytes
    value: int
    data: bytes


def encode_multi_send(calls: Iterable[InnerCall]) -> bytes:
    """Write the calldata of `multiSend(bytes)`, its selector 0x8d80ff0a included."""
    calls = tuple(calls)
    if not calls:
        raise SafeError("E_CALLDATA", "no_calls")
    return abi.encode_call(MULTI_SEND_SIGNATURE, [b"".join(_pack(call, n) for n, call in enumerate(calls, 1))])


def decode_multi_send(data: bytes) -> tuple[InnerCall, ...]:
    """Read the calldata of `multiSend(bytes)`: at least one call, and no byte that belongs to none.

    Raises `SafeError` (`E_CALLDATA`) with the 1-based number of the call, or `chain.abi`'s error for bytes around them.
    """
    (packed,) = abi.decode_call(MULTI_SEND_SIGNATURE, data)
    calls: list[InnerCall] = []
    at = 0
    while at < len(packed):
        call = _unpack(packed, at, len(calls) + 1)
        calls.append(call)
        at += _HEAD + len(call.data)
    # Written again by the other road, it must be the same bytes; this also refuses an empty batch.
    if encode_multi_send(calls) != data:
        raise SafeError("E_CALLDATA", "batch")
    return tuple(calls)


def _pack(call: InnerCall, number: int) -> bytes:
    _check(call, number)
    if type(call.value) is not int or not 0 <= call.value < 2**256:
        raise SafeError("E_CALLDATA", "inner_value", call=number)
    length = len(call.data).to_bytes(32, "big")
    return bytes([call.operation]) + call.to + call.value.to_bytes(32, "big") + length + call.data


def _unpack(packed: bytes, at: int, number: int) -> InnerCall:
    head = packed[at : at + _HEAD]
    size = int.from_bytes(head[53:], "big")
    data = packed[at + _HEAD : at + _HEAD + size] if len(head) == _HEAD else b""
    if len(head) < _HEAD or len(data) < size:
        raise SafeError("E_CALLDATA", "inner_short", call=number)
    call = InnerCall(head[0], head[1:21], int.from_bytes(head[21:53], "big"), data)
    _check(call, number)
    return call


def _check(call: InnerCall, number: int) -> None:
    if call.operation not in (0, 1):
        raise SafeError("E_CALLDATA", "inner_operation", call=number, found=call.operation)
    if len(call.to) != 20:
        raise SafeError("E_CALLDATA", "inner_to", call=number)
    if call.to == ZERO:
        raise SafeError("E_CALLDATA", "zero_to", call=number)
