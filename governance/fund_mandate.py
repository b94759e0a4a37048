"""How the mandate of a fund is spelled in the settings: whom it never pays, how much it pays at most, and
how liquid its assets are.

Decides form and limits of the values. What breaks a mandate is for `proposals.lint_mandate` and `treasury.mandate`.
"""

from __future__ import annotations

from governance.settings import Asset, LiquidityClass, Mandate, OutflowLimit
from governance.strict_map import StrictMap

SECONDS_OF_A_YEAR = 31_536_000
_CLASS = r"[a-z][a-z0-9-]{0,31}"


def read_mandate(fund: StrictMap, assets: tuple[Asset, ...]) -> Mandate:
    """Read the mandate of an opened fund that has these assets; one that says nothing is left out."""
    opened = fund.open_with("mandate", "excluded", "largest_share limits liquidity")
    excluded, share, limits = opened.address_list("excluded"), None, []
    if "largest_share" in opened.values:
        told = opened.open("largest_share", "denominator numerator")
        share = told.integer("numerator", 1, 10**18), told.integer("denominator", 1, 10**18)
        if share[0] >= share[1]:
            opened.refuse("largest_share", "less than the whole")
    if "limits" in opened.values:
        symbols = [asset.symbol for asset in assets]
        for limit in opened.open_each("limits", "amount asset seconds"):
            row = OutflowLimit(
                limit.text("asset"), limit.amount("amount"), limit.integer("seconds", 1, SECONDS_OF_A_YEAR)
            )
            if row.symbol not in symbols or not row.amount:
                limit.refuse("asset", "an asset of the fund, and more than 0 of it")
            limits.append(row)
    classes = _classes(opened, [asset.symbol for asset in assets]) if "liquidity" in opened.values else ()
    if not excluded and share is None and not limits and not classes:
        fund.refuse("mandate", "something that is forbidden, or no mandate")
    return Mandate(excluded, share, tuple(limits), classes)


def _classes(mandate: StrictMap, symbols: list[str]) -> tuple[LiquidityClass, ...]:
    """The classes of liquidity: each asset of the fund in one, each with a share of at most the whole."""
    found = []
    for opened in mandate.open_each("liquidity", "assets class largest_share"):
        share = opened.open("largest_share", "denominator numerator")
        numerator, denominator = share.integer("numerator", 0, 10**18), share.integer("denominator", 1, 10**18)
        if numerator > denominator:
            opened.refuse("largest_share", "at most the whole")
        members = opened.text_list("assets", r".{1,32}")
        found.append(LiquidityClass(opened.text("class", _CLASS), members, numerator, denominator))
    named = [symbol for each in found for symbol in each.symbols]
    if sorted(named) != sorted(symbols) or len({each.name for each in found}) < len(found):
        mandate.refuse("liquidity", "every asset of the fund in exactly one class")
    return tuple(found)
