"""Premiums out of logs: exact from transactions and from shares alone, and complete against the contract's totals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain import abi
from chain.clients.devnet import FAUCET_KEY, Devnet
from chain.clients.node import Node
from chain.keccak import keccak256
from chain.receipt import Log
from chain.signature import address_of as address_behind
from tests.treasury.mutual_pool.devnet_mutual import deploy_mutual
from treasury.clients.mutual_contract import read_totals
from treasury.clients.mutual_logs import read_paid, read_purchases
from treasury.mutual_pool import curve
from treasury.mutual_pool.follower import (
    BOUGHT,
    MINTED,
    Followed,
    Place,
    PremiumRow,
    Purchase,
    check_complete,
    follow,
    follow_all,
    premium_of_shares,
    read_purchase,
)
from treasury.premiums import PREMIUM_MAX_WEI, PREMIUM_MIN_WEI, PremiumError

BORN = 1_700_000_000
ANN = keccak256(b"a buyer of the follower's tests")
BUYER = b"\x11" * 20


def purchase(at: Followed, premium: int, days: int, *, wallet: bool = False, **changes: Any) -> Purchase:
    """The next purchase after `at`, as the chain would tell it."""
    shares = curve.mint_share(at.eth_of_share, curve.eth_to_buy_share(premium, days))
    told = Purchase(
        place=Place(at.place.block + 1, 3),
        transaction=bytes(32),
        buyer=BUYER,
        day=at.day,
        units=shares if days else 0,
        days=days,
        shares=shares,
        value=None if wallet else premium,
    )
    return told._replace(**changes)


@given(
    st.lists(st.tuples(st.integers(PREMIUM_MIN_WEI, PREMIUM_MAX_WEI), st.integers(0, 100), st.booleans()), max_size=12)
)
def test_every_premium_is_found_to_the_wei(bought: list[tuple[int, int, bool]]) -> None:
    """A person's by the transaction, a contract's by its shares alone; shares of proposals are sums of floors."""
    followed, rows = Followed(), []
    for premium, days, wallet in bought:
        followed, row = follow(followed, purchase(followed, premium, 0 if wallet else days, wallet=wallet))
        rows.append(row)

    assert [premium for premium, _, _ in bought] == [row.premium for row in rows]
    assert sum(premium for premium, _, _ in bought) == followed.premiums == followed.paid.get(BUYER, 0)
    assert sum(premium // 10 for premium, _, _ in bought) == followed.tenths
    check_complete(followed, followed.eth_of_share, followed.shares, dict(followed.paid))


@given(st.integers(0, 3 * 10**22), st.integers(1, PREMIUM_MAX_WEI))
def test_shares_without_days_say_their_premium(at: int, premium: int) -> None:
    """Exactly one premium mints them, and the shares of none in between are taken for a premium's."""
    minted = curve.mint_share(at, premium)

    assert premium == premium_of_shares(at, minted)
    if curve.mint_share(at, premium + 1) > minted + 1:
        assert curve.mint_share(at, premium_of_shares(at, minted + 1) or 0) != minted + 1


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        ("order", {"place": Place(0, 3)}),
        ("order", {"place": Place(0, 0)}),
        ("order", {"day": -1}),
        ("units", {"units": 5}),
        ("units", {"days": 101}),
        ("minted", {"value": 10**18 + 100}),
        ("minted", {"value": 10**18 - 100}),
        ("wallet", {"value": None}),
    ],
)
def test_H94_what_does_not_continue_is_refused(reason: str, changes: dict[str, Any]) -> None:
    """A repeated, late, altered or impossible purchase leaves nothing behind."""
    first, _ = follow(Followed(), purchase(Followed(), 10**18, 30))
    told = purchase(first, 10**18, 30)

    assert 2 == follow(first, told)[0].count
    with pytest.raises(PremiumError) as refused:
        follow_all(first, [told._replace(**changes)])
    assert ("E_PREM_IMPORT", reason) == (refused.value.code, refused.value.reason)


def test_H94_a_missing_purchase_is_noticed_by_the_next() -> None:
    """Left out, its successor mints other shares than its log says."""
    first, _ = follow(Followed(), purchase(Followed(), 10**18, 30))
    second, _ = follow(first, purchase(first, 10**19, 0))
    third = purchase(second, 10**18, 5)

    with pytest.raises(PremiumError) as refused:
        follow(first, third)
    assert "minted" == refused.value.reason


@pytest.mark.parametrize("premium", [PREMIUM_MIN_WEI - 1, PREMIUM_MAX_WEI + 1])
def test_H94_a_premium_out_of_range_is_none(premium: int) -> None:
    """However well its shares fit."""
    with pytest.raises(PremiumError) as refused:
        follow(Followed(), purchase(Followed(), premium, 3))
    assert "E_PREM_RANGE" == refused.value.code


