"""Funds as settings name them: their Safe, their assets and sources, and the mandate and committee that one may have.

Decides their form. That a fund's Safe and chain are named, and that no Safe holds two funds, is decided with the other
rules in `governance.settings_text`.
"""

from __future__ import annotations

from governance.committee import read_committee
from governance.fund_mandate import read_mandate
from governance.settings import Asset, FundSettings, Mandate, Source
from governance.strict_map import StrictMap

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
        mandate=read_mandate(opened, assets) if "mandate" in opened.values else Mandate(),
        committee=read_committee(opened, assets) if "committee" in opened.values else None,
    )
