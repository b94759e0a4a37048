"""What shares and days cost: the bonding curve, the table of day rates, and the least premium for a purchase.

Decides prices in wei and shares in units of 10⁻¹⁸, with the contract's own floors. The curve is linear: after k whole
shares the next one costs 75 000 000 000 000 + 156 250 000·k wei. What a premium is split into is decided by
`treasury.premiums`, and whether the contract takes it at all by `contract`.

Source: `underwriter.sol` (the curve) and `rate[101]` of `3FMutual.sol`, at 899340c.
"""

from __future__ import annotations

from math import isqrt
from typing import NamedTuple

from treasury.premiums import PREMIUM_MAX_WEI, PREMIUM_MIN_WEI, PremiumError

ONE = 10**18
DAYS_MAX = 100
"""More days are not refused but clipped to these."""

# The contract's constants: shares(e) = (isqrt(_SCALE·e + _OFFSET) - _START) // _SLOPE, all in wei and 10⁻¹⁸ shares.
_SCALE = ONE * 312_500_000 * ONE
_START = 74_999_921_875 * 10**21
_OFFSET = _START**2
_SLOPE = 156_250_000


def _rates() -> tuple[int, ...]:
    """Rebuild the contract's literals: each day costs 99 % of the one before, rounded half up at every step."""
    rates = [0]
    for _ in range(DAYS_MAX):
        rates.append(ONE + (99 * rates[-1] + 50) // 100)
    return tuple(rates)


RATES = _rates()
"""What d days cost in 10⁻¹⁸ of the base price; one base price more buys the share itself."""


class Quote(NamedTuple):
    """A price before a purchase, in wei."""

    price: int
    """The least premium that mints the shares asked for; the contract takes it only if it is `accepted`."""
    base_price: int
    """Of the next whole share, without days."""
    days: int
    """Days that would really be covered: those asked for, at most 100."""
    accepted: bool
    """False where the price is beyond what the contract takes at once."""


def eth_of_shares(shares: int) -> int:
    """The wei below the curve up to so many 10⁻¹⁸ shares."""
    return (78_125_000 * shares**2 + 149_999_843_750_000 * shares * ONE // 2) // 10**36


def shares_of_eth(wei: int) -> int:
    """The 10⁻¹⁸ shares that so many wei reach on the curve."""
    return (isqrt(wei * _SCALE + _OFFSET) - _START) // _SLOPE


def mint_share(eth_of_share: int, wei: int) -> int:
    """Shares that `wei` buy when the curve stands at `eth_of_share`."""
    return shares_of_eth(eth_of_share + wei) - shares_of_eth(eth_of_share)


def buy_price(shares: int) -> int:
    """What the next whole share costs, in wei: the contract's `getBuyPrice` with so many 10⁻¹⁸ shares outstanding."""
    return eth_of_shares(shares + ONE) - eth_of_shares(shares)


def days_covered(days: int) -> int:
    """Clip days as the contract does."""
    return min(days, DAYS_MAX)


def eth_to_buy_share(premium: int, days: int) -> int:
    """The part of a premium that moves along the curve; the rest pays for the days."""
    return premium * ONE // (RATES[days_covered(days)] + ONE)


def least_wei(eth_of_share: int, shares: int) -> int:
    """The least wei along the curve that mint at least `shares` (10⁻¹⁸) from `eth_of_share` on."""
    root = (shares_of_eth(eth_of_share) + shares) * _SLOPE + _START
    return -((_OFFSET - root**2) // _SCALE) - eth_of_share


def least_premium(eth_of_share: int, shares: int, days: int) -> int:
    """The least premium in wei that mints `shares` (10⁻¹⁸, more than 0) for `days` with the curve at `eth_of_share`.

    Closed, not searched: the root is at least m exactly where its argument is at least m², and both floors turn into
    ceilings. It may be more than the contract takes at once, and is never less than the least premium it takes.
    """
    if shares <= 0 or eth_of_share < 0 or days < 0:
        raise PremiumError("E_PREM_QUOTE", shares=shares, days=days)
    premium = -(-least_wei(eth_of_share, shares) * (RATES[days_covered(days)] + ONE) // ONE)
    return max(premium, PREMIUM_MIN_WEI)


def quote(units: int, days: int, shares: int) -> Quote:
    """Price `units` for `days` when `shares` are outstanding (both in 10⁻¹⁸) and the curve stands just there.

    0 days buy shares without cover. Raises `PremiumError` (`E_PREM_QUOTE`) for nothing, or for less than nothing.
    """
    if shares < 0:
        raise PremiumError("E_PREM_QUOTE", shares=shares, days=days)
    price = least_premium(eth_of_shares(shares), units, days)
    return Quote(price, buy_price(shares), days_covered(days), price <= PREMIUM_MAX_WEI)
