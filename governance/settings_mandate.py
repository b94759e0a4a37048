"""A fund's mandate as text: whom it never pays, the largest share of one proposal, and the limits of a time.

Decides the form, and that a mandate forbids something. That it is kept is decided by lint and by `treasury.mandate`.
"""

from __future__ import annotations

from governance.settings import Asset, Mandate, OutflowLimit
from governance.strict_map import StrictMap

SPAN_MAX = 31_536_000
"""Seconds of a year, the longest time that a limit may be about."""


def read_mandate(fund: StrictMap, assets: tuple[Asset, ...]) -> Mandate:
    """A mandate that says nothing is left out."""
    opened = fund.open_with("mandate", "excluded", "largest_share limits")
    excluded, share, limits = opened.address_list("excluded"), None, []
    if "largest_share" in opened.values:
        told = opened.open("largest_share", "denominator numerator")
        share = told.integer("numerator", 1, 10**18), told.integer("denominator", 1, 10**18)
        if share[0] >= share[1]:
            opened.refuse("largest_share", "less than the whole")
    if "limits" in opened.values:
        symbols = [asset.symbol for asset in assets]
        for limit in opened.open_each("limits", "amount asset seconds"):
            row = OutflowLimit(limit.text("asset"), limit.amount("amount"), limit.integer("seconds", 1, SPAN_MAX))
            if row.symbol not in symbols or not row.amount:
                limit.refuse("asset", "an asset of the fund, and more than 0 of it")
            limits.append(row)
    if not excluded and share is None and not limits:
        fund.refuse("mandate", "something that is forbidden, or no mandate")
    return Mandate(excluded, share, tuple(limits))
