"""Conversions: what was given is read from the receipt, and the rate is held to dated prices, to the unit."""

from __future__ import annotations

import pytest

from chain.abi import encode_call
from chain.receipt import Log
from chain.safe import CALL, DELEGATECALL, MULTI_SEND_CALL_ONLY, InnerCall, SafeTx, encode_multi_send
from treasury.assets import erc20, native
from treasury.booking import converted, donation, paid
from treasury.conversion import (
    ConversionError,
    ConversionFact,
    DayPrice,
    check_slippage,
    day_price,
    read_conversion,
    slippage,
)
from treasury.fund import fund_state
from treasury.income import TRANSFER, DonationFact, Origin
from treasury.ledger import Ledger
from treasury.payouts import PayoutId
from treasury.prices import read_prices

SAFE, PAYEE, BANK = b"\x51" * 20, b"\x52" * 20, b"\x53" * 20
MKR, SKY = b"\x61" * 20, b"\x62" * 20
ETH, OLD, NEW = native(1), erc20(1, MKR), erc20(1, SKY)
ORIGIN = Origin(1, b"\xbb" * 32, b"\xcc" * 32, 0)
DAY = 1_767_571_200
DECIMALS = {ETH: 18, OLD: 18, NEW: 6}
PAYOUT = PayoutId(b"\x07" * 32, 2)


def word(value: bytes | int) -> bytes:
    return value.to_bytes(32, "big") if isinstance(value, int) else value.rjust(32, b"\0")


def moved(token: bytes, giver: bytes, to: bytes, amount: int) -> Log:
    return Log(token, (TRANSFER, word(giver), word(to)), word(amount))


def tx(*calls: InnerCall) -> SafeTx:
    to, value, data, operation = (calls[0].to, calls[0].value, calls[0].data, CALL)
    if len(calls) > 1:
        to, value, data, operation = MULTI_SEND_CALL_ONLY["1.4.1"], 0, encode_multi_send(calls), DELEGATECALL
    return SafeTx(
        chain_id=1, safe=SAFE, version="1.4.1", to=to, value=value, data=data, operation=operation, nonce=3
    )  # fmt: skip


def came(token: bytes | None, amount: int) -> DonationFact:
    return DonationFact(ORIGIN, BANK, token, amount)


def pay(token: bytes, amount: int) -> InnerCall:
    return InnerCall(CALL, token, 0, encode_call("transfer(address,uint256)", [PAYEE, amount]))


BUY = InnerCall(CALL, BANK, 700, encode_call("buy(uint256)", [1]))
MIGRATE = InnerCall(CALL, BANK, 0, encode_call("migrate(uint256)", [50]))


def test_coins_become_a_token() -> None:
    """What goes along with a call was booked as spent; a payment in the same transaction is no part of it."""
    fact = read_conversion(
        tx(BUY, InnerCall(CALL, PAYEE, 5, b""), pay(MKR, 9)), [moved(MKR, SAFE, PAYEE, 9)], came(MKR, 40), [MKR, SKY]
    )

    assert ConversionFact(ORIGIN, ETH, 700, 700, OLD, 40, was_income=False) == fact


def test_a_token_becomes_its_successor() -> None:
    """What an approved contract fetched was booked by nobody; logs of tokens that are not the fund's say nothing."""
    logs = [moved(MKR, SAFE, BANK, 50), moved(b"\x99" * 20, SAFE, BANK, 7), moved(MKR, SAFE, SAFE, 8)]
    fact = read_conversion(tx(MIGRATE), logs, came(SKY, 1200), [MKR, SKY])

    assert ConversionFact(ORIGIN, OLD, 50, 0, NEW, 1200, was_income=False) == fact


@pytest.mark.parametrize(
    ("calls", "logs", "token", "reason"),
    [
        ([MIGRATE], [], SKY, "sides"),
        ([BUY, MIGRATE], [moved(MKR, SAFE, BANK, 50)], SKY, "sides"),
        ([pay(MKR, 9)], [moved(MKR, SAFE, PAYEE, 9)], SKY, "sides"),
        ([MIGRATE], [moved(MKR, SAFE, BANK, 50)], MKR, "same"),
        ([BUY], [], None, "same"),
    ],
)
def test_what_is_no_conversion(calls: list[InnerCall], logs: list[Log], token: bytes | None, reason: str) -> None:
    """Nothing given, two assets given, only a payment, or the same asset back."""
    with pytest.raises(ConversionError) as caught:
        read_conversion(tx(*calls), logs, came(token, 40), [MKR, SKY])

    assert ("E_CONVERSION", reason) == (caught.value.code, caught.value.reason)


