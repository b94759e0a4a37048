"""A file of payments: every row that cannot be paid is named by its line, and nothing is guessed."""

from __future__ import annotations

import contextlib
import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.address import checksum, with_chain
from proposals.pay_file import MAX_BYTES, MAX_ROWS, Fund, PayFileError, read_pay_file
from proposals.payment import Asset, asset_book
from tests.proposals.sample import ADA, TOKEN

SAFE, BOB = b"\x5a" * 20, bytes.fromhex("b0b1" + "22" * 16 + "b2b3")
FORGED = BOB[:2] + b"\x77" * 16 + BOB[-2:]
ADA_, BOB_, TOKEN_ = checksum(ADA), checksum(BOB), checksum(TOKEN)
ASSETS = asset_book([
    Asset(symbol="ETH", decimals=18, address=None, chain_id=1),
    Asset(symbol="USDC", decimals=6, address=TOKEN, chain_id=1),
])  # fmt: skip
FUND = Fund(1, SAFE, ASSETS)
OURS, AIRDROP = "payee,amount,asset,purpose", "token_type,token_address,receiver,amount,id"


def read(*lines: str, fund: Fund = FUND) -> tuple[list[tuple[int, str, int, bytes]], list[tuple[int | None, str, str]]]:
    rows, findings = read_pay_file("\n".join(lines).encode(), fund)
    told = [(row.line, row.payment.asset.symbol, row.payment.amount, row.payment.to) for row in rows]
    return told, [(finding.line, finding.code, finding.reason) for finding in findings]


def found(row: str, fund: Fund = FUND) -> list[tuple[int | None, str, str]]:
    return read(OURS, row, fund=fund)[1]


def refusal(raw: bytes) -> tuple[str, str]:
    with pytest.raises(PayFileError) as caught:
        read_pay_file(raw, FUND)
    return caught.value.code, caught.value.reason


def test_both_formats_say_the_same() -> None:
    """Safe's own, in its order of columns or another, and ours; empty lines, blanks and a byte order mark aside."""
    rows = [(2, "ETH", 5 * 10**17, ADA), (3, "USDC", 25_000 * 10**6, BOB)]

    assert (rows, []) == read(OURS, f"{ADA_},0.5,ETH,Work", f'{BOB_},"25,000",USDC,')
    assert (rows, []) == read(AIRDROP, f"native,,{ADA_},0.5,", f"erc20,{TOKEN_},{BOB_},25000,")
    assert (rows, []) == read(
        "amount,receiver,token_address,token_type", f"0.5,{ADA_},,native", f"25000,{BOB_},{TOKEN_},erc20"
    )
    raw = f"\ufeff{OURS}\r\n\r\n {ADA_} , 0.5 ,ETH,x\r\n".encode()
    assert [(3, ADA)] == [(row.line, row.payment.to) for row in read_pay_file(raw, FUND)[0]]


def test_a_payee_may_name_its_chain() -> None:
    """And no other chain than the fund's."""
    assert [] == found(f"{with_chain(ADA, 1)},1,ETH,")
    assert [] == found(f"eth:{ADA_},1,ETH,")
    assert [(2, "E_ADDRESS", "chain")] == found(f"{with_chain(ADA, 10)},1,ETH,")


@pytest.mark.parametrize(
    ("amount", "asset", "code", "reason"),
    [
        ("0.0000001", "USDC", "E_AMOUNT", "places"), ("1e18", "ETH", "E_AMOUNT", "form"),
        ("-1", "ETH", "E_AMOUNT", "form"),
        ('"1,000.5"', "USDC", "E_AMOUNT", "separators"), ('"1.000,5"', "USDC", "E_AMOUNT", "separators"),
        ("0", "ETH", "E_AMOUNT", "zero"), ("0.0", "ETH", "E_AMOUNT", "zero"), ("", "ETH", "E_AMOUNT", "form"),
        ("１", "ETH", "E_AMOUNT", "form"), ("=1+1", "ETH", "E_AMOUNT", "form"), ("9" * 78, "ETH", "E_AMOUNT", "range"),
        ("1", "DAI", "E_ASSET", "unknown"), ("1", "usdc", "E_ASSET", "unknown"),
    ],
)  # fmt: skip
def test_H89_amounts_and_assets(amount: str, asset: str, code: str, reason: str) -> None:
    """More decimals than the asset has, exponents, separators in doubt, nothing, and assets that the fund has not."""
    assert [] == found(f"{ADA_},1,{asset if asset in ASSETS else 'ETH'},")
    assert [(2, code, reason)] == found(f"{ADA_},{amount},{asset},")


