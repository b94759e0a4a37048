"""The books as text for other programs: exact, or refused; and no symbol can pass for another or break a line."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal, localcontext
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.treasury.book_cases import DAY, ETH, OTHER, SYMBOLS, TOKEN, bean_check, export, line
from treasury.assets import erc20
from treasury.beancount_text import ExportError, beancount
from treasury.book_lines import BookLine
from treasury.commodities import commodities
from treasury.hledger_text import hledger
from treasury.ledger import Entry, Posting
from treasury.prices import PriceError, read_prices

NAME = re.compile(r"[A-Z][A-Z0-9'._-]{0,22}[A-Z0-9]\Z")
PRICES = f"date,asset,currency,price\n2024-10-04,{ETH},USD,2400.5\n2024-10-05,{ETH},TWD,77000\n".encode()


def books(seed: int, count: int) -> list[BookLine]:
    """Entries of two assets over six accounts, with amounts from a wei to what Beancount still counts."""
    mixed, lines = Random(seed), []
    accounts = [f"{root}:{name}" for root in ("Assets:Safe", "Equity:Memo", "Income:Gifts") for name in ("IIP", "B-2")]
    for index in range(count):
        postings = []
        for asset in mixed.sample([ETH, TOKEN, OTHER], 2):
            debit, credit, other = mixed.sample(accounts, 3)
            amount, part = mixed.randrange(2, 10 ** mixed.randrange(1, 26)), mixed.randrange(1, 10**20)
            postings += [Posting(debit, asset, amount), Posting(credit, asset, -amount - part),
                         Posting(other, asset, part)]  # fmt: skip
        entry = Entry(id=f"mixed/1:{index}", source=index, rule="mixed/1", fund="iip", iip=index % 3,
                      postings=tuple(postings))  # fmt: skip
        lines.append(BookLine(index=index, time=(20_000 + index // 3) * DAY, entry=entry))
    return lines


def test_bean_check_passes_mixed_books_and_no_changed_digit(tmp_path: Path) -> None:
    """Of 60 entries over three assets every sum is asserted without tolerance; a last digit more is seen twice."""
    text = beancount(export(*books(7, 60), prices=read_prices(PRICES)))
    found = next(re.finditer(r"  Assets:Safe:IIP  (-?\d+\.\d{18}) (?:ETH|DAI)", text))
    changed = f"{found[0][: found.start(1) - found.start()]}{Decimal(found[1]) + Decimal('1e-18')}"

    assert [] == bean_check(text, tmp_path)
    told = bean_check(text.replace(found[0].rpartition(" ")[0], changed, 1), tmp_path)
    assert any("Transaction does not balance" in one for one in told)
    assert any("Balance failed for 'Assets:Safe:IIP'" in one for one in told)


def test_hostile_symbols_and_titles_stay_text(tmp_path: Path) -> None:
    """Quotes, line ends, directives, Beancount's own words, a currency's name and other scripts: bean-check passes."""
    symbols = [
        'E"H',
        "X\n2020-01-01 open Assets:Evil",
        "null",
        "TRUE",
        "USD",
        "usd",
        "互助",
        "3FM",
        "sHAKKA",
        "\\",
        "",
        "-",
    ]
    assets = [erc20(1, bytes([number]) * 20) for number in range(1, len(symbols) + 1)]
    named = {asset: (symbol, 18) for asset, symbol in zip(assets, symbols, strict=True)}
    lines = [line(number, number, asset=asset) for number, asset in enumerate(assets, 1)]
    prices = read_prices(PRICES)

    assert [] == bean_check(beancount(export(*lines, symbols=named, prices=prices)), tmp_path)
    found = commodities(named, prices.currencies)
    assert ["X3FM", "SHAKKA"] == [found[asset].name for asset in assets[7:9]]
    assert not any("Evil" in told.split()[0] for told in hledger(export(*lines, symbols=named)).splitlines() if told)


def test_facts_prices_and_names_stand_in_the_file() -> None:
    """The hash of the prices, links, tags, and where the fact stands on the chain."""
    postings = tuple(
        Posting(account, ETH, sign * 5) for account, sign in (("Expenses:IIP-12:Part-2", 1), ("Assets:Safe:IIP", -1))
    )
    entry = Entry(id="paid/1:a", source=3, rule="paid/1", fund="iip", iip=12, postings=postings)
    prices = read_prices(PRICES)
    told = beancount(export(BookLine(index=4, time=20_000 * DAY, entry=entry), prices=prices))

    assert '2024-10-04 * "IIP-12" "paid" ^iip-12 ^iip-12-2 #paid' in told
    assert '  iip: "IIP-12/2"' in told
    assert '  symbol: "USDC"' in told
    assert prices.digest in told
    assert "2024-10-04 price ETH 2400.5 USD" in told
    assert 'option "operating_currency" "TWD"' in told
    assert 'option "title" "3f \\"dao\\"' in told


@pytest.mark.parametrize("amount", [10**28 - 1, 10**28])
def test_what_beancount_would_round_is_refused(amount: int, tmp_path: Path) -> None:
    """28 digits pass bean-check, 29 are refused here, and hledger's form has them all."""
    made = export(line(1, amount))
    if amount < 10**28:
        assert [] == bean_check(beancount(made), tmp_path)
    else:
        with pytest.raises(ExportError) as refused:
            beancount(made)
        assert ("E_EXPORT", "digits") == (refused.value.code, refused.value.reason)
    assert f' {amount // 10**18}{".999999999999999999" if amount % 10 else ""} "ETH"' in hledger(made)


