"""The white paper's dashboard over a pool's totals: five figures, and the alarm that it lacks.

Decides what the totals say, whoever read them: from a simulated state or from a contract on a chain. The payout
multiple is the front end's: what a unit would be paid, over what a unit for one day costs, which is two base prices
(the share and the day). The text of the white paper leaves the factor two out.
"""

from __future__ import annotations

from typing import NamedTuple

from treasury.mutual_pool.curve import ONE, RATES, buy_price
from treasury.mutual_pool.state import Pool


class Figures(NamedTuple):
    """What people look at."""

    pool: int
    """Wei that a shutdown would pay out."""
    shares: int
    issued: int
    """Units that the contract counts, as of its last tick."""
    active: int
    """Units insured at the time that was asked about: what a tick then would leave."""
    agents: int
    price: int
    """Wei for the next whole share."""
    multiple: int | None
    """10⁻¹⁸; None where no unit is active."""
    ended: bool

    @property
    def locked(self) -> bool:
        """Whether a shutdown now would lock the pool for ever, or one has."""
        return self.active == 0 and self.pool > 0


def payout_multiple(pool: int, issued: int, price: int) -> int | None:
    """The front end's `odd` in 10⁻¹⁸, with its floors; None where no unit is insured."""
    if issued <= 0:
        return None
    return (pool * ONE // issued) * ONE // (price * (RATES[1] + ONE) // ONE)


def figures(pool: Pool, day: int) -> Figures:
    """The dashboard of a model's pool on `day`; after its end, of the day on which it froze."""
    active = pool.issued_insurance if pool.ended else pool.issued_on(max(day, pool.today))
    price = buy_price(pool.shares)
    return Figures(
        pool=pool.pool,
        shares=pool.shares,
        issued=pool.issued_insurance,
        active=active,
        agents=pool.agents,
        price=price,
        multiple=payout_multiple(pool.pool, active, price),
        ended=pool.ended,
    )
