"""What a payout's transaction is held against where the settings limit a day's payments: the whole queue of its Safe.

Decides which transactions count beside it: those that the Safe executed within the last 24 hours, and those that wait
and can be executed before it (their nonce comes first) or whenever somebody likes (an owner has signed them). What
waits behind it unsigned is judged when its own turn comes. How much that is, is decided by `treasury.outflow`.
"""

from __future__ import annotations

from collections.abc import Iterable

from chain.safe import SafeTx
from dao.record.case import Case, Queued, need
from dao.record.checks_limits import executed_within
from dao.workflow.desk import Desk
from governance.settings import FundSettings
from treasury.assets import asset_id
from treasury.fund import fund_state
from treasury.ledger import Entry, Ledger
from treasury.mandate import Outflow, Share, spent_since
from treasury.outflow import Spending, caps_of


def spending_beside(desk: Desk, case: Case, part: int, tx: SafeTx, alive: Iterable[Queued]) -> Spending | None:
    """The limits for a transaction and what counts beside it; None where the settings name none for its Safe. `alive`
    are the other payouts' transactions that can still be executed.
    """
    caps = caps_of(need(case.settings), tx.chain_id, tx.safe)
    if not caps:
        return None
    signed = {leaf.body["hash"] for leaf in desk.journal.leaves if leaf.kind == "confirmation"}
    waiting = tuple(other.tx for other in alive if other.tx.nonce < tx.nonce or other.hash in signed)
    executed = tuple(other.tx for other in executed_within(case, (case.proposal, part), tx, desk.now()))
    return Spending(caps=caps, executed=executed, waiting=waiting)


def shares_of(desk: Desk, fund: FundSettings) -> tuple[Share, ...]:
    """What the classes of liquidity in a fund's mandate allow, with what the fund holds by the books."""
    if not fund.mandate.liquidity:
        return ()
    ledger = Ledger(Entry.from_map(leaf.body) for leaf in desk.journal.leaves if leaf.kind == "entry")
    ids = {asset.symbol: asset_id(fund.chain_id, asset.address) for asset in fund.assets}
    return tuple(
        Share(ids[symbol], each.name, each.numerator, each.denominator, fund_state(ledger, fund.name, ids[symbol]).held)
        for each in fund.mandate.liquidity
        for symbol in each.symbols
    )


def outflows_of(desk: Desk, fund: FundSettings) -> tuple[Outflow, ...]:
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