@pytest.mark.parametrize(
    ("payee", "code"),
    [
        (checksum(bytes(20)), "E_RECIPIENT_ZERO"), (checksum(SAFE), "E_RECIPIENT_SAFE"), (TOKEN_, "E_RECIPIENT_TOKEN"),
        (ADA_.lower(), "E_ADDRESS"), ("ada.eth", "E_ADDRESS"), ("", "E_ADDRESS"), (ADA_ + "0", "E_ADDRESS"),
    ],
)  # fmt: skip
def test_H88_payees_that_lose_it(payee: str, code: str) -> None:
    """Nobody, the Safe, the token, and what is no address with its checksum."""
    assert [(2, code)] == [(line, found_code) for line, found_code, _ in found(f"{payee},1,USDC,")]


def test_H90_a_row_that_stands_there_twice() -> None:
    """The same payment again is refused with both lines; another amount to the same payee is asked about."""
    twice = read(OURS, f"{ADA_},1,ETH,a", f"{BOB_},1,ETH,b", f"{ADA_},1.0,ETH,c")[1]
    also = read(OURS, f"{ADA_},1,ETH,a", f"{ADA_},2,ETH,b", f"{ADA_},1,USDC,c")[1]

    assert [(4, "E_DOUBLE_PAY", "row")] == twice
    assert [(3, "W_DOUBLE_PAY", "")] == also


def test_H88_an_address_that_was_made_to_look_like_another() -> None:
    """Like another row's, like one that was paid before, or like the Safe; the very address itself is fine."""
    known = Fund(1, SAFE, ASSETS, (BOB,))
    forged = f"{checksum(FORGED)},1,ETH,"

    assert [(3, "E_RECIPIENT_LOOKALIKE", "")] == read(OURS, f"{BOB_},1,ETH,", forged)[1]
    assert [(2, "E_RECIPIENT_LOOKALIKE", "")] == found(forged, known)
    assert [] == found(f"{BOB_},1,ETH,", known)
    assert [] == found(forged)


def test_all_that_is_wrong_is_told_at_once() -> None:
    """Each row by its line, good rows aside."""
    rows, findings = read(OURS, f"{ADA_},1e3,ETH,", f"{BOB_},1,ETH,", f"{ADA_},1,DAI,", f"{TOKEN_},1,ETH,")

    assert [3] == [line for line, *_ in rows]
    assert [(2, "E_AMOUNT"), (4, "E_ASSET"), (5, "E_RECIPIENT_TOKEN")] == [finding[:2] for finding in findings]


@pytest.mark.parametrize(
    ("row", "code", "reason"),
    [
        (f"nft,{TOKEN_},{ADA_},1,7", "E_PAY_FILE", "kind"), (f"erc20,,{ADA_},1,", "E_PAY_FILE", "token"),
        (f"native,{TOKEN_},{ADA_},1,", "E_PAY_FILE", "token"), (f"erc20,{TOKEN_},{ADA_},1,7", "E_PAY_FILE", "kind"),
        (f"erc20,{BOB_},{ADA_},1,", "E_ASSET", "unknown"), (f",,{ADA_},1,", "E_PAY_FILE", "kind"),
    ],
)  # fmt: skip
def test_airdrop_rows_that_are_no_payment(row: str, code: str, reason: str) -> None:
    """Collectibles, kinds without a token, and tokens that the fund has not."""
    assert [(2, code, reason)] == read(AIRDROP, row)[1]


@pytest.mark.parametrize(
    ("raw", "code", "reason"),
    [
        (b"", "E_PAY_FILE", "columns"),
        (b"payee;amount;asset\n", "E_PAY_FILE", "columns"),
        (b"payee,amount,asset,memo\n", "E_PAY_FILE", "columns"),
        (b"payee,amount,asset,asset\n", "E_PAY_FILE", "columns"),
        (OURS.encode(), "E_PAY_FILE", "rows"),
        (OURS.encode() + b"\n" + b"x,1,ETH,\n" * (MAX_ROWS + 1), "E_PAY_FILE", "rows"),
        (OURS.encode() + b"\nx,1,ETH", "E_PAY_FILE", "cells"),
        (OURS.encode() + b'\n"x,1,ETH,', "E_PAY_FILE", "quotes"),
        (b"\xff\xfe" + OURS.encode(), "E_PAY_FILE", "utf8"),
        (b"x" * (MAX_BYTES + 1), "E_LIMIT", "pay_file"),
    ],
)
def test_files_out_of_form(raw: bytes, code: str, reason: str) -> None:
    """Other columns, other separators, quotes that do not fit, too much."""
    assert (code, reason) == refusal(raw)


@given(st.lists(st.lists(st.text(max_size=12), min_size=4, max_size=4), min_size=1, max_size=5))
def test_whatever_stands_in_the_cells(cells: list[list[str]]) -> None:
    """A finding or a refusal of ours, never anything else; and no row is paid that has an error."""
    out = io.StringIO()
    csv.writer(out).writerows([OURS.split(","), *cells])
    with contextlib.suppress(PayFileError):
        rows, findings = read_pay_file(out.getvalue().encode("utf-8", "surrogatepass"), FUND)
        assert {row.line for row in rows} | {finding.line for finding in findings}
