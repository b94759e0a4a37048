"""`proposals.calls`: a payment or an unknown call, never a guess."""

from __future__ import annotations

import pytest
from hypothesis import given

from chain.errors import CodedError
from proposals.calls import UnknownCall, call_for, describe, erc20_transfer, native_transfer
from proposals.parts import Call
from proposals.payment import Payment
from tests.proposals import strategies
from tests.proposals.sample import ADA, ASSETS, ETH, MUT, TOKEN


@given(strategies.payments)
def test_payments_come_back_from_their_calls(paid: Payment) -> None:
    """Building a call and reading it are two roads to one payment."""
    assert paid == describe(call_for(paid), ASSETS, 1)


def test_transfer_is_spelled_as_erc20_says() -> None:
    """Selector, payee, amount: 68 bytes, and no coin."""
    call = erc20_transfer(TOKEN, ADA, 5)

    assert bytes.fromhex("a9059cbb" + "00" * 12) + ADA + (5).to_bytes(32, "big") == call.data
    assert (TOKEN, 0) == (call.to, call.value)
    assert Call(ADA, 7, b"") == native_transfer(ADA, 7)


@pytest.mark.parametrize(
    "call",
    [
        native_transfer(ADA, 0),
        erc20_transfer(TOKEN, ADA, 0),
        erc20_transfer(ADA, TOKEN, 5),
        erc20_transfer(TOKEN, ADA, 5)._replace(value=1),
        Call(TOKEN, 0, bytes.fromhex("095ea7b3") + bytes(64)),
        Call(TOKEN, 0, b"\xa9"),
        Call(ADA, 5, b"\x00"),
    ],
)
def test_other_calls_are_unknown(call: Call) -> None:
    """Payments of nothing, unknown tokens, other functions, coin beside a token: all told as they are."""
    assert UnknownCall(call.to, call.value, call.data[:4], len(call.data)) == describe(call, ASSETS, 1)


def test_assets_of_other_chains_are_not_these() -> None:
    """The coin and the tokens of one chain say nothing about another."""
    assert isinstance(describe(native_transfer(ADA, 1), ASSETS, 10), UnknownCall)
    assert isinstance(describe(erc20_transfer(TOKEN, ADA, 1), ASSETS, 10), UnknownCall)
    assert Payment(ETH, 1, ADA) == describe(native_transfer(ADA, 1), ASSETS, 1)
    assert Payment(MUT, 1, ADA) == describe(erc20_transfer(TOKEN, ADA, 1), ASSETS, 1)


@pytest.mark.parametrize("tail", [b"\x00", bytes(32)])
def test_transfer_with_more_bytes_is_refused(tail: bytes) -> None:
    """What looks like a transfer and is not exactly one is E_CALLDATA, also with a dirty or short payee."""
    good = erc20_transfer(TOKEN, ADA, 5).data
    for data in (good + tail, good[:-1], good[:4] + b"\x01" + good[5:]):
        with pytest.raises(CodedError, match="E_CALLDATA"):
            describe(Call(TOKEN, 0, data), ASSETS, 1)
