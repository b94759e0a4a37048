"""The limits of a space, read from its settings: how long a proposal may be, what may be paid in a day, and what the
mandate of a fund forbids.

Decides their form, and that each row of the optional list `limits.spending` is about an asset that its fund holds,
once. What a transaction pays, and what is counted beside it, is decided by `treasury.outflow`.
"""

from __future__ import annotations

from collections.abc import Sequence

from governance.settings import Asset, FundSettings, Limits, Mandate, OutflowLimit, SpendingLimit
from governance.strict_map import StrictMap

_ROWS_MAX = 100
_YEAR_SECONDS = 31_536_000


def read_limits(settings: StrictMap, funds: Sequence[FundSettings]) -> Limits:
    """Open the map `limits` of the settings, whose funds were read before."""
    opened = settings.open_with("limits", "body parts", "spending")
    spending = _spending(opened, funds) if "spending" in opened.values else ()
    return Limits(opened.integer("body", 1, 90_000), opened.integer("parts", 1, 1000), spending)


def _spending(limits: StrictMap, funds: Sequence[FundSettings]) -> tuple[SpendingLimit, ...]:
    rows = limits.open_each("spending", "fund per_day per_payee symbol")
    if not 1 <= len(rows) <= _ROWS_MAX:  # whoever wants no limit leaves the key out: one spelling
        limits.refuse("spending", f"from 1 to {_ROWS_MAX} rows")
    found = tuple(_row(row) for row in rows)
    held = {(fund.name, asset.symbol) for fund in funds for asset in fund.assets}
    for row, limit in zip(rows, found, strict=True):
        if (limit.fund, limit.symbol) not in held:
            row.refuse("symbol", "an asset of the named fund")
    if len({(limit.fund, limit.symbol) for limit in found}) < len(found):
        limits.refuse("spending", "each asset of a fund once")
    return found


def _row(row: StrictMap) -> SpendingLimit:
    per_day, per_payee = (None if row.values[key] is None else row.amount(key) for key in ("per_day", "per_payee"))
    if per_day is None and per_payee is None:
        row.refuse("per_day", "base units as a decimal string, where per_payee is null")
    return SpendingLimit(row.text("fund"), row.text("symbol"), per_day, per_payee)


def read_mandate(fund: StrictMap, assets: tuple[Asset, ...]) -> Mandate:
    """Open the mandate of a fund that holds these assets; one that says nothing is left out."""
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
            row = OutflowLimit(limit.text("asset"), limit.amount("amount"), limit.integer("seconds", 1, _YEAR_SECONDS))
            if row.symbol not in symbols or not row.amount:
                limit.refuse("asset", "an asset of the fund, and more than 0 of it")
            limits.append(row)
    if not excluded and share is None and not limits:
        fund.refuse("mandate", "something that is forbidden, or no mandate")
    return Mandate(excluded, share, tuple(limits))
