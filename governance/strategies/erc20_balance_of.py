"""erc20-balance-of: a voter's power is his balance of one token at the end of the snapshot block.

Snapshot divides by the token's decimals in doubles; here the balance is scaled to 1e-18 of voting power in integers,
`balance * 10**18 // 10**decimals`, which rounds down only for a token of more than 18 decimals. An answer that is not
one 32-byte word makes the tally incomplete: a failure is never a zero.
"""

from __future__ import annotations

from collections.abc import Sequence

from chain.abi import encode_call
from chain.state_proof import mapping_slot
from governance.settings import BalanceProof
from governance.strategies.parameters import address_of, check_token, decimals_of, expect_keys
from governance.strategies.strategy import (
    Answer,
    Params,
    Read,
    Storage,
    Strategy,
    one_round,
    scale,
    supply_of_one_call,
    word,
)

NAME = "erc20-balance-of"
VERSION = 1

BALANCE_OF = bytes.fromhex("70a08231")
TOTAL_SUPPLY = encode_call("totalSupply()", [])


def check_params(params: Params) -> None:
    """Refuse anything but Snapshot's own three parameters: `address`, `decimals`, `symbol`."""
    expect_keys(NAME, params, "address, decimals, symbol")
    check_token(NAME, params)


def contract(params: Params) -> bytes:
    """Return the token's address."""
    return address_of(NAME, params)


def reads(params: Params, voters: Sequence[bytes]) -> list[Read]:
    """Ask `balanceOf(voter)` for each voter."""
    token = contract(params)
    return [Read(token, BALANCE_OF + bytes(12) + voter) for voter in voters]


def powers(params: Params, voters: Sequence[bytes], answers: Sequence[Answer]) -> dict[bytes, int]:
    """Weigh the answers to `reads`; raise `UncheckableError` (`E_TALLY_INCOMPLETE`) for one that is no balance."""
    return {v: weigh(params, word(answer, NAME, v)) for v, answer in zip(voters, answers, strict=True)}


def slots(params: Params, proof: BalanceProof, voters: Sequence[bytes]) -> list[int]:  # noqa: ARG001 (a strategy's shape)
    """Say where the token keeps each voter's balance: a mapping by address, at the slot that the settings name."""
    return [mapping_slot(proof.layout, proof.slot, voter) for voter in voters]


def weigh(params: Params, units: int) -> int:
    """Scale a balance to 1e-18 of voting power, rounding down."""
    return scale(units, decimals_of(params))


STRATEGY = Strategy(
    NAME,
    VERSION,
    check_params,
    one_round(reads, powers),
    counts=lambda params: frozenset({contract(params)}),
    supply=supply_of_one_call(lambda params: Read(contract(params), TOTAL_SUPPLY), weigh, NAME),
    storage=Storage(contract, slots, weigh),
    token=contract,
)
