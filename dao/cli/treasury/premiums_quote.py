"""`dao premiums quote`: the least premium that buys some units for some days."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from dao.cli.answer import FALSE, TRUE, Answer
from dao.cli.text import label, rows, say, wrapped
from dao.cli.treasury.pool_told import advice, eth, read_units, units
from treasury.mutual_pool import curve
from treasury.premiums import PREMIUM_MAX_WEI, PREMIUM_MIN_WEI

EXAMPLES = (
    "dao premiums quote --units 1 --days 100 --shares 0",
    "dao premiums quote --units 12.5 --days 30 --shares 480000 --json",
)


def command(
    *,
    wanted: Annotated[str, typer.Option("--units", help="Units to insure, or shares where D is 0.", metavar="N")],
    days: Annotated[int, typer.Option("--days", help="Days; 0 buys shares without cover.", metavar="D", min=0)],
    shares: Annotated[str, typer.Option("--shares", help="Shares outstanding before.", metavar="K")],
) -> Answer:
    """Price a purchase: the least premium in wei that mints N units for D days.

    The curve stands where K shares bring it. The base price is that of the next whole share. Days beyond 100 are
    clipped, as the contract does. This is not insurance advice.
    """
    quote = curve.quote(read_units(wanted), days, read_units(shares))
    document = {
        "price_wei": str(quote.price),
        "base_price_wei": str(quote.base_price),
        "days": quote.days,
        "accepted": quote.accepted,
    }
    return Answer(document, _lines(quote, wanted, days, shares), TRUE if quote.accepted else FALSE)


def _lines(quote: curve.Quote, wanted: str, days: int, shares: str) -> Iterator[str]:
    said = "quote" if quote.days else "quote_shares"
    yield from wrapped(say("POOL", said, units=units(read_units(wanted)), days=quote.days, shares=shares))
    yield ""
    yield from rows(
        [
            (label("price"), f"{eth(quote.price)}  ({quote.price} wei)"),
            (label("base_price"), f"{eth(quote.base_price)}  ({quote.base_price} wei)"),
        ]
    )
    yield ""
    if not quote.accepted:
        refusal = say("E_PREM_RANGE", premium=quote.price, least=PREMIUM_MIN_WEI, most=PREMIUM_MAX_WEI)
        yield from wrapped(refusal)
    if days > quote.days:
        yield from wrapped(say("POOL", "clipped", days=days))
    if quote.days:
        yield from wrapped(say("POOL", "formula"))
    yield from advice()
