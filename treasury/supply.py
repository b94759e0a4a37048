"""A token's circulating supply against its total: a base for a quorum, checked and not believed.

Decides the differences in whole tokens or base units, rounded down. Whether the published figures are true is for
whoever reads them from a chain.
"""

from __future__ import annotations

from typing import NamedTuple

from treasury.errors import TreasuryError


class SupplyError(TreasuryError):
    """Figures that cannot be a supply (`E_SUPPLY`)."""


class Supply(NamedTuple):
    """Published figures and what follows from them, in one unit."""

    total: int
    circulating: int
    not_circulating: int
    circulating_ppm: int
    """Millionths of the total, rounded down."""

    def short_of(self, percent: int) -> int:
        """How much more would have to circulate for so many percent of the total, rounded up; 0 where it does."""
        return max(0, -((self.circulating * 100 - self.total * percent) // 100))


def supply(total: int, circulating: int) -> Supply:
    """Check that what circulates is a part of a total that is more than nothing."""
    if not 0 <= circulating <= total or not total:
        raise SupplyError("E_SUPPLY", total=total, circulating=circulating)
    return Supply(total, circulating, total - circulating, circulating * 1_000_000 // total)
