"""erc20-with-balance: one vote for whoever holds more of a token than a minimum, however much more.

Strictly more, as Snapshot has it. `minBalance` is in base units here, a decimal string, where Snapshot has a double of
whole tokens.
"""

from __future__ import annotations

from collections.abc import Sequence

from governance.strategies import erc20_balance_of
from governance.strategies.parameters import address_of, base_units, check_token, expect_keys
from governance.strategies.strategy import UNIT, Answer, Params, Read, Storage, Strategy, one_round, word

NAME = "erc20-with-balance"
VERSION = 1


def check_params(params: Params) -> None:
    """Refuse anything but `address`, `decimals`, `symbol` and `minBalance`."""
    expect_keys(NAME, params, "address, decimals, minBalance, symbol")
    check_token(NAME, params)
    base_units(NAME, params, "minBalance")


def contract(params: Params) -> bytes:
    """Return the token's address."""
    return address_of(NAME, params)


def reads(params: Params, voters: Sequence[bytes]) -> list[Read]:
    """Ask `balanceOf(voter)` for each voter."""
    token = contract(params)
    return [Read(token, erc20_balance_of.BALANCE_OF + bytes(12) + voter) for voter in voters]


def powers(params: Params, voters: Sequence[bytes], answers: Sequence[Answer]) -> dict[bytes, int]:
    """One vote for each balance above the minimum."""
    return {v: weigh(params, word(answer, NAME, v)) for v, answer in zip(voters, answers, strict=True)}


def weigh(params: Params, units: int) -> int:
    """One vote, or none."""
    return UNIT if units > base_units(NAME, params, "minBalance") else 0


STRATEGY = Strategy(
    NAME,
    VERSION,
    check_params,
    one_round(reads, powers),
    counts=lambda params: frozenset({contract(params)}),
    storage=Storage(contract, erc20_balance_of.slots, weigh),
    token=contract,
)