def test_a_sum_that_grows_too_long_is_refused() -> None:
    """Each entry fits, the account's balance does not."""
    half = 6 * 10**27
    assert beancount(export(line(1, half), line(2, -half), line(3, half)))
    with pytest.raises(ExportError):
        beancount(export(line(1, half), line(2, half)))


def test_hledger_says_the_same_sums() -> None:
    """Read back line by line, every transaction comes to zero and every assertion is what was added."""
    sums: Counter[tuple[str, str]] = Counter()
    transactions = 0
    with localcontext() as context:
        context.prec = 100
        totals: dict[tuple[str, str], Decimal] = {}
        for block in hledger(export(*books(3, 40))).split("\n\n"):
            if not re.match(r"\d{4}-\d\d-\d\d \* ", block):
                continue
            transactions += 1
            posted = re.findall(r'^    (\S+)    (-?[\d.]+) "([^"]+)"(?: = (-?[\d.]+))?', block, re.MULTILINE)
            for asset in {row[2] for row in posted}:
                assert 0 == sum(Decimal(row[1]) for row in posted if row[2] == asset)
            for account, amount, asset, asserted in posted:
                totals[account, asset] = totals.get((account, asset), Decimal(0)) + Decimal(amount)
                if asserted:
                    sums[account, asset] += 1
                    assert totals[account, asset] == Decimal(asserted)

    assert 41 == transactions
    assert {1} == set(sums.values())
    assert totals.keys() == sums.keys()


@given(st.lists(st.text(max_size=40), min_size=1, max_size=8))
def test_names_are_good_and_different(symbols: list[str]) -> None:
    """Whatever symbols are, names have Beancount's form, differ, and depend on the assets alone."""
    named = {erc20(1, bytes([number]) * 20): (symbol, 18) for number, symbol in enumerate(symbols, 1)}
    found = commodities(named, ["USD"])
    names = [unit.name for unit in found.values()]

    assert len(names) == len(set(names))
    assert all(NAME.match(name) for name in names)
    assert not {"USD", "TRUE", "FALSE", "NULL"} & set(names)
    assert found == commodities(dict(reversed(named.items())), ["USD"])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("date,asset,price\n", "header"),
        ("", "header"),
        (f"date,asset,currency,price\n2024-10-04,{ETH},USD\n", "cells"),
        (f"date,asset,currency,price\n2024-10-04,{ETH},usd,1\n", "currency"),
        (f"date,asset,currency,price\n2024-10-04,{ETH},USD,1e3\n", "cell"),
        (f"date,asset,currency,price\n2024-13-04,{ETH},USD,1\n", "cell"),
        ("date,asset,currency,price\n2024-10-04,ETH,USD,1\n", "cell"),
        (f"date,asset,currency,price\n2024-10-04,{ETH},USD,-1\n", "cell"),
        (f"date,asset,currency,price\n2024-10-04,{ETH},USD,1\n2024-10-04,{ETH},USD,1\n", "twice"),
    ],
)
def test_price_files_are_read_strictly(text: str, reason: str) -> None:
    """Anything else than one price a line, day, asset and currency is refused by its line."""
    with pytest.raises(PriceError) as refused:
        read_prices(text.encode())

    assert ("E_PRICES", reason) == (refused.value.code, refused.value.reason)


def test_worth_is_the_newest_price_that_is_not_too_old() -> None:
    """A day before there is none; after 31 days it is too old; cents are cut towards zero on both sides."""
    prices, day = read_prices(PRICES), 20_000 * DAY
    unit = 10**18

    assert 240_050 == prices.worth(unit, 18, ETH, "USD", day)
    assert (1, -1) == tuple(prices.worth(sign * 8 * 10**12, 18, ETH, "USD", day) for sign in (1, -1))
    assert prices.worth(unit, 18, ETH, "USD", day + 31 * DAY) == 240_050
    assert prices.worth(unit, 18, ETH, "USD", day + 31 * DAY + 1) is None
    assert prices.worth(unit, 18, ETH, "USD", day - 1) is None
    assert prices.worth(unit, 18, TOKEN, "USD", day) is None
    assert 3 == len(SYMBOLS)
