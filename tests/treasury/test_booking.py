"""Booking rules: the accounts and signs of each, and ids that name the fact."""

from __future__ import annotations

import pytest

from treasury.assets import erc20, native
from treasury.booking import (
    BookingError,
    asked,
    committed,
    component,
    donation,
    forward,
    paid,
    premium,
    released,
    reversal,
)
from treasury.income import DonationFact, ForwardFact, Origin, PremiumFact
from treasury.ledger import Entry, LedgerError
from treasury.payouts import PayoutError, PayoutId, check_not_paid

ETH, DAI = native(1), erc20(1, b"\x44" * 20)
PROPOSAL = b"\xab" * 32
PAYOUT = PayoutId(PROPOSAL, 2)
ORIGIN = Origin(1, b"\xbb" * 32, b"\xcc" * 32, 5)
CHAIN_FACT = f"eip155:1:0x{'cc' * 32}:5@0x{'bb' * 32}"
PAYER = b"\x33" * 20


def lines(entry: Entry | None) -> list[tuple[str, str, int]]:
    assert entry is not None
    return [tuple(line) for line in entry.postings]


def test_premium_is_income_still_at_the_proxy() -> None:
    """The share is a receivable until somebody forwards it."""
    entry = premium(PremiumFact(ORIGIN, PAYER, 1000, 100), fund="iip", source=4)

    assert [("Assets:Receivable:IIP", ETH, 100), ("Income:Premiums:IIP", ETH, -100)] == lines(entry)
    assert (f"premium/1:{CHAIN_FACT}", "premium/1", "iip", 0, 4) == (
        entry.id, entry.rule, entry.fund, entry.iip, entry.source,
    )  # fmt: skip


def test_forward_moves_the_receivable_into_the_safe() -> None:
    """The caller's rebate is an expense of the fund."""
    entry = forward(ForwardFact(ORIGIN, PAYER, 5, 995), fund="iip", source=4)

    assert [
        ("Assets:Safe:IIP", ETH, 995),
        ("Expenses:Rebate:IIP", ETH, 5),
        ("Assets:Receivable:IIP", ETH, -1000),
    ] == lines(entry)


def test_forward_without_rebate_or_money() -> None:
    """Below 200 wei nobody gets a rebate; an empty proxy books nothing."""
    small = forward(ForwardFact(ORIGIN, PAYER, 0, 199), fund="iip", source=4)

    assert [("Assets:Safe:IIP", ETH, 199), ("Assets:Receivable:IIP", ETH, -199)] == lines(small)
    assert forward(ForwardFact(ORIGIN, PAYER, 0, 0), fund="iip", source=4) is None


def test_donation_of_a_token() -> None:
    """What arrives in the Safe is there at once."""
    entry = donation(DonationFact(ORIGIN, PAYER, b"\x44" * 20, 7), fund="iip", source=4)

    assert [("Assets:Safe:IIP", DAI, 7), ("Income:Donations:IIP", DAI, -7)] == lines(entry)


def test_a_vote_asks_its_part_is_committed_and_paid() -> None:
    """The memorandum moves from asked to committed and ends with the payment; assets come in the order of their ids."""
    ask = asked(PROPOSAL, fund="iip", iip=12, amounts={ETH: 9, DAI: 4}, source=1)
    promise = committed(PAYOUT, fund="iip", iip=12, amounts={ETH: 9}, source=2)
    payment = paid(PAYOUT, fund="iip", iip=12, amounts={ETH: 9}, source=3, block=b"\xbb" * 32)

    assert [
        ("Equity:Asked:IIP:IIP-12", DAI, -4), ("Equity:Memo:IIP", DAI, 4),
        ("Equity:Asked:IIP:IIP-12", ETH, -9), ("Equity:Memo:IIP", ETH, 9),
    ] == lines(ask)  # fmt: skip
    assert [("Equity:Asked:IIP:IIP-12", ETH, 9), ("Equity:Committed:IIP:IIP-12:Part-2", ETH, -9)] == lines(promise)
    assert [
        ("Equity:Committed:IIP:IIP-12:Part-2", ETH, 9), ("Equity:Memo:IIP", ETH, -9),
        ("Expenses:IIP-12:Part-2", ETH, 9), ("Assets:Safe:IIP", ETH, -9),
    ] == lines(payment)  # fmt: skip
    assert ask is not None
    assert promise is not None
    assert payment is not None
    assert [f"asked/1:0x{'ab' * 32}/0", f"committed/1:0x{'ab' * 32}/2", f"paid/1:0x{'ab' * 32}/2@0x{'bb' * 32}"] == [
        ask.id, promise.id, payment.id,
    ]  # fmt: skip


