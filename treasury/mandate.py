"""What a fund may never do, whatever is voted: pay an excluded address, more of an asset in a time than its limit,
or with one part more of an asset than its class of liquidity allows.

Decides with the part, the settings' mandate, and what the books say is held and was paid within the time. Which
settings bind the vote is the caller's to know. What breaks the mandate is not signed (`E_MANDATE`, `E_OUTFLOW_CAP`),
whatever was voted; newer settings, signed by the Safe's owners, change it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from chain.abi import decode_call, selector
from chain.finding import Finding
from proposals.parts import Call, Part
from treasury.asks import TRANSFER_FROM, asks
from treasury.binding import paying
from treasury.booking import PAID, component
from treasury.ledger import Entry


class Outflow(NamedTuple):
    """How much of an asset may leave within a time, and how much did."""

    asset: str
    """As the books name it."""
    most: int
    """Base units."""
    seconds: int
    spent: int
    """Base units, within the `seconds` before now."""


class Share(NamedTuple):
    """How much of what a fund holds of an asset one part may take, by the asset's class of liquidity."""

    asset: str
    name: str
    """Of the class."""
    numerator: int
    denominator: int
    held: int
    """Base units that the Safe holds for the fund by the books."""


def breaches(
    part: Part, number: int, excluded: Collection[bytes], outflows: Iterable[Outflow], shares: Iterable[Share] = ()
) -> Iterator[Finding]:
    """Every way in which a part breaks its fund's mandate."""
    place = f"part {number}"
    for call in part.calls:
        for payee in _touched(call, part.chain_id):
            if payee in excluded:
                yield Finding(code="E_MANDATE", reason="part", place=place, facts={"part": number, "payee": payee})
    (wanted,) = asks([part])
    for outflow in outflows:
        asked = wanted.get(outflow.asset, 0)
        if asked and outflow.spent + asked > outflow.most:
            facts = {"part": number, "asked": asked, **outflow._asdict()}
            yield Finding(code="E_OUTFLOW_CAP", place=place, facts=facts)
    for share in shares:
        asked = wanted.get(share.asset, 0)
        if asked * share.denominator > share.held * share.numerator:
            told = f"{share.numerator}/{share.denominator}"
            facts = {"part": number, "asked": asked, "asset": share.asset, "name": share.name, "share": told,
                     "held": share.held}  # fmt: skip
            yield Finding(code="E_MANDATE", reason="liquidity", place=place, facts=facts)


def _touched(call: Call, chain_id: int) -> Iterator[bytes]:
    """Whom a call goes to, and whom it pays."""
    yield call.to
    payment = paying(call, chain_id)
    if payment is not None and payment.payee != call.to:
        yield payment.payee
    elif call.data[:4] == selector(TRANSFER_FROM):
        yield decode_call(TRANSFER_FROM, call.data)[1]


def spent_since(entries: Iterable[tuple[int, Entry]], fund: str, asset: str, since: int) -> int:
    """What parts were paid out of a fund after `since`: entries come with the times of their leaves."""
    account = f"Assets:Safe:{component(fund)}"
    return sum(
        -line.amount
        for time, entry in entries
        if time > since and entry.fund == fund and entry.rule == PAID
        for line in entry.postings
        if line.account == account and line.asset == asset
    )
