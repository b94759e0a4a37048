"""erc1155-balance-of: a voter's balance of one id of a multi-token contract."""

from __future__ import annotations

from collections.abc import Sequence

from chain.abi import encode_call
from governance.strategies.parameters import address_of, base_units, check_token, decimals_of, expect_keys
from governance.strategies.strategy import Answer, Params, Read, Strategy, one_round, scale, word

NAME = "erc1155-balance-of"
VERSION = 1


def check_params(params: Params) -> None:
    """Refuse anything but `address`, `decimals`, `symbol` and `tokenId`, which is a decimal string."""
    expect_keys(NAME, params, "address, decimals, symbol, tokenId")
    check_token(NAME, params)
    base_units(NAME, params, "tokenId")


def contract(params: Params) -> bytes:
    """Return the contract's address."""
    return address_of(NAME, params)


def reads(params: Params, voters: Sequence[bytes]) -> list[Read]:
    """Ask `balanceOf(voter, id)` for each voter."""
    tokens, id_ = contract(params), base_units(NAME, params, "tokenId")
    return [Read(tokens, encode_call("balanceOf(address,uint256)", [voter, id_])) for voter in voters]


def powers(params: Params, voters: Sequence[bytes], answers: Sequence[Answer]) -> dict[bytes, int]:
    """Weigh the answers, rounding down above 18 decimals."""
    decimals = decimals_of(params)
    return {v: scale(word(answer, NAME, v), decimals) for v, answer in zip(voters, answers, strict=True)}


STRATEGY = Strategy(
    NAME,
    VERSION,
    check_params,
    one_round(reads, powers),
    counts=lambda params: frozenset({contract(params)}),
)