def test_totals_that_differ_are_incomplete() -> None:
    """Shares, pointer and every buyer's own sum are compared."""
    done, _ = follow(Followed(), purchase(Followed(), 10**18, 30))
    right = (done.eth_of_share, done.shares, {BUYER: 10**18})
    check_complete(done, *right)

    for reason, totals in (
        ("shares", (right[0], right[1] + 1, right[2])),
        ("pointer", (right[0] + 1, right[1], right[2])),
        ("buyer", (right[0], right[1], {BUYER: 10**18 + 1})),
        ("buyer", (right[0], right[1], {})),
    ):
        with pytest.raises(PremiumError) as refused:
            check_complete(done, *totals)
        assert ("E_PREM_INCOMPLETE", reason) == (refused.value.code, refused.value.reason)


WORD = BUYER.rjust(32, b"\0")
GOOD = Log(b"\x22" * 20, (BOUGHT, WORD, bytes(32)), bytes(64))
MINT = Log(b"\x22" * 20, (MINTED, bytes(32), WORD), bytes(32))


@pytest.mark.parametrize(
    ("bought", "minted"),
    [
        (GOOD._replace(data=bytes(63)), MINT),
        (GOOD._replace(topics=GOOD.topics[:2]), MINT),
        (GOOD._replace(topics=(MINTED, *GOOD.topics[1:])), MINT),
        (GOOD._replace(topics=(BOUGHT, b"\x01" * 32, bytes(32))), MINT),
        (GOOD, MINT._replace(topics=(MINTED, WORD, WORD))),
        (GOOD, MINT._replace(topics=(MINTED, bytes(32), bytes(32)))),
        (GOOD, MINT._replace(address=b"\x33" * 20)),
        (GOOD, MINT._replace(data=bytes(31))),
    ],
)
def test_H94_other_logs_are_no_purchase(bought: Log, minted: Log) -> None:
    """Another event, size, buyer, contract, or a transfer of shares that were not new."""
    assert BUYER == read_purchase(GOOD, MINT, Place(1, 0), bytes(32), 1).buyer
    with pytest.raises(PremiumError) as refused:
        read_purchase(bought, minted, Place(1, 0), bytes(32), 1)
    assert ("E_PREM_EVENT", "form") == (refused.value.code, refused.value.reason)


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with Devnet.temporary(BORN) as devnet:
        yield devnet.node()


def twice(contract: bytes, premium: int) -> bytes:
    """Init code that sends `premium` to the contract's fallback twice: a contract wallet with two purchases at once."""
    call = (
        bytes.fromhex("6000600060006000") + b"\x7f" + premium.to_bytes(32, "big") + b"\x73" + contract + b"\x5a\xf1\x50"
    )
    return call * 2 + bytes.fromhex("60006000f3")


def test_an_import_from_a_chain_is_complete(node: Node) -> None:
    """People with days and agents, and a contract that buys twice in one transaction: all exact, in ranges, resumed."""
    contract, first = deploy_mutual(node, BORN), node.head().ref.number
    node.send(FAUCET_KEY, address_behind(ANN), 10**21)
    who = [FAUCET_KEY, ANN, ANN]
    paid = [10**18, 123_456_789_012_345_678, 4_829_757_440_450_779]
    for key, premium, days in zip(who, paid, (30, 0, 100), strict=True):
        node.send(key, contract, premium, abi.encode_call("buy(address,uint256)", [address_behind(FAUCET_KEY), days]))
    node.send(FAUCET_KEY, None, 2 * (10**17 + 7), twice(contract, 10**17 + 7))
    node.send(ANN, contract, 10**16 + 1)
    last = node.head().ref.number

    followed, rows = Followed(), list[PremiumRow]()
    for block in range(first, last + 1, 2):  # as an import that goes on where it stopped
        followed, more = follow_all(followed, read_purchases(node, contract, block, min(block + 1, last)))
        rows += more
    totals = read_totals(node, contract, last).numbers
    check_complete(
        followed, totals["ethOfShare"], totals["shares"], read_paid(node, contract, list(followed.paid), last)
    )

    assert [*paid, 10**17 + 7, 10**17 + 7, 10**16 + 1] == [row.premium for row in rows]
    assert [False, False, False, True, True, False] == [row.purchase.value is None for row in rows]
    assert int.from_bytes(node.call(contract, abi.encode_call("balances(uint256)", [2])), "big") == followed.tenths
    assert (followed, rows) == follow_all(Followed(), read_purchases(node, contract, first, last))
