"""What a fund has, has promised and has paid, derived from the books alone.

Decides five numbers per asset, whether new promises are covered, and which entries a fund's books can take: a promise
needs cover, a payment needs a promise, nothing is released that was not asked or promised. It does not decide that the
chain agrees with the books; that is reconciling.

    receivable  lies at the proxy, and is not the Safe's yet
    available = what the Safe holds, less what is committed
    asked       by votes that are open: shown, and blocks nobody
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from treasury.assets import Amounts
from treasury.booking import COMMITTED, component
from treasury.errors import TreasuryError
from treasury.ledger import REVERSED, Entry, Ledger


class FundError(TreasuryError):
    """A promise or payment that the fund does not cover (`E_BUDGET`), or an entry its books cannot take (`E_ENTRY`)."""


class FundState(NamedTuple):
    """One asset of one fund, in base units."""

    receivable: int = 0
    available: int = 0
    asked: int = 0
    committed: int = 0
    paid: int = 0

    @property
    def held(self) -> int:
        """What the Safe holds for the fund according to the books."""
        return self.available + self.committed


NOTHING = FundState()

_COLUMNS = {
    "Assets:Receivable": "receivable",
    "Assets:Safe": "safe",
    "Equity:Asked": "asked",
    "Equity:Committed": "committed",
}


def fund_states(ledger: Ledger, fund: str) -> dict[str, FundState]:
    """The fund's state by asset id, for every asset of which some account is not at zero."""
    sums: dict[str, dict[str, int]] = {}
    for _, account, asset, amount in ledger.balances(fund=fund):
        column = _column(account)
        if column:
            row = sums.setdefault(asset, {})
            row[column] = row.get(column, 0) + amount
    return {asset: _state(row) for asset, row in sums.items()}


def fund_state(ledger: Ledger, fund: str, asset: str) -> FundState:
    """The fund's state of one asset; zeros where the books do not know it."""
    return fund_states(ledger, fund).get(asset, NOTHING)


def check_cover(fund: str, states: Mapping[str, FundState], amounts: Amounts) -> None:
    """Raise `FundError` (`E_BUDGET`) naming the first asset of which more is wanted than is available."""
    for asset, amount in amounts.items():
        available = states.get(asset, NOTHING).available
        if amount > available:
            raise FundError("E_BUDGET", fund=fund, asset=asset, asked=amount, available=available)


def check_entry(ledger: Ledger, entry: Entry) -> None:
    """Refuse an entry that the fund's books cannot take; `ledger` is the books before it.

    A commitment needs that much available (`E_BUDGET`). Nothing may be paid or released that was not committed or asked
    (`E_BUDGET.not_promised`), or leave the Safe beyond what the books say is there (`E_BUDGET.overdrawn`), and every
    account is this fund's and this proposal's (`E_ENTRY.foreign`). A reversal may overdraw: the chain took the money
    back, and the books say so.
    """
    if entry.id in ledger or entry.rule == REVERSED:
        return
    name = component(entry.fund)
    if entry.rule == COMMITTED:
        check_cover(entry.fund, fund_states(ledger, entry.fund), _promised(entry))
    held = {(row.account, row.asset): row.amount for row in ledger.balances(fund=entry.fund)}
    for account, asset, amount in entry.postings:
        if not _is_own(account, name, entry.iip):
            raise FundError("E_ENTRY", "foreign", entry=entry.id, found=account)
        before = held.get((account, asset), 0)
        if account.startswith(("Equity:Asked:", "Equity:Committed:")) and before + amount > 0:
            raise FundError("E_BUDGET", "not_promised", entry=entry.id, asset=asset, asked=amount, available=-before)
        if account.startswith("Assets:Safe:") and before + amount < 0:
            raise FundError("E_BUDGET", "overdrawn", entry=entry.id, asset=asset, asked=-amount, available=before)


def replay(entries: Iterable[Entry]) -> Ledger:
    """Post entries one after the other, each checked by `check_entry` against the books before it."""
    ledger = Ledger()
    for entry in entries:
        check_entry(ledger, entry)
        ledger.post(entry)
    return ledger


def _promised(entry: Entry) -> dict[str, int]:
    return {p.asset: -p.amount for p in entry.postings if p.account.startswith("Equity:Committed:")}


def _is_own(account: str, name: str, iip: int) -> bool:
    _, middle, *rest = account.split(":")
    if middle == f"IIP-{iip}" and iip:
        return True
    return rest[:1] == [name] and (len(rest) == 1 or (iip > 0 and rest[1] == f"IIP-{iip}"))


def _column(account: str) -> str:
    root, middle, *_ = account.split(":")
    if root == "Expenses":
        return "" if middle == "Rebate" else "paid"
    return _COLUMNS.get(f"{root}:{middle}", "")


def _state(row: Mapping[str, int]) -> FundState:
    committed = -row.get("committed", 0)
    return FundState(
        receivable=row.get("receivable", 0),
        available=row.get("safe", 0) - committed,
        asked=-row.get("asked", 0),
        committed=committed,
        paid=row.get("paid", 0),
    )
