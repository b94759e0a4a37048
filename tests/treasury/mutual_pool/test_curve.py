"""Prices: the curve, the day rates and the least premium, against vectors and against a plain search."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.treasury.mutual_pool.cases import vector
from treasury.mutual_pool import curve
from treasury.mutual_pool.cover import cover
from treasury.mutual_pool.curve import ONE, RATES
from treasury.premiums import PREMIUM_MIN_WEI, PremiumError

CURVE = vector("price_curve")
DAYS = vector("policy_days")["cases"]


def test_rates_are_the_contract_s_literals() -> None:
    """The recurrence gives all 101 literals."""
    assert tuple(map(int, CURVE["rates"])) == RATES


@pytest.mark.parametrize("case", CURVE["next_price"], ids=lambda case: str(case["shares"]))
def test_next_share(case: dict[str, Any]) -> None:
    """The price of the next share, the wei below it, and the closed form of a linear price."""
    shares = case["shares"] * ONE

    assert (int(case["price"]), int(case["below"])) == (curve.buy_price(shares), curve.eth_of_shares(shares))
    assert int(case["price"]) == 75_000_000_000_000 + 156_250_000 * case["shares"]


@pytest.mark.parametrize("case", CURVE["shares_of_eth"], ids=lambda case: case["wei"])
def test_shares_of_eth(case: dict[str, str]) -> None:
    """Shares that some wei reach."""
    assert int(case["shares"]) == curve.shares_of_eth(int(case["wei"]))


@pytest.mark.parametrize("case", CURVE["quotes"], ids=lambda case: f"{case['shares']}-{case['units']}-{case['days']}")
def test_quotes(case: dict[str, Any]) -> None:
    """The least premium is that of the vectors; the front end asks for a wei more; shown with six places."""
    shares, units, days = case["shares"] * ONE, case["units"] * ONE, case["days"]
    quote = curve.quote(units, days, shares)

    assert (int(case["least"]), 75_000_000_000_000 + 156_250_000 * case["shares"]) == quote[:2]
    assert int(case["front_end"]) - 1 == quote.price
    assert int(case["base_cost"]) == curve.eth_of_shares(shares + units) - curve.eth_of_shares(shares)
    assert case["shown"] == six_places(quote.price)


def six_places(wei: int) -> str:
    """Ether as the white paper prints it, rounded to six places."""
    return f"0.{(wei + 5 * 10**11) // 10**12:06d}"


def test_the_printed_price_matches_and_the_printed_formula_does_not() -> None:
    """The white paper shows 0.004830, which its own formula, without the share, does not give: that gives 0.004755."""
    first, shown = CURVE["quotes"][0], CURVE["white_paper"]
    price = curve.quote(ONE, 100, 0).price

    assert shown["shown"] == six_places(price) == "0.004830"
    assert shown["printed_formula"] == six_places(int(first["printed_formula"])) == "0.004755"
    assert int(first["printed_formula"]) < price
    assert ONE > curve.mint_share(0, curve.eth_to_buy_share(int(first["printed_formula"]), 100))


@pytest.mark.parametrize("case", CURVE["purchases"], ids=lambda case: f"{case['premium']}-{case['days']}")
def test_purchases(case: dict[str, Any]) -> None:
    """How far a premium moves along the curve, and what it mints."""
    wei = curve.eth_to_buy_share(int(case["premium"]), case["days"])
    minted = curve.mint_share(int(case["eth_of_share"]), wei)

    assert (int(case["to_curve"]), int(case["shares"])) == (wei, minted)
    assert int(case["units"]) == (minted if case["days"] else 0)


@given(
    st.integers(0, 10**8 * ONE) | st.integers(0, 10**8).map(lambda whole: whole * ONE),
    st.integers(1, 10**6 * ONE) | st.integers(1, 10**6).map(lambda whole: whole * ONE),
    st.integers(0, 130),
)
def test_the_least_premium_is_the_least(shares: int, units: int, days: int) -> None:
    """It mints what was asked for, and a wei less does not, unless the contract takes no wei less."""
    at = curve.eth_of_shares(shares)
    price = curve.least_premium(at, units, days)

    assert units <= curve.mint_share(at, curve.eth_to_buy_share(price, days))
    assert price == PREMIUM_MIN_WEI or units > curve.mint_share(at, curve.eth_to_buy_share(price - 1, days))


@given(st.integers(0, 10**23), st.integers(0, 10**23))
def test_minting_twice_is_minting_once(first: int, second: int) -> None:
    """The curve knows no path: two purchases mint what one of both would, to the last unit."""
    once = curve.mint_share(0, first + second)

    assert once == curve.mint_share(0, first) + curve.mint_share(first, second)


def test_a_price_beyond_one_purchase_is_told_as_such() -> None:
    """The greatest premium is taken, and what costs more is not accepted at once."""
    assert curve.quote(ONE, 100, 0).accepted
    assert not curve.quote(20_000_000 * ONE, 100, 0).accepted


@pytest.mark.parametrize(("units", "days", "shares"), [(0, 1, 0), (-1, 1, 0), (1, -1, 0), (1, 1, -1)])
def test_nothing_has_no_price(units: int, days: int, shares: int) -> None:
    """No units, negative days and negative shares are refused."""
    with pytest.raises(PremiumError) as refused:
        curve.quote(units, days, shares)

    assert "E_PREM_QUOTE" == refused.value.code


@pytest.mark.parametrize("case", DAYS, ids=lambda case: f"{case['bought']}-{case['asked']}")
def test_days(case: dict[str, Any]) -> None:
    """UTC days, the day of purchase included: the white paper's 71 hours, one second before midnight, a leap day."""
    assert (case["days"], case["first_day"], case["last_day"], case["expires_at"], case["seconds"]) == cover(
        case["unix"], case["asked"]
    )


def test_vectors_are_the_measured_ones(shared_data: Any) -> None:
    """What was retyped here is what was measured."""
    measured = json_of(shared_data, "price_curve")
    days = json_of(shared_data, "policy_days")["cases"]

    assert measured["rate_wei"] == CURVE["rates"]
    assert [case["min_premium_wei_for_full_units"] for case in measured["quotes"]] == [
        case["least"] for case in CURVE["quotes"]
    ]
    assert [case["getBuyPrice_wei"] for case in measured["next_unit_price"]] == [
        case["price"] for case in CURVE["next_price"]
    ]
    assert [case["shares_minted"] for case in measured["purchases"]] == [case["shares"] for case in CURVE["purchases"]]
    assert [case["shares_wei"] for case in measured["shares_of_eth"]] == [
        case["shares"] for case in CURVE["shares_of_eth"]
    ]
    assert [(case["unix"], case["expires_at_unix"], case["covered_seconds"]) for case in days] == [
        (case["unix"], case["expires_at"], case["seconds"]) for case in DAYS
    ]


def json_of(folder: Any, name: str) -> Any:
    import json

    return json.loads((folder / "mutual" / f"{name}.json").read_text("utf-8"))
