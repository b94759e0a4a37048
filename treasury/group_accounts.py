"""Accounts of working groups inside a fund: what each may use, and what every step of one does to it.

Decides, over `treasury.group_machine`, who may take a step (a member asks; somebody else of the confirmers says yes or
no), and what must hold of the money before it is confirmed:

    recharge  a donation that stands in the fund's books, promised to nobody, that no account has claimed before;
              `business` is its entry
    transfer  no more than the balance, `to NAME` of another active group of the same fund, or `repay` of own credit
    credit    within the group's limit, and out of what the fund has available beyond all groups' balances
    withdraw  the whole balance, credit repaid; confirmed with the entry of the payment that a vote released

A step books one balanced entry, or none. The entries are derived from the steps whenever the books are looked at, on
accounts of their own, and are no leaves. What the accounts hold is not available to votes (`held`), but for an account
whose withdrawal was asked for: a vote is what pays it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from governance.group_steps import GroupStep
from governance.settings import GroupSettings
from treasury.assets import parse_asset
from treasury.booking import DONATION, PAID, component
from treasury.errors import TreasuryError
from treasury.fund import fund_state
from treasury.group_machine import CONFIRMS, GROUP, REQUESTS
from treasury.ledger import Entry, Ledger, Posting

RULE = "group/1"

_INACTIVE = frozenset({"S0", "S1", "S6"})
_TO = re.compile(r"to ([a-z][a-z0-9-]{0,31})\Z", re.ASCII)


class GroupError(TreasuryError):
    """A step that a group's account cannot take (`E_GROUP`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One group's account after some steps."""

    state: str = GROUP.initial
    steps: int = 0
    pending: GroupStep | None = None
    """The request that waits; None in S0, S5 and S6."""
    balance: Mapping[str, int] = field(default_factory=dict)
    """Base units by asset id."""
    credit: Mapping[str, int] = field(default_factory=dict)
    """What of it was drawn and is not repaid."""
    time: int = 0
    """Signed time of the newest step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """All accounts of a space, and which entries of the books they have claimed."""

    accounts: Mapping[str, Account] = field(default_factory=dict)
    claimed: frozenset[str] = frozenset()
    """As facts: what a block that left the chain had brought is the same money when another block brings it."""

    def account(self, name: str) -> Account:
        """A group's account; one without steps is in S0."""
        return self.accounts.get(name, Account())


def take(
    groups: Groups, step: GroupStep, settings: Iterable[GroupSettings], ledger: Ledger, source: int
) -> tuple[Groups, Entry | None]:
    """Take one step: the accounts after it, and what it books. `ledger` holds the journal's entries before it, `source`
    is its leaf. Raises `GroupError` (`E_GROUP`), or `StateError` (`E_STATE`) for a blank cell.
    """
    known = {one.name: one for one in settings}
    group = known.get(step.group)
    if group is None:
        raise GroupError("E_GROUP", "unknown", group=step.group, known=sorted(known))
    parse_asset(step.asset)
    account = groups.account(step.group)
    if (step.state, step.number) != (account.state, account.steps + 1):
        raise GroupError(
            "E_GROUP", "place", group=step.group, state=account.state, number=account.steps + 1, found=step.number
        )
    state = GROUP.step(account.state, step.input)
    if step.timestamp < account.time:
        raise GroupError("E_GROUP", "time", group=step.group, time=step.timestamp, last=account.time)
    after = replace(account, state=state, steps=step.number, time=step.timestamp)
    if step.input in REQUESTS:
        _check_member(group, step)
        _check_request(groups, group, step, known, ledger)
        return _put(groups, step.group, replace(after, pending=step)), None
    _check_confirmer(group, step, account)
    after = replace(after, pending=None)
    if step.input not in CONFIRMS:
        return _put(groups, step.group, after), None
    assert account.pending is not None, "the machine confirms only what was asked"
    _check_request(groups, group, account.pending, known, ledger)
    return _confirmed(_put(groups, step.group, after), group, account.pending, step, ledger=ledger, source=source)


