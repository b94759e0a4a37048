"""erc20-votes: a voter's power is what was delegated to him inside the token (ERC-5805), his own only if he did so.

`getVotes` is asked in the state at the end of the snapshot block, where it says what `getPastVotes` will say of that
block for ever after. Checkpoints have no common layout in storage, so this power is attested and never proved.
"""

from __future__ import annotations

from collections.abc import Sequence

from chain.abi import selector
from governance.strategies import erc20_balance_of
from governance.strategies.parameters import address_of, check_token, decimals_of, expect_keys
from governance.strategies.strategy import (
    Answer,
    Params,
    Read,
    Strategy,
    one_round,
    scale,
    supply_of_one_call,
    word,
)

NAME = "erc20-votes"
VERSION = 1

GET_VOTES = selector("getVotes(address)")


def check_params(params: Params) -> None:
    """Refuse anything but Snapshot's own three parameters: `address`, `decimals`, `symbol`."""
    expect_keys(NAME, params, "address, decimals, symbol")
    check_token(NAME, params)


def contract(params: Params) -> bytes:
    """Return the token's address."""
    return address_of(NAME, params)


def reads(params: Params, voters: Sequence[bytes]) -> list[Read]:
    """Ask `getVotes(voter)` for each voter."""
    token = contract(params)
    return [Read(token, GET_VOTES + bytes(12) + voter) for voter in voters]


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
    supply=supply_of_one_call(
        lambda params: Read(contract(params), erc20_balance_of.TOTAL_SUPPLY),
        lambda params, units: scale(units, decimals_of(params)),
        NAME,
    ),
    token=contract,
)