def fact_of(given: int, got: int) -> ConversionFact:
    return ConversionFact(ORIGIN, OLD, given, 0, NEW, got, was_income=False)


def price(given: int, got: int, day: int = DAY) -> DayPrice:
    return DayPrice(b"\x01" * 32, "USD", day, given, got)


def test_slippage_is_rounded_against_the_fund() -> None:
    """10,000 of one unit for 10,000 of another is none lost; a millionth less is one hundredth of a percent."""
    even, par = fact_of(10**18, 10**6), price(10**18, 10**18)

    assert 0 == slippage(even, par, DECIMALS)
    assert 1 == slippage(fact_of(10**18, 10**6 - 1), par, DECIMALS)
    assert 100 == slippage(fact_of(10**18, 990_000), par, DECIMALS)
    assert -10_000 == slippage(fact_of(10**18, 2 * 10**6), par, DECIMALS)


def test_a_rate_above_the_bound_is_refused() -> None:
    """The bound itself passes; one base unit less does not."""
    par = price(10**18, 10**18)
    check_slippage(fact_of(10**18, 990_000), par, DECIMALS, 100, DAY)
    with pytest.raises(ConversionError) as caught:
        check_slippage(fact_of(10**18, 989_999), par, DECIMALS, 100, DAY)

    assert ("E_SLIPPAGE", 101, 100) == (caught.value.code, caught.value.facts["slippage"], caught.value.facts["bound"])


@pytest.mark.parametrize(
    ("bounding", "bound", "time", "reason"),
    [
        (price(10**18, 10**18), 1_001, DAY, "bound"),
        (price(10**18, 0), 100, DAY, "price"),
        (price(10**18, 10**18), 100, DAY - 1, "price"),
        (price(10**18, 10**18), 100, DAY + 2 * 86_400, "price"),
        (price(10**18, 10**18, DAY + 60), 100, DAY + 90, "price"),
    ],
)
def test_what_bounds_nothing(bounding: DayPrice, bound: int, time: int, reason: str) -> None:
    """Too wide a bound, a price of nothing, of the future, too old, or of no day."""
    with pytest.raises(ConversionError) as caught:
        check_slippage(fact_of(10**18, 10**6), bounding, DECIMALS, bound, time)

    assert ("E_CONVERSION", reason) == (caught.value.code, caught.value.reason)


def test_the_newest_day_with_both_prices_counts() -> None:
    """A day with one of them is passed over, another currency is, and so is what is older than the day before."""
    rows = [
        f"2026-01-04,{OLD},USD,1500", f"2026-01-04,{NEW},USD,0.05",
        f"2026-01-05,{OLD},USD,9", f"2026-01-05,{NEW},TWD,2",
    ]  # fmt: skip
    file = read_prices("\n".join(["date,asset,currency,price", *rows]).encode())
    found = day_price(file, fact_of(1, 1), "USD", DAY + 3600)

    assert (DAY - 86_400, 1500 * 10**18, 5 * 10**16) == (found.day, found.given, found.got)
    assert bytes.fromhex(file.digest) == found.file
    assert found == DayPrice.from_map(found.to_map())
    with pytest.raises(ConversionError):
        day_price(file, fact_of(1, 1), "USD", DAY + 2 * 86_400)


def test_what_was_taken_for_a_gift_is_corrected() -> None:
    """Income is taken out again; in the end nothing was earned or spent, and one asset stands for the other."""
    ledger = Ledger([
        donation(came(None, 1000), fund="iip", source=1),
        *filter(None, [paid(PAYOUT, fund="iip", iip=4, amounts={ETH: 700}, source=2, block=b"\xbb" * 32)]),
        donation(came(MKR, 40)._replace(origin=ORIGIN._replace(log=5)), fund="iip", source=3),
    ])  # fmt: skip
    fact = ConversionFact(ORIGIN._replace(log=5), ETH, 700, 700, OLD, 40, was_income=True)
    ledger.post(converted(PAYOUT, fact, fund="iip", iip=4, source=4))

    assert (0, 40, 0) == (
        ledger.balance("Expenses", ETH),
        ledger.balance("Assets:Safe", OLD),
        ledger.balance("Income", OLD),
    )
    assert (0, 700) == (fund_state(ledger, "iip", ETH).paid, fund_state(ledger, "iip", ETH).converted)
    assert -40 == fund_state(ledger, "iip", OLD).converted
