"""erc721: one vote for each token of a collection that a voter holds at the end of the snapshot block."""

from __future__ import annotations

from collections.abc import Sequence

from governance.strategies import erc20_balance_of
from governance.strategies.parameters import address_of, check_symbol, expect_keys
from governance.strategies.strategy import (
    UNIT,
    Answer,
    Params,
    Read,
    Storage,
    Strategy,
    one_round,
    supply_of_one_call,
    word,
)

NAME = "erc721"
VERSION = 1


def check_params(params: Params) -> None:
    """Refuse anything but `address` and `symbol`."""
    expect_keys(NAME, params, "address, symbol")
    check_symbol(NAME, params)
    contract(params)


def contract(params: Params) -> bytes:
    """Return the collection's address."""
    return address_of(NAME, params)


def reads(params: Params, voters: Sequence[bytes]) -> list[Read]:
    """Ask `balanceOf(voter)`, which ERC-721 has in common with ERC-20."""
    collection = contract(params)
    return [Read(collection, erc20_balance_of.BALANCE_OF + bytes(12) + voter) for voter in voters]


def powers(params: Params, voters: Sequence[bytes], answers: Sequence[Answer]) -> dict[bytes, int]:
    """One vote a token."""
    return {v: weigh(params, word(answer, NAME, v)) for v, answer in zip(voters, answers, strict=True)}


def weigh(params: Params, units: int) -> int:  # noqa: ARG001 (a strategy's shape)
    """One vote a token."""
    return units * UNIT


STRATEGY = Strategy(
    NAME,
    VERSION,
    check_params,
    one_round(reads, powers),
    counts=lambda params: frozenset({contract(params)}),
    supply=supply_of_one_call(lambda params: Read(contract(params), erc20_balance_of.TOTAL_SUPPLY), weigh, NAME),
    storage=Storage(contract, erc20_balance_of.slots, weigh),
)
