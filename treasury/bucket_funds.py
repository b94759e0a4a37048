"""The buckets of a plan against the funds of the settings that pay them, so that both speak of the same money.

Decides which of a fund's assets is the plan's, what of a bucket its fund promised and paid by the books, and every
difference between plan, settings and books as a finding. A committee's limits are what the settings say, and a plan may
say them again. Whether the books agree with the chain is reconciling.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from chain import amount
from chain.finding import Finding
from governance.settings import Asset, FundSettings
from treasury.allocation import Bucket, Payment, Plan
from treasury.fund import FundState


class Booked(NamedTuple):
    """What the books say of a bucket's fund, in base units of the plan's asset."""

    state: FundState = FundState()
    payments: tuple[Payment, ...] = ()
    """Each part that was paid, by time."""

    @property
    def received(self) -> int:
        """All that ever came into the fund, and is there or was paid."""
        return self.state.held + self.used - self.state.committed

    @property
    def used(self) -> int:
        """What the bucket has less: promised, or paid and not come back."""
        return self.state.committed + self.state.paid - self.state.refunded


class PaidBy(NamedTuple):
    """A bucket that names a fund, with that fund."""

    bucket: Bucket
    fund: FundSettings | None
    """None where the settings have no fund of that name."""
    booked: Booked | None
    """None where the fund has no asset that is the plan's."""

    @property
    def left(self) -> int | None:
        """What the bucket can still give; below 0 where more was promised than there is."""
        return None if self.booked is None else self.bucket.amount - self.booked.used


def is_same(plan: Plan, asset: Asset) -> bool:
    """Whether plan and settings call an asset alike, and count it in the same units."""
    return asset.decimals == plan.decimals and plan.names_asset(asset.symbol)


def asset_of(plan: Plan, fund: FundSettings) -> Asset | None:
    """Find the plan's token among a fund's assets: by its contract, or by name where the plan names no contract."""
    for asset in fund.assets:
        if plan.token is None and asset.address is not None and plan.names_asset(asset.symbol):
            return asset
        if plan.token is not None and (fund.chain_id, asset.address) == (plan.chain_id, plan.token):
            return asset
    return None


def by_the_books(plan: Plan, found: tuple[PaidBy, ...]) -> Plan:
    """Return the plan with what committees paid out of its buckets by the books, in place of its own rows.

    Raises `PlanError` where that is more than a bucket has.
    """
    known = {
        row.bucket.id: row.booked.payments
        for row in found
        if row.bucket.release.kind == "committee" and row.booked is not None
    }
    own = tuple(row for row in plan.payments if row.bucket not in known)
    return replace(plan, payments=(*own, *(payment for rows in known.values() for payment in rows)))


def check_bucket(plan: Plan, found: PaidBy) -> tuple[Finding, ...]:
    """List every difference between a bucket, the fund that it names, and the fund's books."""
    place = f"bucket {found.bucket.id}"
    return tuple(
        Finding(code="E_BUCKET", reason=reason, place=place, facts={"fund": found.bucket.fund, **facts})
        for reason, facts in _differences(plan, found)
    )


def _differences(plan: Plan, found: PaidBy) -> Iterator[tuple[str, Mapping[str, object]]]:
    if found.fund is None:
        yield "fund", {}
        return
    asset = asset_of(plan, found.fund)
    if asset is None:
        yield "no_asset", {"asset": plan.asset}
        return
    booked = found.booked
    if booked is None or not is_same(plan, asset):
        yield "asset", {"symbol": asset.symbol, "decimals": asset.decimals, "asset": plan.asset}
        return
    if found.bucket.release.kind == "committee":
        yield from _limits(plan, found.bucket, found.fund, asset)
        yield from _payments(plan, found.bucket, booked)
    if booked.used > found.bucket.amount:
        yield "spent", _facts(plan, booked.used, found.bucket.amount)
    if booked.received > found.bucket.amount:
        yield "received", _facts(plan, booked.received, found.bucket.amount)


def _limits(plan: Plan, bucket: Bucket, fund: FundSettings, asset: Asset) -> Iterator[tuple[str, Mapping[str, object]]]:
    """The settings' limits hold; the plan says the same if it says any, and a year is no more than the bucket."""
    if fund.committee is None:
        yield "no_committee", {}
        return
    limit = next((row for row in fund.committee.limits if row.symbol == asset.symbol), None)
    if limit is None:
        yield "no_limit", {"symbol": asset.symbol}
        return
    said = bucket.release
    if said.grant_most not in (None, limit.grant):
        yield "grant_limit", _facts(plan, limit.grant, said.grant_most or 0)
    if said.year_most not in (None, limit.year):
        yield "year_limit", _facts(plan, limit.year, said.year_most or 0)
    if limit.year > bucket.amount:
        yield "year_wide", _facts(plan, limit.year, bucket.amount)


def _payments(plan: Plan, bucket: Bucket, booked: Booked) -> Iterator[tuple[str, Mapping[str, object]]]:
    """The plan's own rows are those of the books, if it has any: the same amounts at the same times."""
    written = Counter((row.at, row.amount) for row in plan.payments if row.bucket == bucket.id)
    paid = Counter((row.at, row.amount) for row in booked.payments)
    for at, units in sorted((written - paid).elements()):
        yield "unbooked", {"amount": _told(plan, units), "at": at}
    for at, units in sorted((paid - written).elements()) if written else ():
        yield "unwritten", {"amount": _told(plan, units), "at": at}


def _facts(plan: Plan, found: int, expected: int) -> dict[str, object]:
    return {"found": _told(plan, found), "expected": _told(plan, expected)}


def _told(plan: Plan, units: int) -> str:
    return f"{amount.spell(units, plan.decimals)} {plan.asset}"
