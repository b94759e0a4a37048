"""How one premium is split, to the wei, as the 3F Mutual contract splits it.

Decides the five shares of a premium, the wei that the contract assigns to nobody, and what `forward()` of the proposal
proxy pays to its caller. Every division is a floor, in the contract's own order (`ThreeFMutual.sol`, 899340c;
`IIP.sol` of the same commit). Whether a premium was really paid is for `treasury.income` to read from a proved log, and
who owns a share is for the ledger.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from treasury.errors import TreasuryError

PREMIUM_MIN_WEI = 10**9
PREMIUM_MAX_WEI = 10**22
"""The contract takes premiums from 1 gwei to 10,000 ether, both included."""
AGENT_LEVEL_MAX = 10


class PremiumError(TreasuryError):
    """A premium, agent level or premium event that the contract could not have produced (`E_PREM_*`)."""


class PremiumSplit(NamedTuple):
    """One premium by destination, in wei; the six numbers add up to the premium."""

    pool: int
    dividends: int
    iip: int
    """The tenth that belongs to improvement proposals."""
    agent: int
    vault: int
    remainder: int
    """0 to 3 wei that every floor leaves; they stay in the contract, in no share."""


class ShareDrift(NamedTuple):
    """What rounding each premium by itself costs the proposals' fund, in wei."""

    shares: int
    """Sum of the shares, each rounded down, as the contract pays them."""
    tenth: int
    """A tenth of the sum of the premiums, rounded down once."""
    drift: int
    """`tenth - shares`, never negative; reported, never booked."""


def split(premium_wei: int, agent_level: int = 0) -> PremiumSplit:
    """Split a premium in wei. `agent_level` 0 means bought without an agent; levels 1 to 10 earn 7 % to 16 %.

    Raises `PremiumError` with `E_PREM_RANGE` or `E_PREM_LEVEL` where the contract would have reverted.
    """
    if type(premium_wei) is not int or not PREMIUM_MIN_WEI <= premium_wei <= PREMIUM_MAX_WEI:
        raise PremiumError("E_PREM_RANGE", premium=premium_wei, least=PREMIUM_MIN_WEI, most=PREMIUM_MAX_WEI)
    if type(agent_level) is not int or not 0 <= agent_level <= AGENT_LEVEL_MAX:
        raise PremiumError("E_PREM_LEVEL", level=agent_level, most=AGENT_LEVEL_MAX)
    external = premium_wei // 5
    iip = premium_wei // 10
    dividends = premium_wei * 3 // 20
    pool = premium_wei * 55 // 100
    agent = premium_wei * (agent_level + 6) // 100 if agent_level else 0
    remainder = premium_wei - external - iip - dividends - pool
    return PremiumSplit(pool, dividends, iip, agent, external - agent, remainder)


def share_drift(premiums_wei: Iterable[int]) -> ShareDrift:
    """Compare the sum of the floored shares with the floor of the summed tenth, over any premiums."""
    shares = total = 0
    for premium_wei in premiums_wei:
        shares += split(premium_wei).iip
        total += premium_wei
    return ShareDrift(shares, total // 10, total // 10 - shares)


def forward_rebate(balance_wei: int) -> tuple[int, int]:
    """What `forward()` pays out of the proxy's balance: (rebate to the caller, rest to the fund), in wei.

    The rebate is half a percent, rounded down. (The proxy's first version paid a tenth of that, until 7d9e9e0.)
    """
    if type(balance_wei) is not int or balance_wei < 0:
        raise PremiumError("E_PREM_FORWARD", "balance", balance=balance_wei)
    rebate = balance_wei // 200
    return rebate, balance_wei - rebate
