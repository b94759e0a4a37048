"""`dao status`: where each IIP stands, why, and what can happen next, when, and by which command."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from chain.address import checksum
from chain.amount import spell
from dao.cli.answer import FALSE, TRUE, Answer
from dao.cli.options import Dir
from dao.cli.text import Colour, paint, say, wrapped
from dao.sentences import escape, language, listed, sentence
from dao.views.iip_standing import IipStanding, iip_standing
from dao.views.numbers import UnknownNameError, find, numbers
from dao.views.opening import open_desk
from dao.views.part_standing import Standing, Step
from dao.workflow.proposing import settings_in_force
from proposals.payment import Payment
from treasury.assets import asset_id

EXAMPLES = (
    "dao status",
    "dao status IIP-1 --dir demo",
    "dao status IIP-1 --json",
)


def command(
    iip: Annotated[str, typer.Argument(help="Only this proposal.", metavar="IIP", show_default=False)] = "",
    folder: Dir = Path(),
) -> Answer:
    """Show where each proposal stands, and what can happen next.

    States are derived from the journal each time and stored nowhere; "now" is the time of the chain's last block. Of
    several proposals of one number the latest is meant.
    """
    with open_desk(folder) as desk:
        prefix, now = settings_in_force(desk).prefix, desk.now()
        chosen = [find(desk.journal, iip, prefix)] if iip else list(numbers(desk.journal).values())
        shown = [iip_standing(desk, numbered, prefix, now) for numbered in chosen]
        _refuse_absent_part(iip, shown)
        absent = [str(error.facts["provider"]) for error in desk.node.absent]
    document = {"now": now, "iips": [_document(one) for one in shown], "absent": absent}
    return Answer(document, _lines(shown, now, absent), FALSE if any(one.problem for one in shown) else TRUE)


def _refuse_absent_part(iip: str, shown: Sequence[IipStanding]) -> None:
    """Refuse a part that the proposal has not; which of its parts was named makes no other difference."""
    part = int(iip.partition("/")[2] or 0)
    for one in shown:
        if one.parts and part > len(one.parts):
            raise UnknownNameError("E_PROPOSAL", "part", name=one.name, part=part, parts=len(one.parts))


def _document(one: IipStanding) -> dict[str, object]:
    proposals = ["0x" + proposal.hex() for proposal in one.numbered.proposals]
    return {
        "iip": one.name,
        "title": one.numbered.title,
        "state": one.state,
        "why": _why(one),
        "code": None if one.problem is None else one.problem.code,
        "proposal": proposals[-1] if proposals else None,
        "earlier": proposals[:-1],
        "start": one.start,
        "end": one.end,
        "parts": [_part(one, part) for part in one.parts],
        "void": [checksum(voter) for voter in one.void],
        "next": [step._asdict() for step in one.steps],
    }


def _part(one: IipStanding, part: Standing) -> dict[str, object]:
    return {
        "part": f"{one.name}/{part.number}",
        "state": part.state,
        "payout": part.payout,
        "why": say("PART", part.state, **part.facts),
        "payments": [None if payment is None else _payment(payment) for payment in part.payments],
        "earliest": None if part.window is None else part.window.eta,
        "latest": None if part.window is None else part.window.latest,
        "safe_tx_hash": None if part.tx_hash is None else "0x" + part.tx_hash.hex(),
        "nonce": part.nonce,
        "signed": [checksum(owner) for owner in part.signed],
        "threshold": part.threshold or None,
        "vetoed_by": [checksum(owner) for owner in part.vetoed_by],
        "transaction": None if part.transaction is None else "0x" + part.transaction.hex(),
    }


def _payment(payment: Payment) -> dict[str, object]:
    asset = payment.asset
    return {
        "asset": asset_id(asset.chain_id, asset.address),
        "symbol": asset.symbol,
        "decimals": asset.decimals,
        "amount": str(payment.amount),
        "to": checksum(payment.to),
    }


def _lines(shown: list[IipStanding], now: int, absent: list[str]) -> Iterator[str]:
    for provider in absent:
        yield from wrapped(say("W_RPC_ABSENT", provider=provider), "! ", "  ")
    yield say("STATUS", "now" if shown else "nothing", now=now)
    for one in shown:
        yield ""
        colour: Colour = "red" if one.problem else "green" if one.state == "Executed" else "cyan"
        yield f"{paint(one.name, 'bold')}  {paint(_state(one), colour)}  {escape(one.numbered.title)}"
        yield from wrapped(_why(one), "  ")
        for part in one.parts:
            state = paint(say("PART_STATE", part.state), "bold")
            yield f"  {one.name}/{part.number}  {state}"
            yield from wrapped(_pays(part), "      ")
            yield from wrapped(say("PART", part.state, **part.facts), "      ")
            if part.vetoed_by:
                yield from wrapped(say("STATUS", "veto_begun", owners=part.vetoed_by), "      ")
        for step in one.steps:
            yield from wrapped(_told(step), "  → ", "    ")


def _state(one: IipStanding) -> str:
    """The state as people call it; JSON keeps the name of the lifecycle."""
    return one.state if one.problem else say("STATE", one.state)


def _pays(part: Standing) -> str:
    return listed((_told_payment(payment) for payment in part.payments), language())


def _told_payment(payment: Payment | None) -> str:
    if payment is None:
        return say("STATUS", "no_payment")
    amount = spell(payment.amount, payment.asset.decimals)
    return say("STATUS", "pays", amount=amount, symbol=payment.asset.symbol, payee=payment.to)


def _told(step: Step) -> str:
    """Say one step: the command, from when, until when."""
    if step.nonce is not None:
        return say("NEXT", "nonce", command=step.command, nonce=step.nonce)
    reason = {
        (False, False): "now",
        (True, False): "from",
        (False, True): "until",
        (True, True): "between",
    }[step.earliest is not None, step.latest is not None]
    return say("NEXT", reason, command=step.command, earliest=step.earliest, latest=step.latest)


def _why(one: IipStanding) -> str:
    return sentence(one.code, one.reason, one.facts, language())
