"""What a fund has, has promised and has paid, derived from the books alone.

Decides seven numbers per asset, whether new promises are covered, and which entries a fund's books can take: a promise
needs cover, a payment needs a promise, nothing is released that was not asked or promised. It does not decide that the
chain agrees with the books; that is reconciling.

    receivable  lies at the proxy, and is not the Safe's yet
    available = what the Safe holds, less what is committed
    asked       by votes that are open: shown, and blocks nobody
    refunded    came back of what was paid
    converted   was given for another asset, and below 0: was got for one; so available + committed + paid - refunded
                + converted is all that the Safe received
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from treasury.assets import Amounts, total
from treasury.booking import component
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
    """All that parts paid, whatever came back of it."""
    refunded: int = 0
    converted: int = 0

    @property
    def held(self) -> int:
        """What the Safe holds for the fund according to the books."""
        return self.available + self.committed


NOTHING = FundState()
NO_AMOUNTS: Amounts = MappingProxyType({})
_REFUNDS = "Expenses:Refunds:"


def fund_states(ledger: Ledger, fund: str) -> dict[str, FundState]:
    """The fund's state by asset id, for every asset that its entries ever moved."""
    return {asset: fund_state(ledger, fund, asset) for asset in ledger.assets(fund)}


def fund_state(ledger: Ledger, fund: str, asset: str) -> FundState:
    """The fund's state of one asset; zeros where the books do not know it."""

    def sum_of(prefix: str) -> int:
        return ledger.balance(prefix, asset, fund=fund)

    committed = -sum_of("Equity:Committed")
    return FundState(
        receivable=sum_of("Assets:Receivable"),
        available=sum_of("Assets:Safe") - committed,
        asked=-sum_of("Equity:Asked"),
        committed=committed,
        paid=sum_of("Expenses") - sum_of("Expenses:Rebate") - sum_of("Expenses:Refunds"),
        refunded=-sum_of("Expenses:Refunds"),
        converted=sum_of("Equity:Conversions"),
    )


def check_cover(fund: str, states: Mapping[str, FundState], amounts: Amounts) -> None:
    """Raise `FundError` (`E_BUDGET`) naming the first asset of which more is wanted than is available."""
    for asset, amount in amounts.items():
        available = states.get(asset, NOTHING).available
        if amount > available:
            raise FundError("E_BUDGET", fund=fund, asset=asset, asked=amount, available=available)


def check_entry(ledger: Ledger, entry: Entry, held: Amounts = NO_AMOUNTS) -> None:
    """Refuse an entry that the fund's books cannot take; `ledger` is the books before it, and `held` is what accounts
    of groups inside the fund keep from votes.

    What it commits must be available, and held by no group (`E_BUDGET`). Nothing may be paid or released that was not
    committed or asked (`E_BUDGET.not_promised`), come back of a part that had not paid as much (`E_BUDGET.not_paid`),
    or leave the Safe beyond what the books say is there (`E_BUDGET.overdrawn`), and every account is this fund's and
    this proposal's (`E_ENTRY.foreign`). A reversal may overdraw: the chain took the money back, and the books say so.
    """
    if entry.id in ledger or entry.rule == REVERSED:
        return
    name, promised = component(entry.fund), _promised(entry)
    states = {asset: fund_state(ledger, entry.fund, asset) for asset in promised}
    check_cover(
        entry.fund,
        {asset: state._replace(available=state.available - held.get(asset, 0)) for asset, state in states.items()},
        promised,
    )
    for account, asset, amount in entry.postings:
        if not _is_own(account, name, entry.iip):
            raise FundError("E_ENTRY", "foreign", entry=entry.id, found=account)
        before = ledger.balance(account, asset, fund=entry.fund)
        if account.startswith(("Equity:Asked:", "Equity:Committed:")) and before + amount > 0:
            raise FundError("E_BUDGET", "not_promised", entry=entry.id, asset=asset, asked=amount, available=-before)
        paid = ledger.balance(_paid_account(account), asset, fund=entry.fund)
        if account.startswith(_REFUNDS) and paid + before + amount < 0:
            raise FundError("E_BUDGET", "not_paid", entry=entry.id, asset=asset, asked=-amount, available=paid + before)
        if account.startswith("Expenses:IIP-"):
            kept = before + ledger.balance(_refund_account(account, name), asset, fund=entry.fund)
            if kept + amount < 0:
                raise FundError("E_BUDGET", "not_paid", entry=entry.id, asset=asset, asked=-amount, available=kept)
        if account.startswith("Assets:Safe:") and before + amount < 0:
            raise FundError("E_BUDGET", "overdrawn", entry=entry.id, asset=asset, asked=-amount, available=before)


def _paid_account(account: str) -> str:
    """The account of the payment whose refunds an account holds; any other stays what it is."""
    parts = account.split(":", 3)
    return f"Expenses:{parts[3]}" if account.startswith(_REFUNDS) and len(parts) > 3 else account


def _refund_account(account: str, name: str) -> str:
    """The other way round: the account of the refunds of a payment."""
    return f"{_REFUNDS}{name}:{account.removeprefix('Expenses:')}"


def replay(entries: Iterable[Entry]) -> Ledger:
    """Post entries one after the other, each checked by `check_entry` against the books before it."""
    ledger = Ledger()
    for entry in entries:
        check_entry(ledger, entry)
        ledger.post(entry)
    return ledger


def _promised(entry: Entry) -> dict[str, int]:
    return total(
        {p.asset: -p.amount} for p in entry.postings if p.account.startswith("Equity:Committed:") and p.amount < 0
    )


def _is_own(account: str, name: str, iip: int) -> bool:
    _, middle, *rest = account.split(":")
    if middle == f"IIP-{iip}" and iip:
        return True
    return rest[:1] == [name] and (len(rest) == 1 or (iip > 0 and rest[1] == f"IIP-{iip}"))
