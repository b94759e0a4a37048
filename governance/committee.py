"""A committee that decides about one fund: who may grant, how many must agree, and within which limits.

Decides how a committee is spelled in the settings, and which rules a proposal that asks its fund has in place of the
space's: one vote for each member and none for anybody else, so many of them in favour and more than against, and only a
member asks. What a grant may hold, and what was granted before, is for `treasury.grants`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chain.address import checksum
from governance.settings import (
    Asset,
    Committee,
    FundSettings,
    GrantLimit,
    Quorum,
    Settings,
    StrategySettings,
    Threshold,
)
from governance.strategies import whitelist
from governance.strategies.strategy import UNIT
from governance.strict_map import StrictMap

_MANDATE = r"[^\x00-\x1f\x7f]{1,1000}"


def read_committee(fund: StrictMap, assets: Sequence[Asset]) -> Committee:
    """Read the committee of an opened fund that has these assets; refuse limits that say nothing or contradict."""
    opened = fund.open("committee", "limits mandate members required")
    limits = []
    for each in opened.open_each("limits", "grant symbol year"):
        limit = GrantLimit(each.text("symbol"), each.amount("grant"), each.amount("year"))
        if limit.symbol not in [asset.symbol for asset in assets]:
            each.refuse("symbol", "an asset of the fund")
        if not 0 < limit.grant <= limit.year:
            each.refuse("grant", "more than nothing and at most the year's limit")
        limits.append(limit)
    if not limits or len({limit.symbol for limit in limits}) < len(limits):
        opened.refuse("limits", "at least one asset of the fund, each once")
    return Committee(
        members=opened.address_list("members"),
        required=opened.integer("required", 1, 1000),
        mandate=opened.text("mandate", _MANDATE),
        limits=tuple(limits),
    )


def ruling(settings: Settings, fund: FundSettings | None) -> Settings:
    """Return the settings as they decide about a fund: by its committee's rules, where it has one.

    The text and with it the name of the settings stay what was signed.
    """
    if fund is None or fund.committee is None:
        return settings
    committee = fund.committee
    members = StrategySettings(
        chain_id=fund.chain_id,
        name=whitelist.NAME,
        version=whitelist.VERSION,
        params={"addresses": [checksum(member) for member in committee.members]},
        proof=None,
    )
    return replace(
        settings,
        strategies=(members,),
        quorum=Quorum("for", committee.required * UNIT),
        threshold=Threshold(1, 2),
        proposers=committee.members,
    )
