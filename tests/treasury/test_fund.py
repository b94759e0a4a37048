"""Funds: cover, and the identities that hold after every prefix of any history."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treasury.assets import erc20, native, parse_asset
from treasury.booking import (
    asked,
    committed,
    converted,
    donation,
    forward,
    paid,
    premium,
    refunded,
    released,
    reversal,
)
from treasury.conversion import ConversionFact
from treasury.fund import FundError, FundState, check_cover, check_entry, fund_state, fund_states, replay
from treasury.income import DonationFact, ForwardFact, Origin, PremiumFact
from treasury.ledger import Entry, Ledger, LedgerError, Posting
from treasury.payouts import PayoutId
from treasury.premiums import PREMIUM_MAX_WEI, PREMIUM_MIN_WEI, forward_rebate, split

ETH, DAI = native(1), erc20(1, b"\x44" * 20)
BLOCK = b"\xbb" * 32
PAYER = b"\x33" * 20

# Most asks are small beside the gifts, so that histories come as far as payments; some exceed any fund.
ASKS = st.dictionaries(st.sampled_from([ETH, DAI]), st.one_of(st.integers(1, 10**18), st.integers(1, 10**22)))
STEPS = st.one_of(
    st.tuples(st.just("premium"), st.integers(PREMIUM_MIN_WEI, PREMIUM_MAX_WEI)),
    st.tuples(st.just("forward"), st.just(0)),
    st.tuples(st.just("donation"), st.sampled_from([ETH, DAI]), st.integers(10**18, 10**19)),
    st.tuples(st.just("ask"), st.integers(1, 4), ASKS),
    *(st.tuples(st.just(name), st.integers(1, 4)) for name in ("commit", "commit", "pay", "pay", "release", "reverse")),
    st.tuples(st.just("refund"), st.integers(1, 4), st.integers(1, 3)),
    st.tuples(st.just("convert"), st.integers(1, 4), st.integers(0, 3)),
)


def origin(log: int) -> Origin:
    return Origin(1, BLOCK, b"\xcc" * 32, log)


def gift(amount: int, asset: str = ETH, log: int = 0, fund: str = "iip") -> Entry:
    return donation(DonationFact(origin(log), PAYER, parse_asset(asset).token, amount), fund=fund, source=log)


def payout(iip: int) -> PayoutId:
    return PayoutId(iip.to_bytes(32, "big"), 1)


def ask(iip: int, amount: int, asset: str = ETH) -> Entry:
    entry = asked(payout(iip).proposal, fund="iip", iip=iip, amounts={asset: amount}, source=1)
    assert entry is not None
    return entry


def commitment(iip: int, amount: int, asset: str = ETH) -> Entry:
    entry = committed(payout(iip), fund="iip", iip=iip, amounts={asset: amount}, source=2)
    assert entry is not None
    return entry


def payment(iip: int, amount: int, asset: str = ETH, block: bytes = BLOCK) -> Entry:
    entry = paid(payout(iip), fund="iip", iip=iip, amounts={asset: amount}, source=3, block=block)
    assert entry is not None
    return entry


class History:
    """Turns random steps into entries, valid or not, and keeps its own simple count of what came in and went out."""

    def __init__(self) -> None:
        self.receivable = 0
        self.received = {ETH: 0, DAI: 0}
        self.back = {ETH: 0, DAI: 0}
        self.asked: dict[int, dict[str, int]] = {}
        self.gifts: list[Entry] = []
        self.log = 0

    def entries(self, steps: list[tuple[object, ...]]) -> Iterator[tuple[Entry, Callable[[], None]]]:
        for step in steps:
            self.log += 1
            made = getattr(self, str(step[0]))(*step[1:])
            if made is not None and made[0] is not None:
                yield made

    def premium(self, wei: int) -> tuple[Entry, Callable[[], None]]:
        share = split(wei).iip
        entry = premium(PremiumFact(origin(self.log), PAYER, wei, share), fund="iip", source=self.log)
        return entry, lambda: self.change("receivable", share)

    def forward(self, _: int) -> tuple[Entry | None, Callable[[], None]]:
        balance = self.receivable
        rebate, rest = forward_rebate(balance)
        entry = forward(ForwardFact(origin(self.log), PAYER, rebate, rest), fund="iip", source=self.log)
        return entry, lambda: (self.change("receivable", -balance), self.receive(ETH, rest))[0]

    def donation(self, asset: str, amount: int) -> tuple[Entry, Callable[[], None]]:
        entry = gift(amount, asset, self.log)
        return entry, lambda: (self.gifts.append(entry), self.receive(asset, amount))[0]

    def ask(self, iip: int, amounts: dict[str, int]) -> tuple[Entry | None, Callable[[], None]] | None:
        if iip in self.asked or not amounts:
            return None
        self.asked[iip] = amounts
        return asked(payout(iip).proposal, fund="iip", iip=iip, amounts=amounts, source=1), lambda: None

    def commit(self, iip: int) -> tuple[Entry | None, Callable[[], None]]:
        amounts = self.asked.get(iip, {ETH: 1})
        return committed(payout(iip), fund="iip", iip=iip, amounts=amounts, source=2), lambda: None

    def pay(self, iip: int) -> tuple[Entry | None, Callable[[], None]]:
        amounts = self.asked.get(iip, {ETH: 1})
        return paid(payout(iip), fund="iip", iip=iip, amounts=amounts, source=3, block=BLOCK), lambda: None

    def release(self, iip: int) -> tuple[Entry | None, Callable[[], None]]:
        amounts = self.asked.get(iip, {ETH: 1})
        side = "committed" if self.log % 2 else "asked"
        entry = released(payout(iip), fund="iip", iip=iip, amounts=amounts, source=4, of=side)  # type: ignore[arg-type]
        return entry, lambda: None

    def refund(self, iip: int, tenths: int) -> tuple[Entry, Callable[[], None]] | None:
        """Some of what was asked comes back, more often than it can."""
        amounts = self.asked.get(iip, {ETH: 10})
        asset = sorted(amounts)[0]
        fact = DonationFact(origin(self.log), PAYER, parse_asset(asset).token, max(1, amounts[asset] * tenths // 3))
        entry = refunded(payout(iip), fact, fund="iip", iip=iip, source=self.log)
        return entry, lambda: self.change_back(asset, fact.amount)

    def convert(self, iip: int, thirds: int) -> tuple[Entry, Callable[[], None]]:
        """Some of what was paid turns out to have bought the other asset, and a little went without being booked."""
        amounts = self.asked.get(iip, {ETH: 10})
        given = sorted(amounts)[0]
        booked = amounts[given] * thirds // 3
        fact = ConversionFact(
            origin(self.log), given, booked + self.log, booked, DAI if given == ETH else ETH, 10**17, was_income=False
        )
        return converted(payout(iip), fact, fund="iip", iip=iip, source=self.log), lambda: None

    def change_back(self, asset: str, amount: int) -> None:
        self.back[asset] += amount

    def reverse(self, _: int) -> tuple[Entry, Callable[[], None]] | None:
        if not self.gifts:
            return None
        line = self.gifts[-1].postings[0]
        entry = reversal(self.gifts.pop(), source=self.log)
        return entry, lambda: self.receive(line.asset, -line.amount)

    def change(self, name: str, amount: int) -> None:
        setattr(self, name, getattr(self, name) + amount)

    def receive(self, asset: str, amount: int) -> None:
        self.received[asset] += amount


@given(st.lists(STEPS, min_size=20, max_size=60).map(lambda steps: [("donation", ETH, 10**19), *steps]))
def test_every_prefix_of_any_history(steps: list[tuple[object, ...]]) -> None:
    """After every step: debits equal credits, the Safe's money is available, committed or paid, nothing is negative
    but what a reorganisation took back, and no commitment exceeded what was available.
    """
    history, ledger = History(), Ledger()
    for entry, book in history.entries(steps):
        try:
            check_entry(ledger, entry)
            if not ledger.post(entry):
                continue
            assert not ledger.post(entry)  # the same entry twice is one
        except (FundError, LedgerError):
            continue
        book()
        for asset in (ETH, DAI):
            state = fund_state(ledger, "iip", asset)
            assert 0 == ledger.balance("", asset)
            kept = state.available + state.committed + state.paid - state.refunded
            assert history.received[asset] == kept + state.converted
            assert history.back[asset] == state.refunded <= state.paid
            assert min(state.asked, state.committed, state.paid, state.receivable) >= 0
            if entry.rule == "committed/1" and asset in {line.asset for line in entry.postings}:
                assert state.available >= 0
        assert history.receivable == fund_state(ledger, "iip", ETH).receivable

    assert ledger.balances() == Ledger(ledger).balances() == replay(ledger).balances()


@given(st.lists(st.integers(PREMIUM_MIN_WEI, PREMIUM_MAX_WEI), min_size=1, max_size=20))
def test_H94_the_receivable_is_the_sum_of_floors(premiums: list[int]) -> None:
    """Shares are booked one premium at a time, as the contract pays them."""
    facts = [PremiumFact(origin(log), PAYER, wei, split(wei).iip) for log, wei in enumerate(premiums)]
    ledger = replay(premium(fact, fund="iip", source=1) for fact in facts)

    assert sum(wei // 10 for wei in premiums) == fund_state(ledger, "iip", ETH).receivable
    assert 0 == fund_state(ledger, "iip", ETH).available


def test_the_life_of_an_ask() -> None:
    """Asked, committed, paid: each step moves the same money one column on."""
    ledger = Ledger([gift(100)])
    states = []
    for entry in (ask(1, 60), commitment(1, 60), payment(1, 60)):
        check_entry(ledger, entry)
        ledger.post(entry)
        states.append(fund_state(ledger, "iip", ETH))

    assert [
        FundState(available=100, asked=60),
        FundState(available=40, committed=60),
        FundState(available=40, paid=60),
    ] == states
    assert [100, 100, 40] == [state.held for state in states]


def test_H110_an_open_vote_for_the_whole_fund_blocks_nobody() -> None:
    """Asking shows; only passing takes."""
    ledger = Ledger([gift(100), ask(1, 100), ask(2, 60)])
    check_entry(ledger, commitment(2, 60))
    ledger.post(commitment(2, 60))

    assert FundState(available=40, asked=100, committed=60) == fund_state(ledger, "iip", ETH)


def test_H92_what_is_not_covered_is_refused_with_both_numbers() -> None:
    """A commitment needs every asset available; the refusal names asset, ask and cover, and the books stay."""
    ledger = Ledger([gift(100), gift(5, DAI, log=1), ask(1, 60), commitment(1, 60), ask(2, 41), ask(3, 40)])
    check_entry(ledger, commitment(3, 40))
    with pytest.raises(FundError) as refused:
        check_entry(ledger, commitment(2, 41))

    assert ("E_BUDGET", "") == (refused.value.code, refused.value.reason)
    assert {"fund": "iip", "asset": ETH, "asked": 41, "available": 40} == refused.value.facts


def test_cover_is_per_asset() -> None:
    """Tokens do not cover ether, and an asset that the books do not know covers nothing."""
    states = fund_states(Ledger([gift(5, DAI)]), "iip")
    check_cover("iip", states, {DAI: 5})
    for amounts in ({DAI: 5, ETH: 1}, {DAI: 6}):
        with pytest.raises(FundError) as refused:
            check_cover("iip", states, amounts)

        assert "E_BUDGET" == refused.value.code


def test_money_at_the_proxy_covers_nothing() -> None:
    """Only what the Safe holds is available; a receivable is not."""
    ledger = Ledger([premium(PremiumFact(origin(0), PAYER, 10**18, 10**17), fund="iip", source=0), ask(1, 5)])
    with pytest.raises(FundError) as refused:
        check_entry(ledger, commitment(1, 5))

    assert 0 == refused.value.facts["available"]


@pytest.mark.parametrize(
    ("history", "entry", "reason"),
    [
        ([gift(100)], commitment(1, 5), "not_promised"),
        ([gift(100), ask(1, 5)], payment(1, 5), "not_promised"),
        ([gift(100), ask(1, 5), commitment(1, 5)], payment(1, 6), "not_promised"),
        ([gift(100), ask(1, 5), ask(2, 5), commitment(1, 5)], payment(2, 5), "not_promised"),
        ([gift(9), ask(1, 5), commitment(1, 5), reversal(gift(9), source=8)], payment(1, 5), "overdrawn"),
    ],
    ids=["never-asked", "never-committed", "more-than-committed", "others-commitment", "money-gone"],
)
def test_payments_need_their_promise(history: list[Entry], entry: Entry, reason: str) -> None:
    """Nothing leaves the books that was not asked, committed and there."""
    with pytest.raises(FundError) as refused:
        check_entry(Ledger(history), entry)

    assert ("E_BUDGET", reason) == (refused.value.code, refused.value.reason)


def test_no_more_comes_back_than_was_paid() -> None:
    """A refund is no income and no promise; what is more than the payment is none."""
    paid_out = [gift(100), ask(1, 60), commitment(1, 60), payment(1, 60)]

    def back(amount: int, log: int, iip: int = 1) -> Entry:
        return refunded(payout(iip), DonationFact(origin(log), PAYER, None, amount), fund="iip", iip=iip, source=9)

    ledger = replay([*paid_out, back(25, 7), back(35, 8)])

    assert FundState(available=100, paid=60, refunded=60) == fund_state(ledger, "iip", ETH)
    for entries, wrong in (([*paid_out, back(25, 7)], back(36, 8)), (paid_out, back(1, 7, iip=2))):
        with pytest.raises(FundError) as refused:
            check_entry(replay(entries), wrong)
        assert ("E_BUDGET", "not_paid") == (refused.value.code, refused.value.reason)


@pytest.mark.parametrize("account", ["Assets:Safe:GRANTS", "Expenses:IIP-2:Part-1", "Equity:Asked:IIP:IIP-2"])
def test_entries_keep_to_their_fund_and_proposal(account: str) -> None:
    """An entry of one fund and proposal does not touch another's accounts."""
    lines = (Posting("Equity:Memo:IIP", ETH, 5), Posting(account, ETH, -5))
    foreign = Entry(id="odd/1:a", source=1, rule="odd/1", fund="iip", iip=1, postings=lines)
    with pytest.raises(FundError) as refused:
        check_entry(Ledger([gift(100)]), foreign)

    assert ("E_ENTRY", "foreign") == (refused.value.code, refused.value.reason)


