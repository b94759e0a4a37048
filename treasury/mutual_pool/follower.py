"""Premiums out of the mutual's logs, which do not say what was paid: each one found exactly, and all of them complete.

A purchase logs its units, days and shares, and no ether. Bought by a person, its premium is the value of the
transaction, and must mint exactly the shares of the log from where the curve stands. Bought by a contract, it has no
days, and then the shares alone say the premium to the wei. Following every purchase from the first one, the follower
knows where the curve stands, so one that is missing, altered, repeated or out of order is found by the next, and the
end is compared with the contract's own totals and with what it says each buyer ever paid. It decides nothing about
blocks: who fetches logs, how far, and whether they are final, is the client's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from chain.abi import topic
from chain.receipt import Log
from treasury.mutual_pool import curve
from treasury.mutual_pool.persistent import PersistentMap
from treasury.premiums import PREMIUM_MAX_WEI, PremiumError, split

BOUGHT = topic("BUYINSURANCE(address,uint256,uint256,uint256)")
MINTED = topic("Transfer(address,address,uint256)")


class Place(NamedTuple):
    """Where a log stands."""

    block: int
    log: int
    """Its index in the block."""


_BEFORE_ALL = Place(-1, -1)


class Purchase(NamedTuple):
    """What the chain says of one purchase."""

    place: Place
    transaction: bytes
    buyer: bytes
    day: int
    units: int
    days: int
    """After clipping."""
    shares: int
    value: int | None
    """Wei of the transaction, where the buyer sent it straight to the contract; None where a contract bought."""


class PremiumRow(NamedTuple):
    """A purchase with its premium."""

    purchase: Purchase
    premium: int
    share: int
    """Wei of it that are the proposals'."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """Where the contract stands after the purchases so far, as far as premiums say."""

    eth_of_share: int = 0
    shares: int = 0
    premiums: int = 0
    """Wei, all together."""
    tenths: int = 0
    """Wei of the proposals' shares, each rounded down."""
    count: int = 0
    day: int = 0
    place: Place = _BEFORE_ALL
    """Of the last purchase."""
    paid: PersistentMap[bytes, int] = field(default_factory=PersistentMap)
    """Buyer → wei of premiums."""


def read_purchase(bought: Log, minted: Log, place: Place, transaction: bytes, value: int | None) -> Purchase:
    """Read `BUYINSURANCE` and the `Transfer` after it. Raises `PremiumError` (`E_PREM_EVENT`) for another form."""
    for log, event, name, size in ((bought, BOUGHT, "BUYINSURANCE", 64), (minted, MINTED, "Transfer", 32)):
        if len(log.topics) != 3 or log.topics[0] != event or len(log.data) != size:
            raise PremiumError("E_PREM_EVENT", "form", event=name, log=place.log)
    buyer = bought.topics[1]
    if any(buyer[:12]) or minted.topics[1:] != (bytes(32), buyer) or bought.address != minted.address:
        raise PremiumError("E_PREM_EVENT", "form", event="Transfer", log=place.log + 1)
    units, days = _number(bought.data[:32]), _number(bought.data[32:])
    day, shares = _number(bought.topics[2]), _number(minted.data)
    return Purchase(place, transaction, buyer[12:], day, units, days, shares, value)


def follow(followed: Followed, purchase: Purchase) -> tuple[Followed, PremiumRow]:
    """Take the next purchase. Raises `PremiumError`: `E_PREM_IMPORT` where it does not continue those before it."""
    place = purchase.place
    if place <= followed.place or purchase.day < followed.day:
        raise PremiumError("E_PREM_IMPORT", "order", block=place.block, log=place.log, last=followed.place.block)
    expected_units = purchase.shares if purchase.days else 0
    if purchase.days > curve.DAYS_MAX or purchase.units != expected_units:
        raise PremiumError("E_PREM_IMPORT", "units", block=place.block, log=place.log)
    premium = _premium(followed, purchase)
    along = curve.eth_to_buy_share(premium, purchase.days)
    if purchase.shares != curve.mint_share(followed.eth_of_share, along):
        raise PremiumError("E_PREM_IMPORT", "minted", block=place.block, log=place.log, premium=premium)
    share = split(premium).iip
    after = replace(
        followed,
        eth_of_share=followed.eth_of_share + along,
        shares=followed.shares + purchase.shares,
        premiums=followed.premiums + premium,
        tenths=followed.tenths + share,
        count=followed.count + 1,
        day=purchase.day,
        place=place,
        paid=followed.paid.with_item(purchase.buyer, followed.paid.get(purchase.buyer, 0) + premium),
    )
    return after, PremiumRow(purchase, premium, share)


def follow_all(followed: Followed, purchases: Sequence[Purchase]) -> tuple[Followed, list[PremiumRow]]:
    """Take purchases one after the other; all of them, or none."""
    rows = []
    for purchase in purchases:
        followed, row = follow(followed, purchase)
        rows.append(row)
    return followed, rows


def check_complete(followed: Followed, eth_of_share: int, shares: int, paid: Mapping[bytes, int]) -> None:
    """Compare with the contract's own `ethOfShare`, `shares` and each buyer's `player.eth`, of one block.

    Raises `PremiumError` (`E_PREM_INCOMPLETE`): then premiums are missing or too many, and none should be booked.
    """
    if followed.shares != shares:
        raise PremiumError("E_PREM_INCOMPLETE", "shares", found=followed.shares, expected=shares)
    if followed.eth_of_share != eth_of_share:
        raise PremiumError("E_PREM_INCOMPLETE", "pointer", found=followed.eth_of_share, expected=eth_of_share)
    for buyer in followed.paid:
        if followed.paid[buyer] != paid.get(buyer):
            raise PremiumError(
                "E_PREM_INCOMPLETE", "buyer", buyer=buyer, found=followed.paid[buyer], expected=paid.get(buyer, 0)
            )


def premium_of_shares(eth_of_share: int, shares: int) -> int | None:
    """The one premium without days that mints exactly these shares with the curve at `eth_of_share`.

    None where none does, or where several do because a share costs more than an ether.
    """
    least = curve.least_wei(eth_of_share, shares)
    return least if curve.least_wei(eth_of_share, shares + 1) == least + 1 else None


def _premium(followed: Followed, purchase: Purchase) -> int:
    place = purchase.place
    if purchase.value is not None:
        return purchase.value
    if purchase.days:
        raise PremiumError("E_PREM_IMPORT", "wallet", block=place.block, log=place.log)
    premium = premium_of_shares(followed.eth_of_share, purchase.shares)
    if premium is None or premium > PREMIUM_MAX_WEI:
        raise PremiumError("E_PREM_IMPORT", "minted", block=place.block, log=place.log, premium=0)
    return premium


def _number(word: bytes) -> int:
    return int.from_bytes(word, "big")
