"""The allocation of a token: buckets, labels over them, grants out of them, and what vests when.

Decides that a plan adds up (shares, amounts, grants), that one thing has one name, and which schedule each bucket and
grant has from a given token generation event on. How a plan is written is `treasury.allocation_text`'s; whether it is
what contracts and books say is not decided here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from chain import amount
from chain.address import checksum
from proposals.schedule import Calendar, Gate, Jump, Schedule, Step
from proposals.schedule.calendars import later, linear_after_lock, tranches
from treasury.errors import TreasuryError

Kind = Literal["immediate", "linear", "tranches", "committee"]
PERCENT_DECIMALS = 4
WHOLE: int = 100 * 10**PERCENT_DECIMALS
"""All of it, in the units that `Share.percent` is counted in."""


class PlanError(TreasuryError):
    """A plan that does not add up, or names one thing twice or not at all (`E_PLAN`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """How a bucket or a grant vests, in months from the token generation event."""

    kind: Kind
    lock_months: int = 0
    months: int = 0
    """From the end of the lock to the last unit."""
    every_months: int = 1
    """Of tranches."""
    grant_most: int | None = None
    """Of a committee: the most that one grant may be, in base units; None where only the settings say it."""
    year_most: int | None = None
    """Of a committee: the most that it may grant in 365 days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """One share of the total."""

    id: str
    title: str
    percent: int
    """Ten-thousandths of a per cent."""
    amount: int
    """Base units."""
    release: Release
    fund: str | None = None
    """The fund of the settings that pays it, and nothing else; None where the plan does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Another name for some buckets together; it is no further share."""

    id: str
    title: str
    percent: int
    amount: int
    buckets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What one beneficiary gets out of a bucket."""

    id: str
    bucket: str
    beneficiary: bytes
    title: str
    amount: int
    start: int | None = None
    """Unix seconds; the token generation event where nothing is said."""
    release: Release | None = None
    """The bucket's where nothing is said."""
    wallet: bytes | None = None
    """The contract that holds and pays it."""
    successor: bytes | None = None
    """Who takes the beneficiary's place when he has died or lost his key, if the plan's steward agrees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """What a committee released out of its bucket, and when."""

    bucket: str
    at: int
    amount: int
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """A release of a grant, as the books have it."""

    grant: str
    amount: int
    transaction: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A whole allocation, checked when it is made."""

    name: str
    title: str
    asset: str
    aliases: tuple[str, ...]
    """Other names of the same asset."""
    decimals: int
    total: int
    calendar: Calendar
    step: Step
    tge: int | None
    """The token generation event in Unix seconds; None where it has to be named."""
    buckets: tuple[Bucket, ...]
    labels: tuple[Label, ...] = ()
    grants: tuple[Grant, ...] = ()
    payments: tuple[Payment, ...] = ()
    released: tuple[Released, ...] = ()
    chain_id: int | None = None
    token: bytes | None = None
    """The asset's contract there."""
    steward: bytes | None = None
    """Who signs for the DAO when a beneficiary changes."""

    def __post_init__(self) -> None:
        _check_names(self)
        _check_buckets(self)
        _check_limits(self)
        for label in self.labels:
            _check_label(self, label)
        _check_grants(self)
        _check_payments(self)
        _check_schedules(self)

    def bucket(self, id_: str) -> Bucket:
        """Find a bucket; a label is none, because its buckets vest each by its own rule."""
        for bucket in self.buckets:
            if bucket.id == id_:
                return bucket
        reason = "label" if any(label.id == id_ for label in self.labels) else "bucket"
        raise PlanError("E_PLAN", reason, name=id_, known=tuple(bucket.id for bucket in self.buckets))

    def grant(self, id_: str) -> Grant:
        """Find a grant."""
        for grant in self.grants:
            if grant.id == id_:
                return grant
        raise PlanError("E_PLAN", "grant", name=id_, known=tuple(grant.id for grant in self.grants))

    def grants_to(self, beneficiary: bytes) -> tuple[Grant, ...]:
        """Find all that one beneficiary gets."""
        found = tuple(grant for grant in self.grants if grant.beneficiary == beneficiary)
        if not found:
            known = tuple(dict.fromkeys(checksum(grant.beneficiary) for grant in self.grants))
            raise PlanError("E_PLAN", "beneficiary", name=checksum(beneficiary), known=known)
        return found

    def names_asset(self, name: str) -> bool:
        """Whether a name means this plan's asset."""
        return name.casefold() in {known.casefold() for known in (self.asset, *self.aliases)}

    def schedule(self, bucket: Bucket, tge: int) -> Schedule:
        """Make a bucket's schedule from the token generation event on."""
        if bucket.release.kind != "committee":
            return self._schedule(bucket.amount, bucket.release, tge)
        paid = tuple(Jump(amount=row.amount, at=row.at) for row in self.payments if row.bucket == bucket.id)
        rest = bucket.amount - sum(piece.amount for piece in paid)
        return Schedule(pieces=(*paid, Gate(amount=rest, name=bucket.id)))

    def schedule_of(self, grant: Grant, tge: int) -> Schedule:
        """Make a grant's schedule: by its own rule and start where it has them, else by its bucket's."""
        release = grant.release or self.bucket(grant.bucket).release
        if release.kind == "committee":
            raise PlanError("E_PLAN", "grant_release", grant=grant.id, bucket=grant.bucket)
        return self._schedule(grant.amount, release, tge if grant.start is None else grant.start)

    def _schedule(self, total: int, release: Release, start: int) -> Schedule:
        lock, months = release.lock_months, release.months
        if release.kind == "linear":
            return linear_after_lock(
                total, start, lock_months=lock, months=months, calendar=self.calendar, step=self.step
            )
        if release.kind == "tranches":
            every = release.every_months
            return tranches(total, start, lock_months=lock, months=months, every_months=every, calendar=self.calendar)
        return Schedule(pieces=(Jump(amount=total, at=later(start, lock, self.calendar)),))


def _check_names(plan: Plan) -> None:
    assets = [name.casefold() for name in (plan.asset, *plan.aliases)]
    ids = [*(bucket.id for bucket in plan.buckets), *(label.id for label in plan.labels)]
    funds = [bucket.fund for bucket in plan.buckets if bucket.fund is not None]
    grants = [grant.id for grant in plan.grants]
    for kind, names in (("asset", assets), ("bucket", ids), ("grant", grants), ("fund", funds)):
        twice = _twice(names)
        if twice is not None:
            raise PlanError("E_PLAN", f"twice_{kind}", name=twice)
    if not plan.buckets:
        raise PlanError("E_PLAN", "empty")


def _check_buckets(plan: Plan) -> None:
    rows: tuple[Bucket | Label, ...] = (*plan.buckets, *plan.labels)
    for row in rows:
        if row.amount * WHOLE != plan.total * row.percent:
            share = amount.spell(row.percent, PERCENT_DECIMALS)
            raise PlanError("E_PLAN", "share", name=row.id, amount=_told(plan, row.amount), percent=share)
    shares = sum(bucket.percent for bucket in plan.buckets)
    if shares != WHOLE:
        overlap = next((row.id for row in plan.buckets if _covers(plan, row)), "")
        spelled = amount.spell(shares, PERCENT_DECIMALS)
        if overlap and shares > WHOLE:
            raise PlanError("E_PLAN", "overlap", percent=spelled, name=overlap)
        raise PlanError("E_PLAN", "sum", percent=spelled)
    # shares that add up to the whole, each exactly its amount, leave nothing over in base units either


def _covers(plan: Plan, row: Bucket) -> bool:
    """Whether leaving out this one bucket would make the plan whole: then it is another name for some of the rest."""
    rest = sum(other.percent for other in plan.buckets if other is not row)
    return rest == WHOLE


def _check_limits(plan: Plan) -> None:
    """A committee's limits are more than nothing, a grant's at most the year's, and the year's at most the bucket."""
    for bucket in plan.buckets:
        said = (bucket.release.grant_most, bucket.release.year_most, bucket.amount)
        limits = [limit for limit in said if limit is not None]
        if limits != sorted(limits) or 0 in limits[:-1]:
            told = tuple(_told(plan, limit) for limit in limits)
            raise PlanError("E_PLAN", "limits", name=bucket.id, limits=told)


def _check_label(plan: Plan, label: Label) -> None:
    known = {bucket.id: bucket for bucket in plan.buckets}
    twice = _twice(label.buckets)
    if twice is not None:
        raise PlanError("E_PLAN", "twice_bucket", name=twice)
    for id_ in label.buckets:
        if id_ not in known:
            raise PlanError("E_PLAN", "bucket", name=id_, known=tuple(known))
    whole = sum(known[id_].amount for id_ in label.buckets)
    if whole != label.amount:
        said, found = _told(plan, label.amount), _told(plan, whole)
        raise PlanError("E_PLAN", "label_sum", name=label.id, amount=said, sum=found, buckets=label.buckets)


def _check_grants(plan: Plan) -> None:
    seen: dict[tuple[str, bytes], str] = {}
    wallets: dict[bytes, str] = {}
    for grant in plan.grants:
        bucket = plan.bucket(grant.bucket)
        first = seen.setdefault((grant.bucket, grant.beneficiary), grant.id)
        if first != grant.id:
            who = checksum(grant.beneficiary)
            raise PlanError("E_PLAN", "grant_twice", grant=grant.id, first=first, beneficiary=who, bucket=bucket.id)
        if grant.wallet is not None and wallets.setdefault(grant.wallet, grant.id) != grant.id:
            who = wallets[grant.wallet]
            raise PlanError("E_PLAN", "wallet_twice", grant=grant.id, first=who, wallet=checksum(grant.wallet))
        if (grant.release or bucket.release).kind == "committee":
            raise PlanError("E_PLAN", "grant_release", grant=grant.id, bucket=grant.bucket)
    for bucket in plan.buckets:
        granted = sum(grant.amount for grant in plan.grants if grant.bucket == bucket.id)
        if granted > bucket.amount:
            raise _exceeded(plan, bucket, granted)


def _exceeded(plan: Plan, bucket: Bucket, given: int) -> PlanError:
    said, found = _told(plan, bucket.amount), _told(plan, given)
    return PlanError("E_PLAN", "granted", name=bucket.id, granted=found, amount=said)


def _check_payments(plan: Plan) -> None:
    for row in plan.payments:
        if plan.bucket(row.bucket).release.kind != "committee":
            raise PlanError("E_PLAN", "payment", name=row.bucket)
    for bucket in plan.buckets:
        paid = sum(row.amount for row in plan.payments if row.bucket == bucket.id)
        if paid > bucket.amount:
            raise _exceeded(plan, bucket, paid)
    for release in plan.released:
        plan.grant(release.grant)
    booked = _twice([f"{row.grant} 0x{row.transaction.hex()}" for row in plan.released])
    if booked is not None:
        raise PlanError("E_PLAN", "twice_release", name=booked)
    twice = _twice([row.evidence for row in plan.payments])
    if twice is not None:
        raise PlanError("E_PLAN", "twice_payment", name=twice)


def _check_schedules(plan: Plan) -> None:
    """Make every schedule once, so that a plan which exists can be paid."""
    tge = 0 if plan.tge is None else plan.tge
    for bucket in plan.buckets:
        plan.schedule(bucket, tge)
    for grant in plan.grants:
        plan.schedule_of(grant, tge)


def _twice(names: Iterable[str]) -> str | None:
    return next((name for name, count in Counter(names).items() if count > 1), None)


def _told(plan: Plan, units: int) -> str:
    return f"{amount.spell(units, plan.decimals)} {plan.asset}"
