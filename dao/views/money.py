"""Money as people read it: amounts in whole units with their symbols, and a fund's open asks.

Decides how an asset is called: by the symbol and decimals of the settings in force, or by its id, in base units, where
the settings do not know it. What the fund has is decided by `treasury.fund`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from chain.amount import spell
from dao.record.checks_group import group_story
from dao.store.journal import Journal
from governance.space import Settings
from treasury.assets import asset_id
from treasury.booking import component
from treasury.fund import replay
from treasury.ledger import Entry, Ledger


class AssetLabel(NamedTuple):
    """How an asset is shown."""

    symbol: str
    decimals: int


class Ask(NamedTuple):
    """What an open vote asks of a fund."""

    iip: str
    """The account's component, `IIP-12`."""
    asset: str
    amount: int


class Books(NamedTuple):
    """The books of a journal: its entries with their leaves' places and times, and the checked ledger they make."""

    rows: tuple[tuple[int, int, Entry], ...]
    """Leaf index, leaf time, entry."""
    ledger: Ledger


def books_of(journal: Journal) -> Books:
    """Read every entry and post it, each checked against the books before it."""
    rows = tuple(
        (index, leaf.time, Entry.from_map(leaf.body))
        for index, leaf in enumerate(journal.leaves)
        if leaf.kind == "entry"
    )
    return Books(rows, replay(entry for _, _, entry in rows))


def held_by_groups(journal: Journal, fund: str) -> dict[str, int]:
    """What the accounts of groups inside a fund keep from votes now, by asset id."""
    return group_story(journal.leaves, journal.get).held_before(len(journal), fund)


def labels_of(settings: Settings) -> dict[str, AssetLabel]:
    """Symbols and decimals by asset id, for every asset of every fund."""
    return {
        asset_id(fund.chain_id, asset.address): AssetLabel(asset.symbol, asset.decimals)
        for fund in settings.funds
        for asset in fund.assets
    }


def told(amount: int, asset: str, labels: Mapping[str, AssetLabel]) -> tuple[str, str]:
    """The amount and the name of an asset, as a person reads them."""
    label = labels.get(asset, AssetLabel(asset, 0))
    return spell(amount, label.decimals), label.symbol


def asks_of(ledger: Ledger, fund: str) -> list[Ask]:
    """What open votes ask of a fund, as the memorandum accounts say."""
    return [
        Ask(row.account.rpartition(":")[2], row.asset, -row.amount)
        for row in ledger.balances(f"Equity:Asked:{component(fund)}", fund=fund)
    ]
