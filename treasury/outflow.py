"""What a Safe's transactions pay to whom, and the limits that a day's payments stay under.

Decides what counts as a payment: coins that a call carries, ERC-20 transfers, `transferFrom`s out of the Safe itself,
and allowances, which count as paid when they are given. What a contract does with a call besides is not known here, and
counts as nothing. Decides, for each limit, whether a transaction goes above it together with the others of its window.
Which transactions those are (everything executed within the window, and everything that waits and can still be
executed within it) is for whoever holds the journal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from chain import amount as amounts
from chain.finding import Finding
from chain.safe import DELEGATECALL, InnerCall, SafeTx
from governance.settings import Settings
from proposals.privileged import privileged
from treasury.assets import asset_id, erc20, native
from treasury.binding import paying
from treasury.review_calls import unfold
from treasury.review_powers import TRANSFER_FROM, allowance_of, is_own_move, move_of

WINDOW_SECONDS = 86_400
"""A day, wherever it begins: what left the Safe less than this long ago counts."""


class Outflow(NamedTuple):
    """One payment out of a Safe."""

    asset: str
    payee: bytes
    amount: int
    """Base units."""


class SpendingCap(NamedTuple):
    """The most of one asset that may leave a Safe within the window. Base units; None where there is no limit."""

    asset: str
    """Its id (`treasury.assets`)."""
    symbol: str
    decimals: int
    per_day: int | None
    """To everybody together."""
    per_payee: int | None
    """To any one payee."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """The limits of a Safe, and what they are held against beside the transaction itself."""

    caps: tuple[SpendingCap, ...]
    executed: tuple[SafeTx, ...] = ()
    """Transactions that the Safe executed within the window."""
    waiting: tuple[SafeTx, ...] = ()
    """Transactions that can be executed before this one, or whenever their signers like."""


def outflows(tx: SafeTx) -> tuple[Outflow, ...]:
    """List what a transaction pays, in the order of its calls."""
    calls = (placed.call for placed in unfold(tx).calls if not placed.is_batch)
    return tuple(paid for call in calls for paid in _of_call(call, tx.chain_id, tx.safe))


def caps_of(settings: Settings, chain_id: int, safe: bytes) -> tuple[SpendingCap, ...]:
    """The limits that settings name for one Safe."""
    funds = [fund for fund in settings.funds if (fund.chain_id, fund.safe) == (chain_id, safe)]
    return tuple(
        SpendingCap(asset_id(chain_id, asset.address), asset.symbol, asset.decimals, limit.per_day, limit.per_payee)
        for fund in funds
        for asset in fund.assets
        for limit in settings.limits.spending
        if (limit.fund, limit.symbol) == (fund.name, asset.symbol)
    )


def over_the_limits(tx: SafeTx, spending: Spending) -> Iterator[Finding]:
    """E_OUTFLOW_CAP for each limit that `tx` goes above; else W_OUTFLOW, an info, with the figures (H92)."""
    mine = outflows(tx)
    executed, waiting = (
        [paid for other in others for paid in outflows(other)] for others in (spending.executed, spending.waiting)
    )
    for cap in spending.caps:
        asked = _sum(mine, cap.asset)
        if not asked:
            continue
        if cap.per_day is not None:
            figures = (asked, _sum(executed, cap.asset), _sum(waiting, cap.asset))
            yield _judged("day", cap, cap.per_day, figures, {})
        if cap.per_payee is not None:
            for payee in dict.fromkeys(paid.payee for paid in mine if paid.asset == cap.asset and paid.amount):
                figures = (
                    _sum(mine, cap.asset, payee), _sum(executed, cap.asset, payee), _sum(waiting, cap.asset, payee)
                )  # fmt: skip
                yield _judged("payee", cap, cap.per_payee, figures, {"payee": payee})


def _judged(
    reason: str, cap: SpendingCap, limit: int, figures: tuple[int, int, int], more: dict[str, object]
) -> Finding:
    spelled = [amounts.spell(units, cap.decimals) for units in (*figures, limit)]
    facts = dict(zip(("asked", "executed", "waiting", "limit"), spelled, strict=True))
    told: dict[str, object] = {**facts, "symbol": cap.symbol, **more}
    if sum(figures) > limit:
        return Finding(code="E_OUTFLOW_CAP", reason=reason, place="transaction", facts=told)
    return Finding(code="W_OUTFLOW", level="info", reason=reason, place="transaction", facts=told)


def _sum(paid: Iterable[Outflow], asset: str, payee: bytes | None = None) -> int:
    return sum(each.amount for each in paid if each.asset == asset and payee in (None, each.payee))


def _of_call(call: InnerCall, chain_id: int, safe: bytes) -> Sequence[Outflow]:
    """Of a delegatecall nothing is known; the review refuses all but batches, which were opened."""
    if call.operation == DELEGATECALL:
        return ()
    found = [] if call.to == safe else [Outflow(native(chain_id), call.to, call.value)]
    payment, allowance = paying(call, chain_id), allowance_of(call.data)
    if payment is not None and call.data:
        found.append(Outflow(payment.asset, payment.payee, payment.amount))
    elif allowance is not None:
        found.append(Outflow(erc20(chain_id, call.to), *allowance))
    elif is_own_move(call, safe):
        known, move = privileged(call.data), move_of(call.data)
        if move is not None and move.amount is not None and known is not None and known.signature == TRANSFER_FROM:
            found.append(Outflow(erc20(chain_id, call.to), move.payee, move.amount))
    return [paid for paid in found if paid.amount]
