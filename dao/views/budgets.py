"""The budgets that were voted on, row by row, out of the documents that proposals name.

Decides that the document is the one whose CID the proposal signed, and that a row's asset is found by its symbol in the
fund of the settings in force. What a row's kind is, and what was paid of it, is decided by `treasury.budgets`.
"""

from __future__ import annotations

from chain.amount import parse
from chain.cid import CID
from chain.errors import CodedError
from dao.store.journal import Journal
from governance.commitment import read_commitment
from governance.messages import read_envelope
from governance.space import Settings
from proposals.document import parse_document
from treasury.assets import asset_id
from treasury.budgets import Planned, kind_of


def planned_of(journal: Journal, settings: Settings) -> list[Planned]:
    """Every row of every published proposal's budget that asks for an asset of its fund."""
    found: list[Planned] = []
    for leaf in journal.leaves:
        if leaf.kind != "proposal":
            continue
        envelope = leaf.body["envelope"]
        assert isinstance(envelope, CID), "the leaf's schema says so"
        commitment = read_commitment(read_envelope(journal.get(envelope)).message.get("plugins"))
        fund = None if commitment.fund is None else settings.fund(commitment.fund)
        if fund is None:
            continue
        assets = {asset.symbol: asset for asset in fund.assets}
        for row in parse_document(journal.get(commitment.document)).budget:
            for amount, symbol in row.asks:
                asset = assets.get(symbol)
                if asset is not None:
                    name = asset_id(fund.chain_id, asset.address)
                    units = _units(amount, asset.decimals)
                    found.append(Planned(commitment.iip, row.part, kind_of(row.purpose), name, units))
    return found


def _units(amount: str, decimals: int) -> int:
    try:
        return parse(amount, decimals)
    except CodedError:  # settings have changed the decimals since; the row then counts as `Other`
        return 0