def _put(groups: Groups, name: str, account: Account) -> Groups:
    return replace(groups, accounts={**groups.accounts, name: account})


def _check_member(group: GroupSettings, step: GroupStep) -> None:
    if step.address not in group.members:
        raise GroupError("E_GROUP", "member", group=group.name, signer=step.address)


def _check_confirmer(group: GroupSettings, step: GroupStep, account: Account) -> None:
    if step.address not in group.confirmers:
        raise GroupError("E_GROUP", "confirmer", group=group.name, signer=step.address)
    asked = account.pending
    assert asked is not None, "whatever can be confirmed or rejected was asked for"
    if asked.address == step.address:
        raise GroupError("E_GROUP", "own", group=group.name, signer=step.address)
    if asked.transaction != step.transaction:
        raise GroupError("E_GROUP", "other", group=group.name, asked=asked.transaction, found=step.transaction)


def _check_request(
    groups: Groups, group: GroupSettings, step: GroupStep, known: Mapping[str, GroupSettings], ledger: Ledger
) -> None:
    """What must hold when it is asked, and again when it is confirmed."""
    account = groups.account(group.name)
    balance, credit = account.balance.get(step.asset, 0), account.credit.get(step.asset, 0)
    if step.input == "E01":
        _claimed(groups, group, step, step.business, rule=DONATION, ledger=ledger)
        _check_free(groups, group, step, known, ledger)
    elif step.input == "E04":
        if step.amount > (min(balance, credit) if step.business == "repay" else balance):
            raise GroupError("E_GROUP", "balance", group=group.name, amount=step.amount, balance=balance, credit=credit)
        if step.business != "repay":
            _check_receiver(groups, group, step, known)
    elif step.input == "E07":
        token = parse_asset(step.asset).token
        limit = next((line.limit for line in group.credit if line.address == token), 0)
        if step.amount + credit > limit:
            raise GroupError("E_GROUP", "limit", group=group.name, amount=step.amount, credit=credit, limit=limit)
        _check_free(groups, group, step, known, ledger)
    elif step.amount != balance or any(account.credit.values()) or set(account.balance) - {step.asset}:
        raise GroupError("E_GROUP", "left", group=group.name, amount=step.amount, balance=balance, credit=credit)


def _check_receiver(groups: Groups, group: GroupSettings, step: GroupStep, known: Mapping[str, GroupSettings]) -> None:
    match = _TO.match(step.business)
    receiver = known.get(match[1]) if match is not None else None
    if receiver is None or receiver.name == group.name or receiver.fund != group.fund:
        raise GroupError("E_GROUP", "receiver", group=group.name, found=step.business)
    if groups.account(receiver.name).state in _INACTIVE:
        raise GroupError("E_GROUP", "inactive", group=receiver.name, state=groups.account(receiver.name).state)


def held(groups: Groups, settings: Iterable[GroupSettings]) -> dict[tuple[str, str], int]:
    """What the accounts keep from votes, by fund and asset: all they may use, but for a withdrawal that waits."""
    sums: dict[tuple[str, str], int] = {}
    for one in settings:
        account = groups.account(one.name)
        for asset, amount in account.balance.items() if account.state != "S4" else ():
            sums[one.fund, asset] = sums.get((one.fund, asset), 0) + amount
    return sums


def _check_free(
    groups: Groups, group: GroupSettings, step: GroupStep, known: Mapping[str, GroupSettings], ledger: Ledger
) -> None:
    """An account gets only what no vote was promised and no account may use."""
    free = fund_state(ledger, group.fund, step.asset).available - _owed(groups, group.fund, step.asset, known)
    if step.amount > free:
        raise GroupError("E_GROUP", "available", fund=group.fund, amount=step.amount, available=free)


