"""A grant of the plan against the wallet that should pay it: every difference is a finding.

Decides by values that were read before: beneficiary, times, amount, code, and each release against the books. Whether
the node that was asked tells the truth is not decided here. A wallet vests by the second, in one line or at one moment;
a grant that vests otherwise cannot be one, and that is a finding, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from chain import amount
from chain.finding import Finding
from chain.vesting_wallet import version_of
from proposals.schedule import Jump, Line, Schedule
from proposals.schedule.contracts import vesting_wallet
from treasury.allocation import Grant, Plan, PlanError


class Release(Protocol):
    """One release, on the chain or in the books."""

    @property
    def transaction(self) -> bytes:
        """Its hash."""

    @property
    def amount(self) -> int:
        """Base units."""


class Wallet(Protocol):
    """What a wallet says of itself; None where it does not answer."""

    @property
    def code(self) -> bytes:
        """Empty where there is none."""

    @property
    def owner(self) -> bytes | None:
        """Who is paid."""

    @property
    def start(self) -> int | None:
        """Unix seconds."""

    @property
    def duration(self) -> int | None:
        """Seconds."""

    @property
    def released(self) -> int | None:
        """Base units."""

    @property
    def held(self) -> int:
        """Base units."""

    @property
    def releases(self) -> Sequence[Release]:
        """In the order of the chain."""


class Times(NamedTuple):
    """What a wallet's constructor is given."""

    start: int
    duration: int


class Payable(NamedTuple):
    """Where a plan's grants are paid."""

    chain_id: int
    token: bytes
    grants: tuple[Grant, ...]
    """Those that name a wallet."""


def payable(plan: Plan, grants: Sequence[Grant]) -> Payable:
    """Say where grants are paid; raise `PlanError` where the plan names no chain, no token or no wallet."""
    token = need_token(plan)
    named = tuple(grant for grant in grants if grant.wallet is not None)
    if not named:
        raise PlanError("E_PLAN", "no_wallet", name=plan.name)
    return Payable(plan.chain_id or 0, token, named)


def need_token(plan: Plan) -> bytes:
    """Return the asset's contract; raise `PlanError` where the plan does not name it and its chain."""
    if plan.chain_id is None or plan.token is None:
        raise PlanError("E_PLAN", "no_token", name=plan.name)
    return plan.token


def need_times(plan: Plan, grant: Grant, tge: int) -> Times:
    """Return the times of a grant's wallet; raise `PlanError` where no wallet vests as the grant does, or could pay."""
    schedule = plan.schedule_of(grant, tge)
    times = wallet_times(schedule)
    if times is None:
        raise PlanError("E_PLAN", "no_times", grant=grant.id)
    vesting_wallet(schedule.total, *times)  # refuses what the contract could not pay out
    return times


def wallet_times(schedule: Schedule) -> Times | None:
    """Say with which times a wallet vests as a schedule does; None where none can."""
    if len(schedule.pieces) != 1 or schedule.revoked_at is not None:
        return None
    (piece,) = schedule.pieces
    if isinstance(piece, Jump):
        return Times(piece.at, 0)
    if isinstance(piece, Line) and piece.grain == 1 and piece.cliff <= piece.start:
        return Times(piece.start, piece.end - piece.start)
    return None


def check_grant(plan: Plan, grant: Grant, tge: int, wallet: Wallet) -> tuple[Finding, ...]:
    """List every difference between a grant and its wallet."""
    return tuple(_found(plan, grant, tge, wallet))


def _found(plan: Plan, grant: Grant, tge: int, wallet: Wallet) -> Iterator[Finding]:
    place = f"grant {grant.id}"
    if not wallet.code:
        yield Finding(code="E_VESTING", reason="no_code", place=place)
        return
    if version_of(wallet.code) is None:
        yield Finding(code="E_VESTING", reason="code", place=place)
    if wallet.owner != grant.beneficiary:
        who = {"found": wallet.owner, "expected": grant.beneficiary}
        yield Finding(code="E_VESTING", reason="beneficiary", place=place, facts=who)
    yield from _times(plan, grant, tge, wallet, place)
    whole = wallet.held + (wallet.released or 0)
    if wallet.released is None or whole != grant.amount:
        facts = {"found": _told(plan, whole), "expected": _told(plan, grant.amount)}
        yield Finding(code="E_VESTING", reason="amount", place=place, facts=facts)
    yield from _releases(plan, grant, wallet, place)


def _times(plan: Plan, grant: Grant, tge: int, wallet: Wallet, place: str) -> Iterator[Finding]:
    times = wallet_times(plan.schedule_of(grant, tge))
    if times is None:
        yield Finding(code="E_VESTING", reason="rule", place=place)
        return
    if wallet.start != times.start:
        facts = {"found": wallet.start, "expected": times.start}
        yield Finding(code="E_VESTING", reason="start", place=place, facts=facts)
    if wallet.duration != times.duration:
        spans = {"found": wallet.duration, "expected": times.duration}
        yield Finding(code="E_VESTING", reason="duration", place=place, facts=spans)


def _releases(plan: Plan, grant: Grant, wallet: Wallet, place: str) -> Iterator[Finding]:
    """The wallet's own sum against its events, and each event against the books, and the other way round."""
    seen: dict[bytes, int] = {}
    for release in wallet.releases:
        seen[release.transaction] = seen.get(release.transaction, 0) + release.amount
    told = sum(seen.values())
    if wallet.released is not None and told != wallet.released:
        facts = {"found": _told(plan, told), "expected": _told(plan, wallet.released)}
        yield Finding(code="E_VESTING", reason="released", place=place, facts=facts)
    books = {row.transaction: row.amount for row in plan.released if row.grant == grant.id}
    for transaction, units in seen.items():
        if units and transaction not in books:  # a release of nothing is an event, and nothing to book
            yield _release("unbooked", place, transaction, amount=_told(plan, units))
    for transaction, units in books.items():
        found = seen.get(transaction)
        if found is None:
            yield _release("invented", place, transaction, amount=_told(plan, units))
        elif found != units:
            yield _release("booked", place, transaction, found=_told(plan, found), expected=_told(plan, units))


def _release(reason: str, place: str, transaction: bytes, **facts: str) -> Finding:
    return Finding(code="E_VESTING", reason=reason, place=place, facts={"transaction": transaction, **facts})


def _told(plan: Plan, units: int) -> str:
    return f"{amount.spell(units, plan.decimals)} {plan.asset}"
