"""A plan's grants as dated payments, and a document's payments held against them.

Decides on which dates a grant is paid without a contract, and how much each time: whatever its rule, what has vested
since the date before, so that nothing is paid early and the last date pays the last unit. And every difference between
those payments and the ones that a document makes. Whether anybody voted for them is not decided here, nor paid what.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from chain import amount
from chain.address import checksum
from chain.errors import CodedError
from chain.finding import Finding
from proposals.payment import PaymentSentence
from proposals.tables import BudgetRow
from proposals.times import add_months
from treasury.allocation import Grant, Plan, PlanError
from treasury.unlocks import unlocks

TERM_MONTHS = 12


class Tranche(NamedTuple):
    """One payment of a grant."""

    at: int
    """Unix seconds; not to be paid before."""
    payee: bytes
    amount: int
    """Base units."""


class Dated(NamedTuple):
    """A tranche with the grant that it is of."""

    grant: Grant
    tranche: Tranche


def tranches_of(plan: Plan, grants: Sequence[Grant], tge: int) -> tuple[Dated, ...]:
    """List what is paid when, by date and then in the order of the grants.

    Raises `PlanError` for a grant that a wallet pays: its money would go out twice.
    """
    for grant in grants:
        if grant.wallet is not None:
            raise PlanError("E_PLAN", "wallet_pays", grant=grant.id, wallet=checksum(grant.wallet))
    found = [
        Dated(grant, Tranche(row.at, grant.beneficiary, row.amount))
        for grant in grants
        for row in unlocks(plan.schedule_of(grant, tge), plan.calendar)
    ]
    return tuple(sorted(found, key=lambda dated: dated.tranche.at))


def fundings(grants: Sequence[Grant]) -> tuple[Dated, ...]:
    """One payment for each grant, of all of it, into the wallet that it names, which has the dates."""
    return tuple(Dated(grant, Tranche(0, grant.wallet, grant.amount)) for grant in grants if grant.wallet is not None)


def parts_by_date(dated: Iterable[Dated], most: int) -> list[int]:
    """Number the part of each tranche: one a date, and another one where a date has more payments than `most`."""
    numbers: list[int] = []
    last, room = -1, 0
    for row in dated:
        if row.tranche.at != last or not room:
            last, room = row.tranche.at, most
            numbers.append(numbers[-1] + 1 if numbers else 1)
        else:
            numbers.append(numbers[-1])
        room -= 1
    return numbers


def of_a_term(dated: Sequence[Dated], created: int) -> tuple[Dated, ...]:
    """The tranches that one document may pay: those of twelve months from the first, or from its creation if that is
    later (IIP-F06). What comes after is asked for again.
    """
    start = max([created, *(row.tranche.at for row in dated[:1])])
    return tuple(row for row in dated if row.tranche.at <= add_months(start, TERM_MONTHS))


def is_paid(dated: Dated, in_parts: Mapping[Tranche, bool]) -> bool | None:
    """Say whether a tranche was paid, to the beneficiary or to who was it then; None where no part pays it.

    `in_parts` are the tranches that parts of proposals pay, and whether they have.
    """
    tranche, grant = dated.tranche, dated.grant
    if tranche.payee == grant.beneficiary and any(in_parts.get(tranche._replace(payee=who)) for who in grant.former):
        return True
    return in_parts.get(tranche)


def check_due(plan: Plan, dated: Iterable[Dated], in_parts: Mapping[Tranche, bool], at: int) -> tuple[Finding, ...]:
    """List what is due at a moment and not paid: an error where no part pays it, a warning where one has not yet."""
    return tuple(_due(plan, dated, in_parts, at))


def _due(plan: Plan, dated: Iterable[Dated], in_parts: Mapping[Tranche, bool], at: int) -> Iterator[Finding]:
    for row in dated:
        paid, facts, place = is_paid(row, in_parts), _facts(plan, row.tranche), f"grant {row.grant.id}"
        if row.tranche.at > at or paid:
            continue
        if paid is None:
            yield Finding(code="E_TRANCHE", reason="overdue", place=place, facts=facts)
        else:
            yield Finding(code="E_TRANCHE", level="warning", reason="waiting", place=place, facts=facts)


def check_rows(plan: Plan, expected: Iterable[Dated], rows: Sequence[BudgetRow]) -> tuple[Finding, ...]:
    """List every difference between a document's payments and the tranches that are expected of it: a payment that none
    of them is, one that is missing, and one that waits for something else than its date.
    """
    return tuple(_differences(plan, expected, rows))


def _differences(plan: Plan, expected: Iterable[Dated], rows: Sequence[BudgetRow]) -> Iterator[Finding]:
    missing = Counter(dated.tranche for dated in expected)
    for row in rows:
        place = f"part {row.part}"
        payment = row.action
        if not isinstance(payment, PaymentSentence) or not plan.names_asset(payment.symbol):
            yield Finding(code="E_TRANCHE", reason="other", place=place, line=row.line, facts={"asset": plan.asset})
            continue
        tranche = Tranche(row.not_before, payment.to, _units(plan, payment.amount))
        if missing[tranche] < 1:
            yield Finding(code="E_TRANCHE", reason="surplus", place=place, line=row.line, facts=_facts(plan, tranche))
            continue
        missing[tranche] -= 1
        if row.release or row.not_after:
            yield Finding(code="E_TRANCHE", reason="condition", place=place, line=row.line)
    for tranche in sorted(missing.elements()):
        yield Finding(code="E_TRANCHE", reason="missing", facts=_facts(plan, tranche))


def _units(plan: Plan, text: str) -> int:
    try:
        return amount.parse(text, plan.decimals)
    except CodedError:  # more decimals than the token has: no tranche has that
        return -1


def _facts(plan: Plan, tranche: Tranche) -> dict[str, object]:
    told = f"{amount.spell(tranche.amount, plan.decimals)} {plan.asset}" if tranche.amount >= 0 else plan.asset
    return {"amount": told, "payee": checksum(tranche.payee), "at": tranche.at}
