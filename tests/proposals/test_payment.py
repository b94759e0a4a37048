"""`proposals.payment`: one sentence, one meaning."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain import address, amount
from chain.errors import CodedError
from proposals import payment
from tests.proposals import strategies
from tests.proposals.sample import ADA, ASSETS, ETH, MUT

SPELLED = address.checksum(ADA)


@given(strategies.payments)
def test_sentences_come_back(paid: payment.Payment) -> None:
    """What is written says amount, asset, chain and payee, and reads back as these."""
    read = payment.read_sentence(payment.write_sentence(paid))

    assert (paid.asset.symbol, paid.asset.chain_id, paid.to) == (read.symbol, read.chain_id, read.to)
    assert paid.amount == amount.parse(read.amount, paid.asset.decimals)


@pytest.mark.parametrize(
    ("payee", "chain_id"),
    [(SPELLED, None), (f"eth:{SPELLED}", 1), (f"eip155:10:{SPELLED}", 10), (f"devnet:{SPELLED}", 20_200_903)],
)
def test_payees_may_name_their_chain(payee: str, chain_id: int | None) -> None:
    """Bare addresses, EIP-3770 and CAIP-10 are read."""
    assert (chain_id, ADA) == payment.read_payee(payee)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "E_PARSE"),
        (f"2.5 ETH  to {SPELLED}", "E_PARSE"),
        (f"2.5 ETH an {SPELLED}", "E_PARSE"),
        (f"2.5 ETH to {SPELLED} now", "E_PARSE"),
        (f"2.5 ETH to\u00a0{SPELLED}", "E_PARSE"),
        (f"2.5 {'A' * 33} to {SPELLED}", "E_PARSE"),
        (f"2.5 123 to {SPELLED}", "E_PARSE"),
        (f"2.5 ЕTH to {SPELLED}", "E_PARSE"),
        (f"2.5 ETH to {SPELLED.lower()}", "E_ADDRESS"),
        ("2.5 ETH to vitalik.eth", "E_ADDRESS"),
        (f"2.5 ETH to mars:{SPELLED}", "E_ADDRESS"),
        (f"2.5 ETH to eip155:01:{SPELLED}", "E_ADDRESS"),
        (f"2.5 ETH to :{SPELLED}", "E_ADDRESS"),
        (f"2.5 ETH to 0x{'0' * 40}", "E_RECIPIENT_ZERO"),
        (f"0 ETH to {SPELLED}", "E_AMOUNT"),
        (f"0.000 ETH to {SPELLED}", "E_AMOUNT"),
    ],
)
def test_other_sentences_are_refused(text: str, code: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(CodedError) as refused:
        payment.read_sentence(text)

    assert code == refused.value.code


@pytest.mark.parametrize(
    "text",
    [
        "1.000,5", "1,000.5", "1,00", "1,0000", "0,100", ",100", "100,", "1,000,00", "1 000", "1_000", "1'000", "1e3",
        "1E3", "+1", "-1", ".5", "5.", "01", "00", "１", "0x10", "1.2.3", "inf", "nan", "", "9" * 79, "1." + "0" * 78,
    ],
)  # fmt: skip
def test_H89_ambiguous_amounts(text: str) -> None:
    """Amounts that two countries read differently, exponents, signs and foreign digits are E_AMOUNT."""
    with pytest.raises(CodedError) as refused:
        payment.read_amount(text)

    assert "E_AMOUNT" == refused.value.code


@pytest.mark.parametrize("decimals", [0, 2, 6, 18, 24, 77])
def test_H89_decimals_of_the_asset(decimals: int) -> None:
    """The smallest unit of an asset can be paid, a tenth of it cannot."""
    smallest = amount.spell(1, decimals)

    assert 1 == amount.parse(payment.read_amount(smallest), decimals)
    with pytest.raises(CodedError, match="E_AMOUNT"):
        amount.parse("0." + "0" * decimals + "1", decimals)


@pytest.mark.parametrize(("text", "expected"), [("25,000", "25000"), ("1,234,567", "1234567"), ("0.50", "0.50")])
def test_exact_groups_of_thousands_are_read(text: str, expected: str) -> None:
    """Commas may part whole thousands."""
    assert expected == payment.read_amount(text)


def test_asks_name_each_asset_once() -> None:
    """Requests are amounts with symbols, parted by a comma and a blank."""
    assert (("2.5", "ETH"), ("25000", "MUT")) == payment.read_asks("2.5 ETH, 25,000 MUT")
    for text in ("2.5 ETH,1000 MUT", "2.5", "2.5 ETH, 1 ETH", "2.5 ETH, ", "1e3 ETH"):
        with pytest.raises(CodedError):
            payment.read_asks(text)


@given(st.lists(st.tuples(st.decimals("0.000000001", 10**12, places=9).map(lambda d: f"{d:f}"), st.sampled_from("AB"))))
def test_totals_are_exact(rows: list[tuple[str, str]]) -> None:
    """Sums of decimal texts equal the sums of the fractions that they spell."""
    found = payment.totals(rows)
    expected = {symbol: sum(Fraction(spelled) for spelled, each in rows if each == symbol) for _, symbol in rows}

    assert expected == {symbol: Fraction(spelled) for symbol, spelled in found.items()}


def test_book_has_one_name_for_one_thing() -> None:
    """Two assets with one symbol, or one token under two symbols, would make payments ambiguous."""
    assert ASSETS == dict(payment.asset_book(ASSETS.values()))
    for other in (replace(MUT, symbol="ETH"), replace(ETH, symbol="WEI"), replace(MUT, symbol="M U T")):
        with pytest.raises(payment.PaymentError):
            payment.asset_book([ETH, MUT, other])
    assert 2 == len(payment.asset_book([MUT, replace(MUT, symbol="MUT2", chain_id=10)]))
