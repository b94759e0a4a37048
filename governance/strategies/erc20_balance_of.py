"""erc20-balance-of: a voter's power is his balance of one token at the end of the snapshot block.

Snapshot divides by the token's decimals in doubles; here the balance is scaled to 1e-18 of voting power in integers,
`balance * 10**18 // 10**decimals`, which rounds down only for a token of more than 18 decimals. An answer that is not
one 32-byte word makes the tally incomplete: a failure is never a zero.
"""

from __future__ import annotations

from collections.abc import Sequence

from chain import address
from chain.errors import ChainError, UncheckableError
from chain.state_proof import mapping_slot
from governance.settings import BalanceProof
from governance.strategies.strategy import Params, Read, Strategy, StrategyError

NAME = "erc20-balance-of"
VERSION = 1

_BALANCE_OF = bytes.fromhex("70a08231")
_KEYS = {"address", "decimals", "symbol"}


def check_params(params: Params) -> None:
    """Refuse anything but Snapshot's own three parameters: `address`, `decimals`, `symbol`."""
    if params.keys() != _KEYS:
        raise StrategyError("E_STRATEGY", "params", strategy=NAME, expected="address, decimals, symbol")
    decimals = params["decimals"]
    if type(decimals) is not int or not 0 <= decimals <= 77:
        raise StrategyError("E_STRATEGY", "params", strategy=NAME, expected="decimals from 0 to 77")
    if not isinstance(params["symbol"], str) or not 1 <= len(params["symbol"]) <= 32:
        raise StrategyError("E_STRATEGY", "params", strategy=NAME, expected="a symbol of 1 to 32 characters")
    contract(params)


def contract(params: Params) -> bytes:
    """Return the token's address."""
    try:
        return address.parse(params["address"])
    except ChainError as error:
        raise StrategyError("E_STRATEGY", "params", strategy=NAME, expected="an address with its checksum") from error


def reads(params: Params, voters: Sequence[bytes]) -> list[Read]:
    """Ask `balanceOf(voter)` for each voter."""
    token = contract(params)
    return [Read(token, _BALANCE_OF + bytes(12) + voter) for voter in voters]


def powers(params: Params, voters: Sequence[bytes], answers: Sequence[bytes | None]) -> dict[bytes, int]:
    """Weigh the answers to `reads`; raise `UncheckableError` (`E_TALLY_INCOMPLETE`) for one that is no balance."""
    assert len(voters) == len(answers), "one answer a voter"
    weighed = {}
    for voter, answer in zip(voters, answers, strict=True):
        if answer is None or len(answer) != 32:
            raise UncheckableError("E_TALLY_INCOMPLETE", "answer", voter=address.checksum(voter), strategy=NAME)
        weighed[voter] = weigh(params, int.from_bytes(answer, "big"))
    return weighed


def slots(params: Params, proof: BalanceProof, voters: Sequence[bytes]) -> list[int]:  # noqa: ARG001 (a strategy's shape)
    """Say where the token keeps each voter's balance: a mapping by address, at the slot that the settings name."""
    return [mapping_slot(proof.layout, proof.slot, voter) for voter in voters]


def weigh(params: Params, word: int) -> int:
    """Scale a balance to 1e-18 of voting power, rounding down."""
    decimals = params["decimals"]
    assert isinstance(decimals, int), "the parameters were checked"
    return int(word * 10**18 // 10**decimals)


STRATEGY = Strategy(NAME, VERSION, check_params, reads, powers, contract, slots, weigh)