def test_released_from_either_side() -> None:
    """What ends without payment leaves the memorandum from where it stood."""
    ask = released(PayoutId(PROPOSAL, 0), fund="iip", iip=12, amounts={ETH: 9}, source=2, of="asked")
    promise = released(PAYOUT, fund="iip", iip=12, amounts={ETH: 9}, source=2, of="committed")

    assert [("Equity:Asked:IIP:IIP-12", ETH, 9), ("Equity:Memo:IIP", ETH, -9)] == lines(ask)
    assert [("Equity:Committed:IIP:IIP-12:Part-2", ETH, 9), ("Equity:Memo:IIP", ETH, -9)] == lines(promise)


def test_parts_without_money_book_nothing() -> None:
    """A part that only calls contracts has no entry; zero amounts are no amounts."""
    assert asked(PROPOSAL, fund="iip", iip=12, amounts={}, source=1) is None
    assert committed(PAYOUT, fund="iip", iip=12, amounts={ETH: 0}, source=1) is None


def test_reversal_takes_back_line_by_line() -> None:
    """The reversal names what it takes back and the leaf that says why."""
    entry = donation(DonationFact(ORIGIN, PAYER, None, 7), fund="iip", source=4)
    back = reversal(entry, source=9)

    assert [("Assets:Safe:IIP", ETH, -7), ("Income:Donations:IIP", ETH, 7)] == lines(back)
    assert (f"reversed/1:{entry.id}", 9) == (back.id, back.source)


def test_fund_names_become_components_one_to_one() -> None:
    """Lower-case names only, so that upper case loses nothing."""
    assert ["IIP", "GRANTS-2026"] == [component("iip"), component("grants-2026")]
    for name in ("Iip", "", "9", "a b", "a:b", "ä"):
        with pytest.raises(BookingError) as refused:
            component(name)

        assert ("E_BOOKING", "fund") == (refused.value.code, refused.value.reason)


@pytest.mark.parametrize(("amount", "iip", "reason"), [(-1, 1, "amount"), (True, 1, "amount"), (1, 0, "iip")])
def test_negative_amounts_and_missing_numbers(amount: int, iip: int, reason: str) -> None:
    """A commitment has a positive amount and belongs to a numbered proposal."""
    with pytest.raises(BookingError) as refused:
        committed(PAYOUT, fund="iip", iip=iip, amounts={ETH: amount}, source=1)

    assert ("E_BOOKING", reason) == (refused.value.code, refused.value.reason)


def test_unknown_assets_cannot_be_booked() -> None:
    """An amount of something without an asset id never becomes an entry."""
    with pytest.raises(LedgerError) as refused:
        committed(PAYOUT, fund="iip", iip=1, amounts={"ETH": 5}, source=1)

    assert ("E_ENTRY", "asset") == (refused.value.code, refused.value.reason)


def test_H86_a_payout_is_made_once() -> None:
    """The second time is refused by name; another part of the same proposal is another payout."""
    check_not_paid(PAYOUT, {PayoutId(PROPOSAL, 1)})
    with pytest.raises(PayoutError) as refused:
        check_not_paid(PAYOUT, {PAYOUT})

    assert ("E_ALREADY", "paid") == (refused.value.code, refused.value.reason)
