"""Who would be paid what by a shutdown, under both readings of its day.

Decides amounts only. The white paper pays those insured on the day MakerDAO shut down; the contract pays those insured
on the day it first *hears* of it, when somebody buys or claims. Between the two days cover runs out, and who lost it
then is paid by one reading and not by the other. The contract's reading is the one that moves money; the other is
reported beside it.
"""

from __future__ import annotations

from typing import NamedTuple

from treasury.mutual_pool.state import DAY_SECONDS, Account, Pool
from treasury.premiums import PremiumError


class Reading(NamedTuple):
    """The claims as one reading of the shutdown's day has them."""

    day: int
    issued: int
    """Units insured on that day; with none, nobody can ever claim."""
    paid: int
    """Wei of all claims together."""
    stuck: int
    """Wei of the pool that stay in the contract for ever."""


class Claimant(NamedTuple):
    """One account with units by either reading."""

    account: Account
    units: int
    """On the contract's day."""
    amount: int
    """Wei that the contract pays."""
    white_paper_units: int
    """On the day of the shutdown itself."""
    white_paper_amount: int


class Claims(NamedTuple):
    """Both readings, side by side."""

    pool: int
    contract: Reading
    white_paper: Reading
    claimants: tuple[Claimant, ...]
    """By account."""

    @property
    def differ(self) -> bool:
        """Whether anybody is paid otherwise by the other reading."""
        return any(row.amount != row.white_paper_amount for row in self.claimants)


def claim_amount(pool: int, units: int, issued: int) -> int:
    """A claim in wei, rounded down; the pool is not made smaller by it, so the order of claims changes nothing.

    Raises `PremiumError` (`E_PREM_LOCKED`) where no unit is insured: the contract divides by zero, for ever.
    """
    if issued <= 0:
        raise PremiumError("E_PREM_LOCKED", pool=pool)
    return pool * units // issued


def claims(pool: Pool, caged_at: int, ticked_at: int) -> Claims:
    """Both readings for a pool as it stood before it saw the shutdown; `ticked_at` is when it sees it.

    Raises `PremiumError` (`E_PREM_SHUTDOWN`) for times that are out of order or before the pool's own.
    """
    if not pool.today * DAY_SECONDS <= caged_at <= ticked_at:
        raise PremiumError("E_PREM_SHUTDOWN", caged_at=caged_at, ticked_at=ticked_at, since=pool.today * DAY_SECONDS)
    if pool.ended:
        raise PremiumError("E_PREM_SHUTDOWN", "ended", end=pool.end)
    days = (ticked_at // DAY_SECONDS, caged_at // DAY_SECONDS)
    issued = [pool.issued_on(day) for day in days]
    rows = []
    for account in sorted(pool.players):
        units = [pool.players[account].units_on(day) for day in days]
        if any(units):
            amounts = [pool.pool * held // out if out else 0 for held, out in zip(units, issued, strict=True)]
            rows.append(Claimant(account, units[0], amounts[0], units[1], amounts[1]))
    paid = (sum(row.amount for row in rows), sum(row.white_paper_amount for row in rows))
    contract, white_paper = (Reading(days[n], issued[n], paid[n], pool.pool - paid[n]) for n in (0, 1))
    return Claims(pool.pool, contract, white_paper, tuple(rows))
