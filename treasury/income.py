"""What came in, read from the logs of proved receipts.

Decides what one log says about income, strictly: emitted by the expected contract, with exactly the topics and data of
its event, and with numbers that the contract could have produced. Three kinds are read: the proposals' tenth of a
premium, the proxy's forwarding to the Safe, and donations to the Safe. It does not decide that the receipt is proved or
final, which addresses a fund trusts, or how a fact is booked. Ether that arrives without a log (a block reward, a
self-destructing contract) cannot be seen here; reconciling with the Safe's balance shows it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from chain.abi import topic
from chain.blocks import BlockRef
from chain.receipt import Log
from treasury.errors import TreasuryError
from treasury.premiums import PremiumError, forward_rebate, split

PREMIUM_SHARE = topic("PremiumShare(address,uint256,uint256)")
FORWARDED = topic("Forwarded(address,uint256,uint256)")
TRANSFER = topic("Transfer(address,address,uint256)")
SAFE_RECEIVED = topic("SafeReceived(address,uint256)")


class DonationError(TreasuryError):
    """A log that is not a donation to this Safe (`E_DONATION`)."""


class Origin(NamedTuple):
    """Where on a chain a log stands; identifies the fact that it states."""

    chain_id: int
    block: bytes
    """Hash of the block."""
    transaction: bytes
    """Hash of the transaction."""
    log: int
    """Position among the logs of its receipt, from 0."""


class PremiumFact(NamedTuple):
    """A premium was paid and its tenth reached the proxy."""

    origin: Origin
    payer: bytes
    premium: int
    """Wei."""
    share: int
    """Wei; `split(premium).iip`, checked."""


class PremiumsFact(NamedTuple):
    """Every premium that a mutual took in a range of blocks, whose tenths reached the proxy without a log."""

    contract: bytes
    first: int
    """Number of the first block."""
    last: BlockRef
    share: int
    """Wei; the tenths, each rounded down. More than 0."""


class ForwardFact(NamedTuple):
    """The proxy paid out its whole balance; the Safe's own log says that its part arrived."""

    origin: Origin
    caller: bytes
    rebate: int
    """Wei, kept by the caller."""
    forwarded: int
    """Wei, received by the Safe."""


class DonationFact(NamedTuple):
    """Anybody sent something to the Safe."""

    origin: Origin
    giver: bytes
    token: bytes | None
    """The ERC-20 contract; None for the chain's native coin."""
    amount: int
    """Base units, more than 0."""


def read_premium(log: Log, origin: Origin, *, proxy: bytes) -> PremiumFact:
    """Read `PremiumShare(address indexed payer, uint256 premium, uint256 share)` of the proxy, or raise `E_PREM_*`."""
    _check_premium_event(log, origin, proxy, PREMIUM_SHARE, "PremiumShare")
    premium, share = _words(log.data)
    expected = split(premium).iip
    if share != expected:
        raise PremiumError("E_PREM_SHARE", premium=premium, share=share, expected=expected)
    return PremiumFact(origin, _address(log.topics[1]), premium, share)


def read_forward(logs: Sequence[Log], origin: Origin, *, proxy: bytes, safe: bytes) -> ForwardFact:
    """Read `Forwarded(address indexed caller, uint256 rebate, uint256 forwarded)`, at `origin.log` among the receipt's.

    The proxy's word is not enough: the same receipt must hold a `SafeReceived` of the Safe, from the proxy, over the
    same amount, one for each forwarding. Raises `PremiumError` (`E_PREM_FORWARD`, `E_PREM_EVENT`, `E_PREM_SOURCE`).
    """
    if not 0 <= origin.log < len(logs):
        raise PremiumError("E_PREM_EVENT", "position", event="Forwarded", log=origin.log)
    log = logs[origin.log]
    _check_premium_event(log, origin, proxy, FORWARDED, "Forwarded")
    rebate, forwarded = _words(log.data)
    if forward_rebate(rebate + forwarded) != (rebate, forwarded):
        raise PremiumError("E_PREM_FORWARD", "rebate", rebate=rebate, expected=forward_rebate(rebate + forwarded)[0])
    if forwarded and _arrivals(logs, proxy, safe, forwarded) < _forwardings(logs[: origin.log + 1], proxy, forwarded):
        raise PremiumError("E_PREM_FORWARD", "arrival", forwarded=forwarded, safe=safe)
    return ForwardFact(origin, _address(log.topics[1]), rebate, forwarded)


