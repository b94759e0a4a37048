"""contract-call: whatever one function of a contract answers about a voter, as a number of voting power.

The function is named by its signature, `votingPower(address)`, and its arguments are given in the settings, with the
text `%{address}` where the voter belongs, as Snapshot has it. It must answer one 32-byte word. What the contract counts
is the contract's: Hakka's staking answers `votingPower(address)` in 18 decimals, and the same function behind a
`balanceOf` is what `erc20-balance-of` reads.
"""

from __future__ import annotations

from collections.abc import Sequence

from chain import abi, address
from chain.amount import AmountError, parse_base_units
from chain.errors import ChainError
from governance.strategies.parameters import address_of, check_decimals, check_symbol, decimals_of, expect_keys, refuse
from governance.strategies.strategy import Answer, Params, Read, Strategy, one_round, scale, word

NAME = "contract-call"
VERSION = 1

VOTER = "%{address}"
_ARGS_MAX = 8
_SIGNATURE_MAX = 128


def check_params(params: Params) -> None:
    """Refuse anything but `address`, `args`, `decimals`, `method` and `symbol`."""
    expect_keys(NAME, params, "address, args, decimals, method, symbol")
    check_decimals(NAME, params)
    check_symbol(NAME, params)
    method, args = params["method"], params["args"]
    if not isinstance(method, str) or len(method) > _SIGNATURE_MAX:
        refuse(NAME, "method as a signature such as votingPower(address)")
    if not isinstance(args, list | tuple) or not 1 <= len(args) <= _ARGS_MAX or VOTER not in args:
        refuse(NAME, "args with a place for the voter")
    try:
        reads(params, [address.ZERO])
    except ChainError:
        refuse(NAME, "method and args that fit each other")


def contract(params: Params) -> bytes:
    """Return the contract's address."""
    return address_of(NAME, params)


def reads(params: Params, voters: Sequence[bytes]) -> list[Read]:
    """Call the method for each voter."""
    called, method, args = contract(params), params["method"], params["args"]
    assert isinstance(method, str), "the parameters were checked"
    assert isinstance(args, list | tuple), "the parameters were checked"
    fixed = [_argument(arg) for arg in args]
    return [Read(called, abi.encode_call(method, [voter if arg is None else arg for arg in fixed])) for voter in voters]


def powers(params: Params, voters: Sequence[bytes], answers: Sequence[Answer]) -> dict[bytes, int]:
    """Weigh the answers, rounding down above 18 decimals."""
    decimals = decimals_of(params)
    return {v: scale(word(answer, NAME, v), decimals) for v, answer in zip(voters, answers, strict=True)}


def _argument(text: object) -> bytes | int | None:
    """An address, a whole number as decimal text, or None for the voter."""
    if text == VOTER:
        return None
    if isinstance(text, str) and text.startswith("0x"):
        return address.parse(text)
    try:
        return parse_base_units(text)
    except AmountError:
        refuse(NAME, "args of addresses, whole numbers as text, and the place for the voter")


STRATEGY = Strategy(
    NAME,
    VERSION,
    check_params,
    one_round(reads, powers),
    counts=lambda params: frozenset({contract(params)}),
)
