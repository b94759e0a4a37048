"""eth-balance: a voter's power is his balance of the chain's native coin, 10**18 wei a vote.

The balance stands in the account's own record under the state root, so it can be proved from the block's hash whenever
a node gives `eth_getProof`: the settings say so with `"proof": {"layout": "account"}`.
"""

from __future__ import annotations

from collections.abc import Sequence

from chain.address import ZERO
from governance.strategies.parameters import expect_keys
from governance.strategies.strategy import Answer, Balance, Params, Strategy, one_round, wei

NAME = "eth-balance"
VERSION = 1


def check_params(params: Params) -> None:
    """Refuse any parameter: the coin has 18 decimals."""
    if params:
        expect_keys(NAME, params, "no parameters")


def reads(params: Params, voters: Sequence[bytes]) -> list[Balance]:  # noqa: ARG001 (a strategy's shape)
    """Ask the balance of each voter."""
    return [Balance(voter) for voter in voters]


def powers(params: Params, voters: Sequence[bytes], answers: Sequence[Answer]) -> dict[bytes, int]:  # noqa: ARG001
    """Wei are 1e-18 of a vote already."""
    return {v: wei(answer, NAME, v) for v, answer in zip(voters, answers, strict=True)}


STRATEGY = Strategy(
    NAME, VERSION, check_params, one_round(reads, powers), counts=lambda _: frozenset({ZERO}), proves_coin=True
)