def read_donation(
    log: Log, origin: Origin, *, token: bytes | None, safe: bytes, sources: Collection[bytes] = ()
) -> DonationFact:
    """Read what somebody gave to the Safe: `token`'s `Transfer`, or the Safe's own `SafeReceived` where it is None.

    `sources` are the fund's own proxies: what they send is a forwarding and not a gift. Raises `DonationError`.
    """
    if token is None:
        _check_donation_form(log, safe, SAFE_RECEIVED, topics=2)
        giver = _address(log.topics[1])
    else:
        _check_donation_form(log, token, TRANSFER, topics=3)
        giver = _address(log.topics[1])
        if _address(log.topics[2]) != safe:
            raise DonationError("E_DONATION", "recipient", found=log.topics[2], expected=safe)
    if giver == safe or giver in sources:
        raise DonationError("E_DONATION", "own", giver=giver)
    amount = int.from_bytes(log.data, "big")
    if amount == 0:
        raise DonationError("E_DONATION", "zero", giver=giver)
    return DonationFact(origin, giver, token, amount)


def other_side(logs: Sequence[Log], place: int, safe: bytes) -> tuple[int, ...]:
    """Where in a receipt the same money is told again: of a forwarding the Safe's own log, and the other way round."""
    log = logs[place]
    if log.topics[:1] == (FORWARDED,):
        said = (safe, (SAFE_RECEIVED, bytes(12) + log.address), log.data[32:])
        return tuple(at for at, other in enumerate(logs) if (other.address, tuple(other.topics), other.data) == said)
    if log.address != safe or log.topics[:1] != (SAFE_RECEIVED,):
        return ()
    giver = log.topics[-1][12:]
    return tuple(
        at
        for at, other in enumerate(logs)
        if other.address == giver and other.topics[:1] == (FORWARDED,) and other.data[32:] == log.data
    )


def _check_premium_event(log: Log, origin: Origin, proxy: bytes, event: bytes, name: str) -> None:
    if log.address != proxy:
        raise PremiumError("E_PREM_SOURCE", event=name, found=log.address, expected=proxy, log=origin.log)
    if len(log.topics) != 2 or log.topics[0] != event or len(log.data) != 64:
        raise PremiumError("E_PREM_EVENT", "form", event=name, log=origin.log)
    if any(log.topics[1][:12]):
        raise PremiumError("E_PREM_EVENT", "address", event=name, log=origin.log)


def _check_donation_form(log: Log, emitter: bytes, event: bytes, *, topics: int) -> None:
    if log.address != emitter:
        raise DonationError("E_DONATION", "source", found=log.address, expected=emitter)
    if len(log.topics) != topics or log.topics[0] != event or len(log.data) != 32:
        raise DonationError("E_DONATION", "form", found=log.address)
    if any(any(word[:12]) for word in log.topics[1:]):
        raise DonationError("E_DONATION", "form", found=log.address)


def _arrivals(logs: Sequence[Log], proxy: bytes, safe: bytes, amount: int) -> int:
    topics = (SAFE_RECEIVED, bytes(12) + proxy)
    return sum(
        log.address == safe and tuple(log.topics) == topics and log.data == amount.to_bytes(32, "big") for log in logs
    )


def _forwardings(logs: Sequence[Log], proxy: bytes, amount: int) -> int:
    return sum(
        log.address == proxy and log.topics[:1] == (FORWARDED,) and log.data[32:] == amount.to_bytes(32, "big")
        for log in logs
    )


def _words(data: bytes) -> tuple[int, int]:
    return int.from_bytes(data[:32], "big"), int.from_bytes(data[32:], "big")


def _address(topic_word: bytes) -> bytes:
    return topic_word[12:]
