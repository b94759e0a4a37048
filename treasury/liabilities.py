"""What is owed besides what the books hold: dividends of the pool, vesting grants, bonds; each with how it is known.

Decides the sums, from files that somebody names. None of it is an entry of the ledger, because no leaf of a journal
proves it: dividends and referrals follow exactly from a history of the pool, but that the history is the chain's is not
proved here, and the mutual's contract owes them out of what it holds itself; what vests follows exactly from a plan,
what of it was released is the plan's word; a bond is its file's word alone. So they are told beside the balance sheet.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from chain import amount
from chain.amount import AmountError
from proposals.times import TimeError, parse_day
from treasury.allocation import Plan
from treasury.errors import TreasuryError
from treasury.mutual_pool.claims import claim_amount
from treasury.mutual_pool.state import Pool

COLUMNS = ("holder", "asset", "amount", "due")
ROWS_MAX = 10_000
_ETHER = 18

Known = Literal["simulated", "planned", "stated"]
"""From a history by the contract's model; from a plan's rule; on a file's word."""


class BondError(TreasuryError):
    """A file of bonds in another form (`E_BONDS`)."""


class Owed(NamedTuple):
    """One sum that is owed."""

    what: str
    """`dividends`, `referrals`, `claims`, `vested_due`, `vesting`, `bonds_due` or `bonds`."""
    asset: str
    """The symbol that the file uses; ETH of a pool."""
    decimals: int
    amount: int
    """Base units, more than 0."""
    known: Known


class Bond(NamedTuple):
    """One line of a file of bonds."""

    holder: str
    asset: str
    amount: int
    """Base units."""
    due: int
    """Unix seconds of the day's first moment in UTC."""


def owed_by_pool(pool: Pool) -> Iterator[Owed]:
    """What the mutual's contract owes its players, all together: nobody's debt but the contract's."""
    sums = {"claims": 0, "dividends": 0, "referrals": 0}
    for account, player in pool.players.items():
        units = pool.current_unit(account) if pool.ended and not player.claimed else 0
        sums["claims"] += claim_amount(pool.pool, units, pool.issued_insurance) if units else 0
        sums["dividends"] += pool.dividends(account)
        sums["referrals"] += player.ref
    yield from (Owed(what, "ETH", _ETHER, wei, "simulated") for what, wei in sums.items() if wei)


def owed_by_plan(plan: Plan, tge: int, at: int) -> Iterator[Owed]:
    """What grants have vested and was not released, and what is yet to vest. Buckets without grants owe nobody."""
    due = locked = 0
    for grant in plan.grants:
        schedule = plan.schedule_of(grant, tge)
        released = sum(row.amount for row in plan.released if row.grant == grant.id)
        due += max(0, schedule.vested(at) - released)
        locked += schedule.locked(at)
    for what, units in (("vested_due", due), ("vesting", locked)):
        if units:
            yield Owed(what, plan.asset, plan.decimals, units, "planned")


def owed_by_bonds(bonds: list[Bond], decimals: Mapping[str, int], at: int) -> Iterator[Owed]:
    """What is due of them at a moment, and what will be; asset by asset."""
    sums: dict[tuple[str, str], int] = {}
    for bond in bonds:
        key = "bonds_due" if bond.due <= at else "bonds", bond.asset
        sums[key] = sums.get(key, 0) + bond.amount
    yield from (
        Owed(what, asset, decimals[asset], units, "stated")
        for (what, asset), units in sorted(sums.items(), reverse=True)
    )


def read_bonds(data: bytes, decimals: Mapping[str, int]) -> list[Bond]:
    """Read `holder,asset,amount,due` with whole units and days; `decimals` are those of the funds' assets by symbol.

    Raises `BondError` (`E_BONDS`), with the number of the first line that is wrong.
    """
    try:
        lines = csv.reader(data.decode("utf-8-sig").splitlines(), strict=True)
        if tuple(next(lines, [])) != COLUMNS:
            raise BondError("E_BONDS", "header", expected=",".join(COLUMNS))
        bonds = [_bond(lines.line_num, cells, decimals) for cells in lines if any(cells)]
    except (UnicodeDecodeError, csv.Error):
        raise BondError("E_BONDS", "header", expected=",".join(COLUMNS)) from None
    if len(bonds) > ROWS_MAX:
        raise BondError("E_BONDS", "many", found=len(bonds), limit=ROWS_MAX)
    return bonds


def _bond(line: int, cells: list[str], decimals: Mapping[str, int]) -> Bond:
    try:
        holder, asset, spelled, due = cells
        bond = Bond(holder, asset, amount.parse(spelled, decimals[asset]), parse_day(due))
    except (ValueError, KeyError, AmountError, TimeError):
        raise BondError("E_BONDS", "line", line=line, found=",".join(cells)) from None
    if not bond.amount:
        raise BondError("E_BONDS", "line", line=line, found=",".join(cells))
    return bond
