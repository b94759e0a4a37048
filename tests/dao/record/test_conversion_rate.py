"""A conversion's rate, where the fund does not list one of the two assets."""

from __future__ import annotations

import pytest

from dao.record.checks_conversion import decimals_of
from governance.settings import Asset, FundSettings
from treasury.assets import erc20, native
from treasury.conversion import ConversionError, ConversionFact, DayPrice, check_slippage
from treasury.income import Origin

TOKEN, DAY = b"\x22" * 20, 1_767_571_200
FUND = FundSettings(name="iip", chain_id=1, safe=b"\x33" * 20, assets=(Asset(TOKEN, 6, "USDC"),), sources=())
PRICE = DayPrice(b"\x07" * 32, "USD", DAY, 10**18, 3_000 * 10**18)


def test_a_fund_of_tokens_gets_coins() -> None:
    """6,000 USDC for 2 ETH at 3,000 is exact, and a wei less is not; coins have 18 decimals, listed or not."""

    def check(wei: int) -> None:
        fact = ConversionFact(
            Origin(1, b"", b"", 0), erc20(1, TOKEN), 6_000 * 10**6, 0, native(1), wei, was_income=False
        )
        check_slippage(fact, PRICE, decimals_of(FUND), 0, DAY)

    check(2 * 10**18)
    with pytest.raises(ConversionError) as refused:
        check(2 * 10**18 - 1)

    assert ("E_SLIPPAGE", 1) == (refused.value.code, refused.value.facts["slippage"])
