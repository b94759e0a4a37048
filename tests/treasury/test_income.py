"""Income read from logs: exactly the events of the expected contracts, and numbers that they could have produced."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.receipt import Log
from treasury.income import (
    FORWARDED,
    PREMIUM_SHARE,
    SAFE_RECEIVED,
    TRANSFER,
    DonationError,
    Origin,
    read_donation,
    read_forward,
    read_premium,
)
from treasury.premiums import PREMIUM_MAX_WEI, PREMIUM_MIN_WEI, PremiumError, forward_rebate

PROXY, SAFE, PAYER, TOKEN, STRANGER = (bytes([n]) * 20 for n in (1, 2, 3, 4, 5))


def origin(log: int = 0) -> Origin:
    return Origin(1, b"\xbb" * 32, b"\xcc" * 32, log)


def word(value: int | bytes) -> bytes:
    return value.to_bytes(32, "big") if isinstance(value, int) else bytes(12) + value


def premium_log(premium: int = 10**18, share: int | None = None, emitter: bytes = PROXY) -> Log:
    data = word(premium) + word(premium // 10 if share is None else share)
    return Log(emitter, (PREMIUM_SHARE, word(PAYER)), data)


def forwarded_log(rebate: int, forwarded: int, emitter: bytes = PROXY) -> Log:
    return Log(emitter, (FORWARDED, word(PAYER)), word(rebate) + word(forwarded))


def received_log(amount: int, sender: bytes = PROXY, emitter: bytes = SAFE) -> Log:
    return Log(emitter, (SAFE_RECEIVED, word(sender)), word(amount))


def transfer_log(amount: int = 7, giver: bytes = PAYER, to: bytes = SAFE, emitter: bytes = TOKEN) -> Log:
    return Log(emitter, (TRANSFER, word(giver), word(to)), word(amount))


def premium_refusal(log: Log) -> tuple[str, str]:
    with pytest.raises(PremiumError) as refused:
        read_premium(log, origin(), proxy=PROXY)
    return refused.value.code, refused.value.reason


def forward_refusal(*logs: Log, position: int = 0) -> tuple[str, str]:
    with pytest.raises(PremiumError) as refused:
        read_forward(logs, origin(position), proxy=PROXY, safe=SAFE)
    return refused.value.code, refused.value.reason


def donation_refusal(log: Log, token: bytes | None = TOKEN) -> tuple[str, str]:
    with pytest.raises(DonationError) as refused:
        read_donation(log, origin(), token=token, safe=SAFE, sources=[PROXY])
    return refused.value.code, refused.value.reason


@given(st.integers(PREMIUM_MIN_WEI, PREMIUM_MAX_WEI))
def test_a_premium_event_says_a_tenth(premium: int) -> None:
    """Payer, premium and share are read; the share is the contract's floor."""
    fact = read_premium(premium_log(premium), origin(), proxy=PROXY)

    assert (PAYER, premium, premium // 10) == fact[1:]


@pytest.mark.parametrize("share", [10**17 - 1, 10**17 + 1, 0])
def test_H94_share_that_is_not_the_floor_of_a_tenth(share: int) -> None:
    """A wei more or less than floor(p/10) is no premium of this contract."""
    assert ("E_PREM_SHARE", "") == premium_refusal(premium_log(share=share))


@pytest.mark.parametrize("premium", [0, PREMIUM_MIN_WEI - 1, PREMIUM_MAX_WEI + 1, 2**256 - 1])
def test_H94_premium_outside_the_contracts_bounds(premium: int) -> None:
    """A negative number is a huge one in an event; it and all others out of range are refused."""
    assert ("E_PREM_RANGE", "") == premium_refusal(premium_log(premium))


def test_H94_premium_of_another_contract() -> None:
    """The same event from any other address pays nobody's fund: not a stranger's, not another token's."""
    assert ("E_PREM_SOURCE", "") == premium_refusal(premium_log(emitter=STRANGER))


@pytest.mark.parametrize(
    "log",
    [
        Log(PROXY, (FORWARDED, word(PAYER)), word(10**18) + word(10**17)),
        Log(PROXY, (PREMIUM_SHARE,), word(10**18) + word(10**17)),
        Log(PROXY, (PREMIUM_SHARE, word(PAYER), word(PAYER)), word(10**18) + word(10**17)),
        Log(PROXY, (PREMIUM_SHARE, word(PAYER)), word(10**18) + word(10**17) + b"\0"),
        Log(PROXY, (PREMIUM_SHARE, word(PAYER)), word(10**18)),
        Log(PROXY, (), b""),
    ],
    ids=["other-event", "topic-missing", "topic-extra", "trailing-byte", "word-missing", "empty"],
)
def test_H94_premium_event_of_another_form(log: Log) -> None:
    """Topics and data are exactly those of the event."""
    assert ("E_PREM_EVENT", "form") == premium_refusal(log)


def test_premium_payer_is_an_address() -> None:
    """Twelve zero bytes stand before the payer."""
    dirty = Log(PROXY, (PREMIUM_SHARE, b"\1" + bytes(11) + PAYER), word(10**18) + word(10**17))

    assert ("E_PREM_EVENT", "address") == premium_refusal(dirty)


@given(st.integers(0, 10**24))
def test_a_forwarding_is_read_with_its_arrival(balance: int) -> None:
    """Rebate and rest are the contract's, and the Safe's own log says that the rest arrived."""
    rebate, rest = forward_rebate(balance)
    fact = read_forward([received_log(rest), forwarded_log(rebate, rest)], origin(1), proxy=PROXY, safe=SAFE)

    assert (PAYER, rebate, rest) == fact[1:]


def test_forwarding_of_an_empty_proxy_needs_no_arrival() -> None:
    """Anybody may call `forward()` on nothing; that is a fact that moves no money."""
    assert (0, 0) == read_forward([forwarded_log(0, 0)], origin(), proxy=PROXY, safe=SAFE)[2:]


@pytest.mark.parametrize(("rebate", "rest"), [(6, 994), (4, 996), (0, 1000), (1000, 0), (2**256 - 1, 2**256 - 1)])
def test_H94_rebate_of_another_size(rebate: int, rest: int) -> None:
    """Of 1000 wei the caller gets 5; another split is not this proxy's."""
    read_forward([received_log(995), forwarded_log(5, 995)], origin(1), proxy=PROXY, safe=SAFE)

    assert ("E_PREM_FORWARD", "rebate") == forward_refusal(forwarded_log(rebate, rest), received_log(rest))


@pytest.mark.parametrize(
    "arrival",
    [None, received_log(994), received_log(995, sender=STRANGER), received_log(995, emitter=STRANGER)],
    ids=["none", "other-amount", "other-sender", "other-safe"],
)
def test_H94_forwarded_money_that_did_not_reach_the_safe(arrival: Log | None) -> None:
    """The proxy's word alone books nothing: it may forward to anybody its owner names."""
    logs = [forwarded_log(5, 995), *([arrival] if arrival else [])]

    assert ("E_PREM_FORWARD", "arrival") == forward_refusal(*logs)


def test_H94_two_forwardings_need_two_arrivals() -> None:
    """One arrival cannot stand for two forwardings of the same amount in one transaction."""
    logs = [received_log(995), forwarded_log(5, 995), forwarded_log(5, 995)]

    assert 995 == read_forward(logs, origin(1), proxy=PROXY, safe=SAFE).forwarded
    assert ("E_PREM_FORWARD", "arrival") == forward_refusal(*logs, position=2)


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        (forwarded_log(5, 995, STRANGER), ("E_PREM_SOURCE", "")),
        (premium_log(), ("E_PREM_EVENT", "form")),
    ],
)
def test_forwarding_from_the_proxy_alone(log: Log, expected: tuple[str, str]) -> None:
    """Another contract's event, or another event of the proxy, is no forwarding."""
    assert expected == forward_refusal(log, received_log(995))


