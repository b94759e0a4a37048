"""`dao fund refund`: money of a paid part that came back to the Safe becomes a refund in the books, not a gift.

Decides which log of the transaction is meant, and how a reward for whoever brought it back is told: as a payment that a
following proposal can ask for, out of what came back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from chain import address
from chain.address import with_chain
from chain.amount import spell
from dao.cli import steps
from dao.cli.answer import Answer
from dao.cli.options import Dir, PassphraseFile
from dao.errors import UsageError
from dao.record.case import need
from dao.session import Session
from dao.workflow import income
from dao.workflow.income import Found
from dao.workflow.proposing import settings_in_force
from governance.settings import Asset, FundSettings
from treasury.payouts import PayoutId
from treasury.recovery import bounty

EXAMPLES = (
    "dao fund refund IIP-1/2 0x…",
    "dao fund refund IIP-1/2 0x… --log 3 --bounty 1/20 --bounty-to 0x… --json",
)

_HASH = re.compile(r"0x[0-9a-f]{64}\Z", re.ASCII)
_SHARE = re.compile(r"([1-9][0-9]{0,8})/([1-9][0-9]{0,8})\Z", re.ASCII)


def command(
    part: Annotated[str, typer.Argument(help="The part that had paid, as IIP-1/2.", metavar="PART")],
    transaction: Annotated[str, typer.Argument(help="Hash of the transaction that brought it.", metavar="TX")],
    *,
    log: Annotated[
        int | None,
        typer.Option("--log", help="Place of the log in its receipt; its only one may be left out.", min=0),
    ] = None,
    share: Annotated[
        str, typer.Option("--bounty", help="Share of it for whoever brought it back, as 1/20.", metavar="N/D")
    ] = "",
    finder: Annotated[str, typer.Option("--bounty-to", help="Address of whoever that is.", metavar="ADDRESS")] = "",
    passphrase_file: PassphraseFile = None,
    folder: Dir = Path(),
) -> Answer:
    """Book what came back of a payment: no income, and available again.

    The log is proved by its receipt, and no more can come back of a part than it paid. With --bounty the reward is told
    as a payment for a following proposal: a share of what came back, rounded down, and never more.
    """
    if not _HASH.match(transaction) or bool(share) != bool(finder):
        raise UsageError("E_USAGE", "refund")
    with steps.open_for(folder, passphrase_file=passphrase_file) as session:
        named = steps.find_part(session, part)
        settings = settings_in_force(session.desk)
        bound = session.desk.case(named.id, 10, 20, 21, 22)
        fund = settings.fund(need(need(bound.commitment).fund))
        if fund is None:
            raise UsageError("E_USAGE", "refund_log", transaction=transaction)
        found = _found(session, fund, bytes.fromhex(transaction[2:]), log)
        reward = _reward(fund, found, share, finder)
        payout = PayoutId(named.id, named.part)
        income.book_refund(session.desk, payout, fund.name, found.origin.transaction, found.origin.log)
        session.desk.keep_as(settings.journal.origin)
    asset = _asset(fund, found)
    document: dict[str, Any] = {
        "ok": True,
        "part": named.payout,
        "fund": fund.name,
        "asset": asset.symbol,
        "amount": str(found.amount),
        "bounty": reward,
    }
    return Answer(document, _lines(named.payout, fund, found, reward))


def _found(session: Session, fund: FundSettings, transaction: bytes, log: int | None) -> Found:
    """The one log of the transaction that brought the Safe something, or the one that was named."""
    there = [
        each
        for each in income.look_in(session.node, fund, transaction)
        if each.kind == "donation" and each.problem is None and log in (None, each.origin.log)
    ]
    if len(there) != 1:
        raise UsageError("E_USAGE", "refund_log", transaction=transaction)
    return there[0]


def _reward(fund: FundSettings, found: Found, share: str, finder: str) -> str | None:
    """The payment sentence of the reward; None where none was asked for, or where it comes to nothing."""
    if not share:
        return None
    match = _SHARE.match(share)
    if match is None:
        raise UsageError("E_USAGE", "refund")
    try:
        payee = address.parse(finder)
    except address.AddressError as error:
        raise UsageError(error.code, error.reason, **error.facts) from None
    asset, amount = _asset(fund, found), bounty(found.amount, int(match[1]), int(match[2]))
    return f"{spell(amount, asset.decimals)} {asset.symbol} to {with_chain(payee, fund.chain_id)}" if amount else None


def _lines(payout: str, fund: FundSettings, found: Found, reward: str | None) -> Iterator[str]:
    asset = _asset(fund, found)
    amount = spell(found.amount, asset.decimals)
    yield from steps.done("STEP_REFUND", "", amount=amount, symbol=asset.symbol, name=payout, fund=fund.name)
    if reward is not None:
        yield from steps.noted("STEP_REFUND", "bounty")
        yield f"    {reward}"


def _asset(fund: FundSettings, found: Found) -> Asset:
    return next(asset for asset in fund.assets if asset.address == found.asset)
