"""What parts take out of their Safe, read from the calls themselves."""

from __future__ import annotations

import pytest

from chain.abi import AbiError, encode_call
from proposals.parts import Call, Part
from treasury.asks import asked_by, asks
from treasury.assets import erc20, native
from treasury.binding import build

SAFE, PAYEE, TOKEN, OTHER = (bytes([n]) * 20 for n in (2, 3, 4, 5))
ETH, DAI = native(1), erc20(1, TOKEN)


def part(*calls: Call, chain_id: int = 1) -> Part:
    return Part(chain_id=chain_id, safe=SAFE, calls=calls)


def transfer(amount: int, to: bytes = PAYEE) -> Call:
    return Call(TOKEN, 0, encode_call("transfer(address,uint256)", [to, amount]))


def transfer_from(giver: bytes, amount: int) -> Call:
    return Call(TOKEN, 0, encode_call("transferFrom(address,address,uint256)", [giver, PAYEE, amount]))


def test_every_part_asks_for_itself() -> None:
    """Values and transfers add up by asset, part by part, each on its own chain."""
    parts = [part(Call(PAYEE, 5, b""), transfer(7), Call(OTHER, 1, b""), transfer(1)), part(transfer(2), chain_id=10)]

    assert ({ETH: 6, DAI: 8}, {erc20(10, TOKEN): 2}) == asks(parts)


def test_calls_that_move_nothing_ask_for_nothing() -> None:
    """A call without value to a contract of unknown meaning asks for nothing; with value it asks for the value."""
    unknown = encode_call("poke(uint256)", [9])

    assert ({}, {ETH: 3}) == asks([part(Call(OTHER, 0, unknown)), part(Call(OTHER, 3, unknown))])


def test_the_safe_as_its_own_spender() -> None:
    """`transferFrom` out of the Safe takes as `transfer` does; out of somebody else it takes nothing."""
    assert ({DAI: 4}, {}) == asks([part(transfer_from(SAFE, 4)), part(transfer_from(OTHER, 4))])


@pytest.mark.parametrize("calls", [(Call(PAYEE, 5, b""),), (transfer(7),), (Call(PAYEE, 5, b""), transfer(7))])
def test_a_transaction_asks_for_what_its_part_asks(calls: tuple[Call, ...]) -> None:
    """One call sent directly, or several in a batch: the transaction says by itself what it takes."""
    asking = part(*calls)

    assert asks([asking]) == (asked_by(build(asking, 3, version="1.4.1")),)


@pytest.mark.parametrize("data", [transfer(7).data + b"\0", transfer(7).data[:-1], transfer(7).data[:4]])
def test_H84_transfers_that_are_not_canonical(data: bytes) -> None:
    """A transfer that cannot be read in one way is refused, not skipped: skipping would ask for nothing."""
    with pytest.raises(AbiError) as refused:
        asks([part(Call(TOKEN, 0, data))])

    assert "E_CALLDATA" == refused.value.code
