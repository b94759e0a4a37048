"""Unsigned calls to the real contract: to whom, how much wei, which bytes.

Decides the bytes, by the contract's own signatures, and refuses what it would revert whoever sends it. It signs and
sends nothing. A contract wallet, a Safe among them, can only `buy` without days and agent and `withdraw`: everything
else asks that a person's key sends the transaction itself.

Source: `3FMutual.sol` and `IIP.sol` at 899340c; addresses as verified on Ethereum mainnet.
"""

from __future__ import annotations

from typing import NamedTuple

from chain import abi, address
from treasury.mutual_pool.agents import REGISTER_MIN_WEI, clean_name
from treasury.mutual_pool.curve import days_covered
from treasury.premiums import PremiumError, split

CONTRACT = address.parse("0x66be1bc6C6aF47900BBD4F3711801bE6C2c6CB32")
"""ThreeFMutual."""
IIP_PROXY = address.parse("0x9933AD4D38702cdC28C5DB2F421F1F02CF530780")
CHAIN_ID = 1

NAMES = ("buy", "register", "upgrade", "withdraw", "claim", "forward", "tick")
_PLAIN = {"upgrade": "upgrade()", "withdraw": "withdraw()", "claim": "claim()"}


class PoolCall(NamedTuple):
    """One call, unsigned."""

    function: str
    """Its signature."""
    to: bytes
    value: int
    data: bytes
    people_only: bool
    """Whether the contract refuses it from a contract wallet."""


def buy(premium: int, days: int = 0, agent: bytes | int | str | None = None) -> PoolCall:
    """A purchase: `agent` by address, by serial number or by name; without days and agent anybody's `buy()`.

    Raises `PremiumError` (`E_PREM_RANGE`) and `AgentNameError`.
    """
    split(premium)
    if not days and agent is None:
        return PoolCall("buy()", CONTRACT, premium, abi.encode_call("buy()", []), people_only=False)
    who: bytes | int
    if isinstance(agent, str):
        signature, who = "buy(bytes32,uint256)", clean_name(agent).encode("ascii").ljust(32, b"\0")
    elif isinstance(agent, int):
        signature, who = "buy(uint256,uint256)", agent
    else:
        signature, who = "buy(address,uint256)", agent or address.ZERO
    data = abi.encode_call(signature, [who, days_covered(days)])
    return PoolCall(signature, CONTRACT, premium, data, people_only=True)


def register(name: str, value: int = REGISTER_MIN_WEI) -> PoolCall:
    """Become an agent under a name; the whole value goes to the vault and does not come back."""
    if value < REGISTER_MIN_WEI:
        raise PremiumError("E_PREM_CALL", "fee", value=value, least=REGISTER_MIN_WEI)
    clean_name(name)
    data = abi.encode_call("register(string)", [name])
    return PoolCall("register(string)", CONTRACT, value, data, people_only=True)


def plain(name: str) -> PoolCall:
    """A call without arguments: `upgrade`, `withdraw`, `claim`, or `forward` of the proposal proxy.

    Raises `PremiumError` (`E_PREM_CALL`) for `tick`, which the contract keeps to itself: only a purchase or a claim
    moves its calendar.
    """
    if name == "forward":
        return PoolCall("forward()", IIP_PROXY, 0, abi.encode_call("forward()", []), people_only=True)
    if name not in _PLAIN:
        raise PremiumError("E_PREM_CALL", "tick" if name == "tick" else "unknown", name=name)
    return PoolCall(_PLAIN[name], CONTRACT, 0, abi.encode_call(_PLAIN[name], []), people_only=name != "withdraw")
