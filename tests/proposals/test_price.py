"""`proposals.price`: asks in dollars become amounts that nothing moves later, and never more than was asked."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain import address
from chain.errors import CodedError
from proposals.compile import compile_parts
from proposals.document import parse_document
from proposals.draft import budget_row, draft, tranches
from proposals.lint import lint
from proposals.price import PriceRule, coins, read_priced, write_priced
from proposals.times import parse_day, spell_day
from tests.proposals.sample import ADA, ASSETS, BOB, SAFE, changed, line_of
from tests.proposals.test_draft import VALUES

TO = address.checksum(BOB)
ASK = f"5000 USD in ETH at 2,500 on 2026-01-31, at most 2.1 ETH, to {TO}"
amounts = st.decimals(min_value="0.01", max_value=10**9, places=2).map(lambda number: f"{number.normalize():f}")


def document(ask: str, requested: str = "2.5 ETH") -> bytes:
    """The good document with its last row in dollars."""
    return changed(("2 ETH to eip155:1:" + address.checksum(ADA), ask), ("2.5 ETH", requested))


def test_dollars_become_coins_of_the_day() -> None:
    """The compiled call pays the quotient, and the sum of the requested coins holds it."""
    raw = document(ASK)
    parts = compile_parts(parse_document(raw), chain_id=1, safe=SAFE, assets=ASSETS)

    assert (BOB, 2 * 10**18) == parts[1].calls[0][:2]
    assert [] == lint(raw, chain_id=1, safe=SAFE, assets=ASSETS, parts=parts)[0]
    again = draft(**VALUES | {"budget": [budget_row(1, ASK)], "milestones": []})
    assert ASK.replace("2,500", "2500") in again.decode()


@given(amounts, amounts)
def test_never_more_than_was_asked(dollars: str, price: str) -> None:
    """Rounded down at six places, exactly; the words read back as the same rule."""
    rule = PriceRule(dollars, price, parse_day("2026-01-31"), "1" + "0" * 20)
    exact = Fraction(dollars) / Fraction(price)
    if exact < Fraction(1, 10**6):
        with pytest.raises(CodedError, match="zero"):
            coins(rule, "ETH")
        return
    found = Fraction(coins(rule, "ETH"))

    assert 0 <= exact - found < Fraction(1, 10**6)
    assert rule == read_priced(write_priced(rule, "ETH", TO))[1]


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (ASK.replace("2.1", "1.9"), "E_AMOUNT"),
        (ASK.replace("2.1 ETH", "2.1 MUT"), "E_PARSE"),
        (ASK.replace(", at most 2.1 ETH", ""), "E_PARSE"),
        (ASK.replace("at 2,500", "at 2,5"), "E_AMOUNT"),
        (ASK.replace("2026-01-31", "yesterday"), "E_TIME"),
        (ASK.replace("5000", "0.001"), "E_AMOUNT"),
    ],
)
def test_asks_that_are_refused(ask: str, code: str) -> None:
    """Above the ceiling, a ceiling in another asset or none, prices and days that do not read, and nothing at all."""
    raw = document(ask)

    assert (code, line_of(raw, "| 2 |")) in [(finding.code, finding.line) for finding in lint(raw)[0]]


@pytest.mark.parametrize(("day", "code"), [("2026-02-01", "E_TIME"), ("2025-12-31", "W_PRICE"), ("2026-01-01", "")])
def test_price_is_of_the_document_s_day(day: str, code: str) -> None:
    """Not of the future, and not older than thirty days without a warning."""
    raw = document(ASK.replace("2026-01-31", day))

    assert ([(code, line_of(raw, "| 2 |"))] if code else []) == [(each.code, each.line) for each in lint(raw)[0]]


def test_tranches_are_parts_of_their_own() -> None:
    """Monthly from the 31st: each month's last day, counted from the start, in as many parts."""
    first = budget_row(1, f"1 ETH to {TO}")
    rows = tranches(first, start=parse_day("2026-01-31"), months=1, count=4)
    document = parse_document(draft(**VALUES | {"budget": rows, "milestones": []}))

    assert ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"] == [spell_day(row.not_before) for row in rows]
    parts = compile_parts(document, chain_id=1, safe=SAFE, assets=ASSETS)
    assert [row.not_before for row in rows] == [part.not_before for part in parts]
    assert (("4", "ETH"),) == document.front.requested