def test_funds_do_not_see_each_other() -> None:
    """Two funds in one ledger have their own money, even for one proposal number."""
    ledger = Ledger([gift(100), gift(7, log=1, fund="grants")])

    assert {ETH: FundState(available=7)} == fund_states(ledger, "grants")
    assert {} == fund_states(ledger, "other")


def test_a_reorganised_gift_can_leave_less_than_was_promised() -> None:
    """The books say so, with a negative number, rather than refusing what the chain did."""
    ledger = Ledger([gift(100), ask(1, 60), commitment(1, 60)])
    check_entry(ledger, reversal(gift(100), source=9))
    ledger.post(reversal(gift(100), source=9))

    assert FundState(available=-60, committed=60) == fund_state(ledger, "iip", ETH)


def test_H90_a_payment_in_a_block_that_is_gone_is_booked_once() -> None:
    """Its reversal makes it a commitment again; only then it can be booked from the block where it stands now."""
    ledger = replay([gift(100), ask(1, 60), commitment(1, 60), payment(1, 60)])
    with pytest.raises(LedgerError) as refused:
        ledger.post(payment(1, 60, block=b"\xdd" * 32))
    ledger.post(reversal(payment(1, 60), source=9))

    assert ("E_ENTRY_CLASH", "stands") == (refused.value.code, refused.value.reason)
    assert FundState(available=40, committed=60) == fund_state(ledger, "iip", ETH)
    assert ledger.post(payment(1, 60, block=b"\xdd" * 32))
    assert FundState(available=40, paid=60) == fund_state(ledger, "iip", ETH)