def _owed(groups: Groups, fund: str, asset: str, known: Mapping[str, GroupSettings]) -> int:
    """What all groups of a fund may use of an asset."""
    return sum(
        account.balance.get(asset, 0)
        for name, account in groups.accounts.items()
        if name in known and known[name].fund == fund
    )


def _claimed(
    groups: Groups, group: GroupSettings, asked: GroupStep, entry_id: str, *, rule: str, ledger: Ledger
) -> Entry:
    """The entry of this rule that stands in the fund's books, moved exactly this, and is claimed by no account."""
    asset, amount = asked.asset, asked.amount
    entry = next((one for one in ledger if one.id == entry_id), None)
    if entry is None or entry.rule != rule or entry.fund != group.fund or not ledger.stands(entry_id):
        raise GroupError("E_GROUP", "no_entry", entry=entry_id, rule=rule, fund=group.fund)
    moved = sum(p.amount for p in entry.postings if p.account.startswith("Assets:Safe:") and p.asset == asset)
    if abs(moved) != amount:
        raise GroupError("E_GROUP", "entry_amount", entry=entry_id, amount=amount, found=abs(moved))
    if entry.fact in groups.claimed:
        raise GroupError("E_GROUP", "claimed", entry=entry_id)
    return entry


def _confirmed(
    groups: Groups, group: GroupSettings, asked: GroupStep, step: GroupStep, *, ledger: Ledger, source: int
) -> tuple[Groups, Entry]:
    fund, own = component(group.fund), f"Liabilities:Groups:{component(group.fund)}:{component(group.name)}"
    drawn = f"Assets:Credit:{fund}:{component(group.name)}"
    moves, iip = {own: -asked.amount}, 0
    if asked.input == "E01":
        given = _claimed(groups, group, asked, asked.business, rule=DONATION, ledger=ledger)
        moves[f"Income:Donations:{fund}"] = asked.amount
        groups = replace(groups, claimed=groups.claimed | {given.fact})
        groups = _add(groups, group.name, asked.asset, asked.amount, 0)
    elif asked.input == "E07":
        moves[drawn] = asked.amount
        groups = _add(groups, group.name, asked.asset, asked.amount, asked.amount)
    elif asked.input == "E04" and asked.business == "repay":
        moves = {own: asked.amount, drawn: -asked.amount}
        groups = _add(groups, group.name, asked.asset, -asked.amount, -asked.amount)
    elif asked.input == "E04":
        receiver = asked.business.removeprefix("to ")
        moves = {own: asked.amount, f"Liabilities:Groups:{fund}:{component(receiver)}": -asked.amount}
        groups = _add(groups, group.name, asked.asset, -asked.amount, 0)
        groups = _add(groups, receiver, asked.asset, asked.amount, 0)
    else:
        paid = _claimed(groups, group, asked, step.business, rule=PAID, ledger=ledger)
        spent = next(p.account for p in paid.postings if p.account.startswith("Expenses:") and p.asset == asked.asset)
        moves, iip = {own: asked.amount, spent: -asked.amount}, paid.iip
        groups = replace(groups, claimed=groups.claimed | {paid.fact})
        groups = _add(groups, group.name, asked.asset, -asked.amount, 0)
    postings = tuple(Posting(account, asked.asset, amount) for account, amount in moves.items())
    entry_id = f"{RULE}:{group.name}/{step.number}"
    return groups, Entry(id=entry_id, source=source, rule=RULE, fund=group.fund, iip=iip, postings=postings)


def _add(groups: Groups, name: str, asset: str, amount: int, credit: int) -> Groups:
    account = groups.account(name)
    balance = {**account.balance, asset: account.balance.get(asset, 0) + amount}
    drawn = {**account.credit, asset: account.credit.get(asset, 0) + credit}
    kept = replace(
        account,
        balance={key: value for key, value in balance.items() if value},
        credit={key: value for key, value in drawn.items() if value},
    )
    return _put(groups, name, kept)
