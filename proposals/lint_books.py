"""Rules IIP-F05, F12 and F13, and three without an id: a document beside the fund's books and the space's limits.

Decides with sums, payees and limits that the caller took from the journal; none of it is read here. All of them warn
but the limit of the body: an open vote blocks nobody, and what passes without cover waits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType

from chain import abi, address
from chain.abi import AbiError
from chain.amount import AmountError, parse, spell
from chain.finding import Finding
from proposals.lint_rules import Rule, Sight
from proposals.payment import totals
from proposals.price import FRESH_SECONDS
from proposals.problems import problem
from proposals.tables import BUDGET, MILESTONES, BudgetRow
from proposals.times import spell_day

MORE_THAN = (11, 10)
"""F13: a budget over this multiple of the former one has to say why."""
_FORMER = "former"
"""A column of the variance table, in any section and of any case."""

_SWAPS: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "trade(address,uint256,address,address,uint256,uint256,address)": (5,),
        "tradeWithHint(address,uint256,address,address,uint256,uint256,address,bytes)": (5,),
        "swapEtherToToken(address,uint256)": (1,),
        "swapTokenToEther(address,uint256,uint256)": (2,),
        "swapTokenToToken(address,uint256,address,uint256)": (3,),
        "swapExactETHForTokens(uint256,address[],address,uint256)": (0,),
        "swapExactTokensForETH(uint256,uint256,address[],address,uint256)": (1,),
        "swapExactTokensForTokens(uint256,uint256,address[],address,uint256)": (1,),
        "exactInputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160))": (0, 6),
        "exactInputSingle((address,address,uint24,address,uint256,uint256,uint160))": (0, 5),
        "exactInput((bytes,address,uint256,uint256,uint256))": (0, 4),
        "exchange(int128,int128,uint256,uint256)": (3,),
        "exchange(uint256,uint256,uint256,uint256)": (3,),
    }
)
"""Swaps of Kyber, Uniswap 2 and 3 and Curve, and where the least return stands among the arguments."""


def fund_covers_the_ask(sight: Sight) -> Iterator[Finding]:
    """F05: what is requested is there, beside what is committed and what open votes ask for."""
    assert sight.assets is not None, "the rule needs assets"
    assert sight.available is not None, "the rule needs the books"
    asks = sight.reading.values.get("requested", ())
    assert isinstance(asks, tuple), "the reader makes a tuple of asks"
    for spelled, symbol in asks:
        asset = sight.assets.get(symbol)
        units = _units(spelled, asset.decimals) if asset else None
        if asset and units is not None and units > (left := max(0, sight.available.get(symbol, 0))):
            facts = {"asset": symbol, "requested": spelled, "available": spell(left, asset.decimals)}
            yield problem("IIP-F05", "", sight.line_of("requested"), "requested", **facts)


def swaps_have_a_least_return(sight: Sight) -> Iterator[Finding]:
    """F12: a swap that takes any price is one that anybody can empty."""
    assert sight.parts is not None, "the rule needs parts"
    for number, part in enumerate(sight.parts, 1):
        for position, call in enumerate(part.calls, 1):
            signature = _swaps().get(call.data[:4])
            if signature is None:
                continue
            try:
                least: object = abi.decode_call(signature, call.data)
            except AbiError:
                continue  # another function with these four bytes; F10 compares the bytes themselves
            for index in _SWAPS[signature]:
                least = least[index]  # type: ignore[index]  # the signature's shape
            if isinstance(least, int) and least <= 1:
                rows = [row.line for row in sight.reading.budget if row.part == number]
                facts = {"part": number, "call": position, "function": signature, "least": least}
                line = rows[position - 1] if position <= len(rows) else sight.line_of("type")
                yield problem("IIP-F12", "", line, f"part {number}", **facts)


def growth_is_explained(sight: Sight) -> Iterator[Finding]:
    """F13: more than a tenth above the former budget needs a table that compares the two."""
    assert sight.former is not None, "the rule needs the former budget"
    asks = sight.reading.values.get("requested", ())
    assert isinstance(asks, tuple), "the reader makes a tuple of asks"
    tables = sight.reading.outline.tables
    if any(_FORMER in (cell.casefold() for cell in table.columns.cells) for table in tables):
        return
    for spelled, symbol in asks:
        before = sight.former.get(symbol)
        if before is not None and _times(spelled, MORE_THAN[1]) > _times(before, MORE_THAN[0]):
            facts = {"asset": symbol, "requested": spelled, "former": before}
            yield problem("IIP-F13", "", sight.line_of("requested"), "requested", **facts)


def strangers_work_in_steps(sight: Sight) -> Iterator[Finding]:
    """A payee never paid before asks for more than the cap at once (`W_FIRST_PAYEE`)."""
    if sight.cap is None or sight.paid is None:
        return
    first: dict[tuple[bytes, str], BudgetRow] = {}
    sums: dict[tuple[bytes, str], list[tuple[str, str]]] = {}
    for row in sight.reading.budget:
        if row.release or row.action.to in sight.paid:
            continue
        for spelled, symbol in row.asks:
            first.setdefault((row.action.to, symbol), row)
            sums.setdefault((row.action.to, symbol), []).append((spelled, symbol))
    for (payee, symbol), amounts in sums.items():
        asked, row = totals(amounts)[symbol], first[payee, symbol]
        if symbol in sight.cap and _times(asked, 1) > _times(sight.cap[symbol], 1):
            facts = {"payee": address.checksum(payee), "asset": symbol, "asked": asked, "cap": sight.cap[symbol]}
            yield Finding(code="W_FIRST_PAYEE", level="warning", line=row.line, place=f"part {row.part}", facts=facts)


def prices_are_of_the_day(sight: Sight) -> Iterator[Finding]:
    """A price is not of a day after the document (`E_TIME`), nor much older than it (`W_PRICE`)."""
    created = sight.reading.values.get("created")
    for row in sight.reading.budget:
        if row.price is None or not isinstance(created, int):
            continue
        facts = {"day": spell_day(row.price.day), "created": spell_day(created)}
        if row.price.day > created:
            yield problem("E_TIME", "price", row.line, f"part {row.part}", **facts)
        elif row.price.day < created - FRESH_SECONDS:
            yield Finding(code="W_PRICE", level="warning", line=row.line, place=f"part {row.part}", facts=facts)


def body_fits_the_space(sight: Sight) -> Iterator[Finding]:
    """The body is no longer than the space's settings let a proposal be (`E_LIMIT`)."""
    size = len(sight.reading.body.encode("utf-16-le", "surrogatepass")) // 2
    if sight.body_limit is not None and size > sight.body_limit:
        prose = [section for section in sight.reading.sections if section.title not in (BUDGET, MILESTONES)]
        longest = max(prose, key=lambda section: len(section.text), default=None)
        line, place = (longest.line, longest.title) if longest else (1, "")
        yield problem("E_LIMIT", "document_body", line, place, found=size, limit=sight.body_limit)


@cache
def _swaps() -> Mapping[bytes, str]:
    return MappingProxyType({abi.selector(signature): signature for signature in _SWAPS})


def _units(spelled: str, decimals: int) -> int | None:
    try:
        return parse(spelled, decimals)
    except AmountError:
        return None  # F01's


def _times(spelled: str, factor: int) -> int:
    """An amount times a factor, in the smallest unit that any spelling has (payment.py: 77 places)."""
    whole, _, fraction = spelled.partition(".")
    return factor * int(whole + fraction.ljust(77, "0"))


COVER = Rule("IIP-F05", fund_covers_the_ask, "warning", needs=("assets", "available"))
SWAPS = Rule("IIP-F12", swaps_have_a_least_return, "warning", needs=("parts",))
GROWTH = Rule("IIP-F13", growth_is_explained, "warning", needs=("former",))
