"""The limits of a space, read from its settings: how long a proposal may be, and what may be paid in a day.

Decides their form, and that each row of the optional list `limits.spending` is about an asset that its fund holds,
once. What a transaction pays, and what is counted beside it, is decided by `treasury.outflow`.
"""

from __future__ import annotations

from collections.abc import Sequence

from governance.settings import FundSettings, Limits, SpendingLimit
from governance.strict_map import StrictMap

_ROWS_MAX = 100


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
