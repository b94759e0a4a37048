"""Funds as settings name them: their Safe, their assets and sources, and the mandate that one may have.

Decides their form. That a fund's Safe and chain are named, and that no Safe holds two funds, is decided with the other
rules in `governance.settings_text`.
"""

from __future__ import annotations

from governance.settings import Asset, FundSettings, Mandate, OutflowLimit, Source
from governance.strict_map import StrictMap

YEAR = 31_536_000
FUND_KEYS = "assets chain_id name safe sources"

_KIND = r"[a-z0-9][a-z0-9_-]{0,31}"
_NAME = r"[a-z][a-z0-9-]{0,31}"
"""The books make an account's component of it, one to one, so it has no underscore (`treasury.booking`)."""


def read_fund(opened: StrictMap) -> FundSettings:
    """Read one map of `funds`."""
    assets = tuple(
        Asset(a.optional_address("address"), a.integer("decimals", 0, 77), a.text("symbol", r"[A-Za-z0-9.$_-]{1,32}"))
        for a in opened.open_each("assets", "address decimals symbol")
    )
    sources = tuple(
        Source(s.address("address"), s.text("kind", _KIND)) for s in opened.open_each("sources", "address kind")
    )
    if not assets or len({a.symbol for a in assets}) < len(assets) or len({a.address for a in assets}) < len(assets):
        opened.refuse("assets", "at least one asset, each address and symbol once")
    return FundSettings(
        name=opened.text("name", _NAME),
        chain_id=opened.integer("chain_id", 1, 2**53 - 1),
        safe=opened.address("safe"),
        assets=assets,
        sources=sources,
        mandate=_mandate(opened, assets) if "mandate" in opened.values else Mandate(),
    )


def _mandate(fund: StrictMap, assets: tuple[Asset, ...]) -> Mandate:
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
            row = OutflowLimit(limit.text("asset"), limit.amount("amount"), limit.integer("seconds", 1, YEAR))
            if row.symbol not in symbols or not row.amount:
                limit.refuse("asset", "an asset of the fund, and more than 0 of it")
            limits.append(row)
    if not excluded and share is None and not limits:
        fund.refuse("mandate", "something that is forbidden, or no mandate")
    return Mandate(excluded, share, tuple(limits))
