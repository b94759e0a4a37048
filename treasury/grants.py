"""What a committee may grant out of its fund.

Decides that a grant only pays, and within its limits: coins, or a token's `transfer`, of assets that the mandate names,
no more of one than one grant may be, and never to a member. And that what was granted within 365 days stays within the
year's limit. Who the members are and whether enough of them agreed is `governance`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from chain.address import checksum
from governance.settings import Committee, FundSettings
from proposals.parts import Part
from treasury.assets import Amounts, asset_id, total
from treasury.binding import paying
from treasury.errors import TreasuryError

YEAR_SECONDS = 365 * 86_400


class GrantError(TreasuryError):
    """A grant that the mandate does not allow (`E_GRANT`)."""


class Granted(NamedTuple):
    """One promise of the fund's money that was kept, or can still be."""

    time: int
    """Unix seconds, when it was promised."""
    amounts: Amounts


class Room(NamedTuple):
    """What a committee has of one asset, in base units."""

    grant: int
    year: int
    used: int
    """Of the year's limit, at the moment asked about."""

    @property
    def left(self) -> int:
        """What can still be granted now, by one proposal or several."""
        return max(0, self.year - self.used)


def check_grant(fund: FundSettings, committee: Committee, parts: Sequence[Part]) -> None:
    """Raise `GrantError` for the first call that is no payment, pays a member, or pays what the mandate does not
    name; then for an asset of which the parts together pay more than one grant may.
    """
    limits = _by_asset(fund, committee)
    sums: list[dict[str, int]] = []
    for number, part in enumerate(parts, 1):
        for call in part.calls:
            payment = paying(call, part.chain_id)
            if payment is None:
                raise GrantError("E_GRANT", "call", fund=fund.name, part=number, to=call.to)
            if payment.payee in committee.members:
                raise GrantError("E_GRANT", "member", fund=fund.name, part=number, payee=checksum(payment.payee))
            if payment.asset not in limits:
                raise GrantError("E_GRANT", "asset", fund=fund.name, part=number, asset=payment.asset)
            sums.append({payment.asset: payment.amount})
    for asset, amount in total(sums).items():
        if amount > limits[asset].grant:
            raise GrantError("E_GRANT", "grant", fund=fund.name, asset=asset, asked=amount, limit=limits[asset].grant)


def rooms(fund: FundSettings, committee: Committee, granted: Iterable[Granted], at: int) -> dict[str, Room]:
    """Say by asset id what was granted in the 365 days that end at a moment, and what the limits are."""
    since = at - YEAR_SECONDS
    used = total(row.amounts for row in granted if since < row.time <= at)
    return {
        asset: Room(limit.grant, limit.year, used.get(asset, 0)) for asset, limit in _by_asset(fund, committee).items()
    }


def check_year(fund: FundSettings, committee: Committee, granted: Iterable[Granted], at: int) -> None:
    """Raise `GrantError` if the 365 days that end at a moment hold more than the year's limit; `granted` has also
    what is granted at that moment.
    """
    for asset, room in rooms(fund, committee, granted, at).items():
        if room.used > room.year:
            raise GrantError("E_GRANT", "year", fund=fund.name, asset=asset, granted=room.used, limit=room.year)


class _Limit(NamedTuple):
    grant: int
    year: int


def _by_asset(fund: FundSettings, committee: Committee) -> Mapping[str, _Limit]:
    assets = {asset.symbol: asset_id(fund.chain_id, asset.address) for asset in fund.assets}
    return {assets[limit.symbol]: _Limit(limit.grant, limit.year) for limit in committee.limits}
