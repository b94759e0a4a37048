"""The end of a pool and the beginning of the next: closing entries that balance, and an empty state.

Decides who owns the wei that a shut down contract still holds. A round is closed when the contract has seen the
shutdown; nothing is carried over, because a new deployment knows no shares, units, agents or names of the old one, and
what is owed stays where it can be claimed. These are the members' books, not the treasury's: no entry of the ledger is
made of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from treasury.mutual_pool.claims import claim_amount
from treasury.mutual_pool.state import Account, Pool, deploy
from treasury.premiums import PremiumError


class Line(NamedTuple):
    """One closing line; all lines of a closing add up to zero."""

    account: str
    """`held`, or what it is owed as: `claims`, `dividends`, `referrals`, `stuck`."""
    owner: Account | None
    """Whose it is; None where it is everybody's or nobody's."""
    wei: int
    """Held is positive, owed negative."""


class Closing(NamedTuple):
    """A round that is over."""

    round: int
    end: int
    lines: tuple[Line, ...]

    def total(self, account: str) -> int:
        """Wei of all lines of one account, as a positive number where it is owed."""
        return -sum(line.wei for line in self.lines if line.account == account)


def close(pool: Pool, number: int = 1) -> Closing:
    """Close a round. Raises `PremiumError` (`E_PREM_ROUND`) while the contract has not seen a shutdown.

    What is stuck are the remainders of premiums, the dust of claims, and the whole pool where nobody was insured; were
    it negative, the contract would lack that much.
    """
    if not pool.ended:
        raise PremiumError("E_PREM_ROUND", "open", round=number)
    owed = tuple(_owed(pool))
    held = pool.balances.contract
    stuck = held + sum(line.wei for line in owed)
    return Closing(number, pool.end, (Line("held", None, held), *owed, Line("stuck", None, -stuck)))


def open_next(closing: Closing, deploy_ts: int) -> Pool:
    """The next round's empty pool. Raises `PremiumError` (`E_PREM_ROUND`) if it would begin before the end."""
    if deploy_ts < closing.end:
        raise PremiumError("E_PREM_ROUND", "early", deploy_ts=deploy_ts, end=closing.end)
    return deploy(deploy_ts)


def _owed(pool: Pool) -> Iterator[Line]:
    for account in sorted(pool.players):
        player = pool.players[account]
        units = pool.current_unit(account)
        claim = 0
        if units and not player.claimed:
            claim = claim_amount(pool.pool, units, pool.issued_insurance)
        for name, wei in (("claims", claim), ("dividends", pool.dividends(account)), ("referrals", player.ref)):
            if wei:
                yield Line(name, account, -wei)
