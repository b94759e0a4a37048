"""The demo's view of the books: what the fund has, and what every account holds."""

from __future__ import annotations

from chain.amount import spell
from chain.networks import DEVNET_CHAIN_ID
from dao.cli.start.demo import cast
from dao.cli.start.demo.world import World
from dao.cli.text import label
from dao.workflow.desk import Desk
from treasury.assets import erc20, native
from treasury.fund import NOTHING, FundState, fund_states
from treasury.ledger import Entry, Ledger


def ledger_of(desk: Desk) -> Ledger:
    """The books as the journal's entries make them."""
    return Ledger(Entry.from_map(leaf.body) for leaf in desk.journal.leaves if leaf.kind == "entry")


def names(there: World) -> dict[str, str]:
    """Symbols by asset id."""
    return {native(DEVNET_CHAIN_ID): "ETH", erc20(DEVNET_CHAIN_ID, there.token): "MUT"}


def fund_rows(desk: Desk, there: World) -> list[tuple[str, ...]]:
    """The fund's state, a row an asset."""
    states = fund_states(ledger_of(desk), cast.FUND)
    head = ("", *map(label, FundState._fields[:5]))  # nothing is refunded or converted here
    rows = [
        (symbol, *(spell(amount, 18) for amount in states.get(asset, NOTHING)[:5]))
        for asset, symbol in names(there).items()
    ]
    return [head, *rows]


def account_rows(desk: Desk, there: World) -> list[tuple[str, ...]]:
    """Every account that is not at zero, debits positive, with the sums below."""
    symbols = names(there)
    balances = ledger_of(desk).balances()
    rows = [(row.account, spell(row.amount, 18), symbols[row.asset]) for row in balances]
    sums = [
        (label("sum"), spell(sum(row.amount for row in balances if row.asset == asset), 18), symbol)
        for asset, symbol in symbols.items()
    ]
    return [*rows, *sums]
