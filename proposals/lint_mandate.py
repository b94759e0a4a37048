"""A document beside its fund: whom its mandate never pays, how much one proposal may ask, in all and by how liquid an
asset is, and for which type it is.

Decides with addresses and shares that the caller took from the settings, and with what is available by the books. The
same is asked again before anybody signs (`treasury.mandate`), for a vote does not lift a mandate.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chain.amount import AmountError, parse, spell
from chain.finding import Finding
from proposals.lint_rules import Sight
from proposals.problems import problem


def nobody_is_paid_who_is_excluded(sight: Sight) -> Iterator[Finding]:
    """No row pays or calls an address that the mandate excludes (`E_MANDATE`)."""
    for row in sight.reading.budget:
        if sight.excluded and row.action.to in sight.excluded:
            facts = {"part": row.part, "payee": row.action.to}
            yield problem("E_MANDATE", "excluded", row.line, f"part {row.part}", **facts)


def grants_leave_the_premium_share_alone(sight: Sight) -> Iterator[Finding]:
    """A Grant is paid out of a reserve, never out of the fund of the mutual's share for IIPs (`E_FUND_TYPE`)."""
    if sight.has_premium_share and sight.text_of("type") == "Grant":
        yield problem("E_FUND_TYPE", "", sight.line_of("type"), "type")


def no_proposal_asks_too_large_a_share(sight: Sight) -> Iterator[Finding]:
    """What is requested of an asset is at most the mandate's share of what is available, and at most that of the
    asset's class of liquidity (`E_MANDATE`).
    """
    if sight.available is None or sight.assets is None:
        return
    asks = sight.reading.values.get("requested", ())
    assert isinstance(asks, tuple), "the reader makes a tuple of asks"
    for spelled, symbol in asks:
        asset, left = sight.assets.get(symbol), max(0, sight.available.get(symbol, 0))
        if asset is None:
            continue
        try:
            asked = parse(spelled, asset.decimals)
        except AmountError:
            continue  # told by F01
        facts = {"asset": symbol, "requested": spelled, "available": spell(left, asset.decimals)}
        line = sight.line_of("requested")
        if sight.largest_share is not None and _exceeds(asked, left, sight.largest_share):
            yield problem("E_MANDATE", "share", line, "requested", **facts, share=_spell(sight.largest_share))
        if sight.liquidity is not None and symbol in sight.liquidity:
            name, *share = sight.liquidity[symbol]
            if _exceeds(asked, left, share):
                yield problem("E_MANDATE", "class", line, "requested", **facts, share=_spell(share), name=name)


def _exceeds(asked: int, left: int, share: Sequence[int]) -> bool:
    numerator, denominator = share
    return asked * denominator > left * numerator


def _spell(share: Sequence[int]) -> str:
    numerator, denominator = share
    return f"{numerator}/{denominator}"
