"""Calls that pay: building them, and reading them back from the bytes alone.

Decides which bytes pay an amount of an asset to somebody, in one form: the chain's own coin as a call without data, an
ERC-20 token as `transfer`. Everything else is an unknown call, never a guess. Does not decide whether the payee may be
paid (`compile`), or whether an unknown call is dangerous (`privileged`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from chain import abi
from proposals.parts import Call
from proposals.payment import Asset, Payment

TRANSFER = "transfer(address,uint256)"


class UnknownCall(NamedTuple):
    """A call that is no payment of a known asset."""

    to: bytes
    value: int
    """Wei."""
    selector: bytes
    """The first 4 bytes of the data, or fewer if there are no more."""
    size: int
    """Bytes of data."""


def native_transfer(to: bytes, value: int) -> Call:
    """Pay `value` wei of the chain's own coin."""
    return Call(to, value, b"")


def erc20_transfer(token: bytes, to: bytes, amount: int) -> Call:
    """Pay `amount` base units of an ERC-20 token."""
    return Call(token, 0, abi.encode_call(TRANSFER, (to, amount)))


def call_for(payment: Payment) -> Call:
    """Return the one call that makes a payment; `describe` reads it back."""
    if payment.asset.address is None:
        return native_transfer(payment.to, payment.amount)
    return erc20_transfer(payment.asset.address, payment.to, payment.amount)


def describe(call: Call, assets: Mapping[str, Asset], chain_id: int) -> Payment | UnknownCall:
    """Say what a call on a chain pays, if it is a payment of one of the assets.

    A call with the selector of `transfer` to a known token whose bytes are not exactly those of a transfer is refused
    (`E_CALLDATA`): it would look like a payment and be something else. Payments of nothing are unknown calls.
    """
    unknown = UnknownCall(call.to, call.value, call.data[:4], len(call.data))
    here = [asset for asset in assets.values() if asset.chain_id == chain_id]
    if not call.data:
        coin = next((asset for asset in here if asset.address is None), None)
        return Payment(coin, call.value, call.to) if coin and call.value else unknown
    token = next((asset for asset in here if asset.address == call.to), None)
    if token is None or call.data[:4] != abi.selector(TRANSFER) or call.value:
        return unknown
    to, amount = abi.decode_call(TRANSFER, call.data)
    return Payment(token, amount, to) if amount else unknown
