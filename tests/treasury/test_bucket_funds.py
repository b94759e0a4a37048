"""`treasury.bucket_funds`: a bucket and the fund that it names are the same money, or the difference has a name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chain.errors import CodedError
from dao.cli.text import message
from governance.settings import Asset, Committee, FundSettings, GrantLimit
from proposals.times import parse_instant
from tests.treasury.plans import changed, payment
from treasury.allocation import Payment, Plan, PlanError
from treasury.bucket_funds import Booked, PaidBy, asset_of, by_the_books, check_bucket
from treasury.fund import FundState

UNIT, MILLION = 10**18, 10**24
TOKEN = b"\x22" * 20
AT = parse_instant("2019-01-01T00:00:00Z")
LIMITS = GrantLimit("MTN", 2 * MILLION, 20 * MILLION)
MTN = Asset(TOKEN, 18, "MTN")
RESERVE = FundSettings(
    name="reserve", chain_id=1, safe=b"\x33" * 20, assets=(Asset(None, 18, "ETH"), MTN), sources=(),
    committee=Committee((b"\x01" * 20, b"\x02" * 20), 2, "Grants", (LIMITS,)),
)  # fmt: skip
PAID = (Payment(bucket="reserve", at=AT, amount=UNIT, evidence="0x01/1"),)
BOOKED = Booked(FundState(available=77 * MILLION, committed=2 * MILLION, paid=UNIT), PAID)
SAID = ('{ kind = "committee" }', '{ kind = "committee", grant = "2000000", year = "20000000" }')


def found(plan: Plan, fund: FundSettings | None = RESERVE, booked: Booked | None = BOOKED, id_: str = "reserve") -> Any:
    rows = check_bucket(plan, PaidBy(plan.bucket(id_), fund, booked))
    assert {"E_BUCKET"} >= {row.code for row in rows}
    assert all("{" not in message(row) for row in rows)  # each has its sentence and its facts
    return [row.reason for row in rows]


def test_plan_settings_and_books_agree() -> None:
    """The shipped plan says no limits, so the settings' hold; said again they are the same; research needs no
    committee, and may have one.
    """
    research = replace(RESERVE, name="research", committee=None)

    assert ("reserve", "research") == tuple(bucket.fund for bucket in changed().buckets if bucket.fund)
    assert [] == found(changed()) == found(changed(SAID)) == found(changed(), RESERVE, Booked())
    for fund in (research, RESERVE):
        assert [] == found(changed(), fund, Booked(), "research")
    assert [] == found(changed(more=payment("1")))
    row = PaidBy(changed().bucket("reserve"), RESERVE, BOOKED)
    assert (79 * MILLION + UNIT, 78 * MILLION - UNIT) == (BOOKED.received, row.left)


def limited(grant: int, year: int, symbol: str = "MTN") -> FundSettings:
    assert RESERVE.committee is not None
    return replace(RESERVE, committee=RESERVE.committee._replace(limits=(GrantLimit(symbol, grant, year),)))


def state(**numbers: int) -> Booked:
    return Booked(FundState(**numbers), ())


@pytest.mark.parametrize(
    ("fund", "booked", "expected"),
    [
        (None, None, "fund"),
        (replace(RESERVE, assets=(Asset(None, 18, "MTN"),)), None, "no_asset"),
        (replace(RESERVE, assets=(MTN._replace(decimals=8),)), None, "asset"),
        (replace(RESERVE, committee=None), BOOKED, "no_committee"),
        (limited(1, 1, "ETH"), BOOKED, "no_limit"),
        (limited(2 * MILLION - 1, 20 * MILLION), BOOKED, "grant_limit"),
        (limited(2 * MILLION, 20 * MILLION + 1), BOOKED, "year_limit"),
        (RESERVE, state(committed=80 * MILLION, paid=1, available=-1), "spent"),
        (RESERVE, state(available=80 * MILLION + 1), "received"),
    ],
)
def test_every_contradiction_is_found_alone(fund: FundSettings | None, booked: Booked | None, expected: str) -> None:
    """No such fund or token, no committee, another limit by one unit, more promised or received than the bucket has."""
    plan = changed(SAID)
    assert [expected] == found(plan, fund, booked)


def test_what_came_back_can_be_promised_again() -> None:
    """One unit more than the bucket was promised and paid; it fits once that unit came back."""
    paid = {"committed": 80 * MILLION, "paid": 2, "available": -2}

    assert ["spent"] == found(changed(), RESERVE, state(**paid, refunded=1))
    assert [] == found(changed(), RESERVE, state(**paid, refunded=2))


def test_a_year_is_no_more_than_the_bucket() -> None:
    """The settings would let it all go in a year, and more; the plan did not say a limit."""
    assert [] == found(changed(), limited(UNIT, 80 * MILLION))
    assert ["year_wide"] == found(changed(), limited(UNIT, 80 * MILLION + 1))


def test_rows_of_the_plan_are_those_of_the_books() -> None:
    """Another amount or another time is two findings: what the books lack, and what the plan does."""
    other = payment("1.000000000000000001")
    later = payment("1", "2019-01-01T00:00:01Z")

    assert ["unbooked", "unwritten"] == found(changed(more=other)) == found(changed(more=later))
    assert ["unbooked"] == found(changed(more=payment("1") + payment("2", evidence="minutes 2")))


def test_the_books_take_the_place_of_the_plans_rows() -> None:
    """The reserve vests what its fund paid; without books of it, what the plan says; never more than it has."""
    plan = changed(more=payment("7"))
    reserve = PaidBy(plan.bucket("reserve"), RESERVE, BOOKED)
    vested = by_the_books(plan, (reserve,)).schedule(plan.bucket("reserve"), 0).vested

    assert [0, UNIT] == [vested(AT - 1), vested(AT)]
    assert plan == by_the_books(plan, (reserve._replace(booked=None),))
    with pytest.raises(PlanError, match="granted"):
        by_the_books(plan, (reserve._replace(booked=Booked(payments=(replace(PAID[0], amount=81 * MILLION),))),))


def test_the_plans_token_is_found_by_its_contract() -> None:
    """And by name only where the plan names none; never the coin of the chain."""
    plan = changed()
    named = replace(plan, chain_id=1, token=TOKEN)
    twin = Asset(b"\x44" * 20, 18, "Muton")

    assert MTN == asset_of(plan, RESERVE) == asset_of(named, replace(RESERVE, assets=(twin, MTN)))
    assert None is asset_of(replace(named, chain_id=5), RESERVE)
    assert None is asset_of(plan, replace(RESERVE, assets=(Asset(None, 18, "MTN"),)))


@pytest.mark.parametrize(
    ("code", "reason", "old", "new"),
    [
        ("E_PLAN", "twice_fund", 'fund = "research"', 'fund = "reserve"'),
        ("E_PLAN_FILE", "fund", 'fund = "research"', 'fund = "Research"'),
        ("E_PLAN_FILE", "type_text", 'fund = "research"', "fund = 1"),
        ("E_PLAN", "limits", '"committee" }', '"committee", grant = "0" }'),
        ("E_PLAN", "limits", '"committee" }', '"committee", grant = "3", year = "2" }'),
        ("E_PLAN", "limits", '"committee" }', '"committee", year = "80000000.000000000000000001" }'),
        ("E_PLAN_FILE", "amount", '"committee" }', '"committee", year = "1e6" }'),
        ("E_PLAN_FILE", "unknown", '"immediate" }', '"immediate", year = "1" }'),
    ],
)
def test_funds_and_limits_that_are_none(code: str, reason: str, old: str, new: str) -> None:
    """One fund pays one bucket; limits rise from more than nothing, and only a committee has them."""
    with pytest.raises(CodedError) as refused:
        changed((old, new))

    assert (code, reason) == (refused.value.code, refused.value.reason)
