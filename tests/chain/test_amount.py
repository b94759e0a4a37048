"""`chain.amount`: the only bridge between base units and decimal text."""

from __future__ import annotations

from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain import amount
from tests.chain.refusal import refused

uint256 = st.integers(0, 2**256 - 1)
decimals = st.integers(0, amount.MAX_DECIMALS)


@given(uint256, decimals)
def test_spelling_reads_back(units: int, places: int) -> None:
    """What is spelled is read as the same number, and is the value that decimal arithmetic gives."""
    text = amount.spell(units, places)

    assert units == amount.parse(text, places)
    with localcontext(prec=200):
        assert Decimal(units).scaleb(-places) == Decimal(text)


@given(uint256, decimals)
def test_spelling_is_the_shortest(units: int, places: int) -> None:
    """No digit can be left out: there are no zeros that say nothing, and no point without decimals."""
    whole, point, fraction = amount.spell(units, places).partition(".")

    assert whole == str(int(whole))
    assert bool(point) == bool(fraction)
    assert not fraction.endswith("0")


@pytest.mark.parametrize(
    ("text", "places", "units"),
    [
        ("0", 0, 0),
        ("12", 0, 12),
        ("0.01", 2, 1),
        ("1.50", 2, 150),
        ("12.5", 6, 12_500_000),
        ("1000.5", 18, 1_000_500_000_000_000_000_000),
        ("0.000000000000000000000001", 24, 1),
        ("1", 77, 10**77),
        ("0." + "0" * 76 + "1", 77, 1),
    ],
)
def test_H89_decimals_of_all_sizes(text: str, places: int, units: int) -> None:
    """Assets of 0, 2, 6, 18, 24 and 77 decimals are exact."""
    assert units == amount.parse(text, places)


_FORMS = [
    "", " ", "1,000.5", "1.000,5", "1_000", "1 000", "1'000", "1\u00a0000", "1e3", "1E3", "1e-3", "0x10", "+1", "-1",
    "−1", "1.", ".5", ".", "01", "00", "00.5", " 1", "1 ", "1\n", "1.5\n", "１", "1.５", "٣", "½", "1..5", "1.5.5",
    "NaN", "Infinity", "inf", "1/2", "$1", "1 ETH", "0" * 10_000_000, "1" * 161, 1, 1.5, True, None, b"1",
]  # fmt: skip


@pytest.mark.parametrize("text", _FORMS, ids=lambda form: ascii(form)[:16])
def test_H89_other_forms_are_refused(text: object) -> None:
    """Separators, exponents, signs, blanks and digits of other scripts are refused rather than guessed."""
    with refused("E_AMOUNT", "form"):
        amount.parse(text, 18)


@pytest.mark.parametrize(
    ("text", "places"), [("0.1", 0), ("1.0", 0), ("0.001", 2), ("1.0000000", 6), ("0." + "0" * 77 + "1", 77)]
)
def test_H89_more_decimals_than_the_asset_has(text: str, places: int) -> None:
    """Surplus decimals are refused, zeros too: nothing is ever rounded."""
    with refused("E_AMOUNT", "places"):
        amount.parse(text, places)


@pytest.mark.parametrize("places", [-1, 78, 255])
def test_H89_decimals_that_no_asset_has(places: int) -> None:
    """A token that claims more than 77 decimals cannot be written as decimals."""
    with refused("E_AMOUNT", "decimals"):
        amount.parse("1", places)


@pytest.mark.parametrize(("text", "places"), [(str(2**256), 0), ("1" + "0" * 78, 0), ("2", 77), ("1" * 82, 77)])
def test_H89_amounts_over_uint256(text: str, places: int) -> None:
    """What no contract can hold is refused, and the greatest amount is not."""
    with refused("E_AMOUNT", "range"):
        amount.parse(text, places)

    assert 2**256 - 1 == amount.parse(amount.spell(2**256 - 1, places), places)


def test_spell_shows_a_sign() -> None:
    """Postings are negative too; only reading refuses a sign."""
    assert "-0.5" == amount.spell(-5, 1)
    assert "-12" == amount.spell(-12, 0)


@given(uint256)
def test_base_units_have_one_spelling(units: int) -> None:
    """Decimal integers of the machine formats are read back."""
    assert units == amount.parse_base_units(str(units))


@pytest.mark.parametrize(
    "text",
    ["", "00", "01", "-1", "+1", "1.0", "1e3", "0x1", " 1", "1\n", "１", "1_000", str(2**256), "9" * 79, 1, None],
)
def test_other_base_units_are_refused(text: object) -> None:
    """Leading zeros, signs, numbers instead of text and anything over uint256 are refused."""
    with refused("E_AMOUNT", "base_units"):
        amount.parse_base_units(text)