@pytest.mark.parametrize("position", [-1, 2])
def test_forwarding_stands_among_its_logs(position: int) -> None:
    """A log that the receipt does not hold is refused."""
    assert ("E_PREM_EVENT", "position") == forward_refusal(received_log(1), received_log(2), position=position)


def test_donations_of_tokens_and_coins() -> None:
    """A token's transfer to the Safe, and ether that the Safe says it received."""
    token = read_donation(transfer_log(), origin(), token=TOKEN, safe=SAFE)
    coin = read_donation(received_log(9, sender=PAYER), origin(), token=None, safe=SAFE)

    assert (PAYER, TOKEN, 7) == token[1:]
    assert (PAYER, None, 9) == coin[1:]


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        (transfer_log(emitter=STRANGER), "source"),
        (transfer_log(to=STRANGER), "recipient"),
        (transfer_log(amount=0), "zero"),
        (transfer_log(giver=SAFE), "own"),
        (transfer_log(giver=PROXY), "own"),
        (Log(TOKEN, (TRANSFER, word(PAYER)), word(7)), "form"),
        (Log(TOKEN, (TRANSFER, word(PAYER), word(SAFE), word(7)), b""), "form"),
        (Log(TOKEN, (FORWARDED, word(PAYER), word(SAFE)), word(7)), "form"),
        (Log(TOKEN, (TRANSFER, b"\1" * 32, word(SAFE)), word(7)), "form"),
    ],
)
def test_H94_what_is_no_donation(log: Log, reason: str) -> None:
    """Another token, another recipient, nothing at all (address poisoning), or the fund's own money."""
    assert ("E_DONATION", reason) == donation_refusal(log)


def test_forwarded_ether_is_no_second_income() -> None:
    """What a forwarding books is not booked again as a gift of ether."""
    assert ("E_DONATION", "own") == donation_refusal(received_log(995), token=None)
