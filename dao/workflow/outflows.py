"""The limits of a fund's mandate beside what the journal's entries say was paid within their time."""

from __future__ import annotations

from dao.workflow.desk import Desk
from governance.settings import FundSettings
from treasury.assets import asset_id
from treasury.ledger import Entry
from treasury.mandate import Outflow, spent_since


def outflows(desk: Desk, fund: FundSettings) -> tuple[Outflow, ...]:
    """The limits of a fund's mandate, with what was paid within their time."""
    if not fund.mandate.limits:
        return ()
    entries = [(leaf.time, Entry.from_map(leaf.body)) for leaf in desk.journal.leaves if leaf.kind == "entry"]
    ids = {asset.symbol: asset_id(fund.chain_id, asset.address) for asset in fund.assets}
    return tuple(
        Outflow(asset, limit.amount, limit.seconds, spent_since(entries, fund.name, asset, desk.now() - limit.seconds))
        for limit in fund.mandate.limits
        for asset in (ids[limit.symbol],)
    )
