"""Where one part of a proposal stands, and what can happen to it next.

Decides the state from a case whose checks have run and from the time: what the journal holds comes first, the clock
second. A signature cannot be taken back, so a part that expired or was vetoed after somebody signed is not gone: its
money stays committed until the nonce is spent. What is over and has not given its money back can be ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from chain.safe import SafeTx
from dao.record.case import Case, need
from dao.record.checks_acts import milestone_rules
from dao.record.checks_payout import confirmations_of
from dao.record.checks_proposal import assets_of, fund_of
from dao.record.checks_stop import vetoers_of
from dao.record.payout_life import payout_state
from dao.record.queue import live
from dao.record.windows import latest_of, window_of
from governance.acts import Milestone, after_act
from governance.vetoes import owners_who_veto
from proposals.calls import describe
from proposals.parts import Part
from proposals.payment import Payment
from treasury.asks import asks
from treasury.booking import COMMITTED
from treasury.payouts import PayoutId
from treasury.window import Window

OVER = frozenset({"not_released", "paid", "expired", "vetoed", "superseded", "terminated"})
"""States in which nothing more can happen to a part."""
_PENDING = {"vetoed": "veto", "superseded": "supersede", "terminated": "terminate"}


class Step(NamedTuple):
    """Something that can be done next."""

    command: str
    earliest: int | None = None
    """Unix seconds; None: at once."""
    latest: int | None = None
    """None: no end is known."""
    nonce: int | None = None
    """Of the Safe, which must be spent before; None: nothing waits for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One part as it stands."""

    number: int
    payments: tuple[Payment | None, ...]
    """None for a call that is no payment of a known asset."""
    state: str
    facts: Mapping[str, object]
    """What the state's sentence tells."""
    window: Window | None = None
    """None while it is not known when the part can be executed."""
    tx_hash: bytes | None = None
    nonce: int | None = None
    signed: tuple[bytes, ...] = ()
    threshold: int = 0
    transaction: bytes | None = None
    """Of the execution."""
    vetoed_by: tuple[bytes, ...] = ()
    """Owners whose vetoes are too few to stop it."""
    payout: str = "Planned"
    """The state of the payout's machine, walked from the part's own facts."""
    steps: tuple[Step, ...] = ()


def standing(case: Case, number: int, name: str, now: int) -> Standing:
    """Say where part `number` stands; `name` is its own, as `IIP-1/2`."""
    found = _standing(case, number, name, now)
    return replace(found, payout=payout_state(case, number, now)) if case.released else found


def _standing(case: Case, number: int, name: str, now: int) -> Standing:
    part = need(case.parts)[number - 1]
    payments = _payments(case, part)
    if case.released is None:
        return Standing(number=number, payments=payments, state="planned", facts={})
    if not case.released:
        return Standing(number=number, payments=payments, state="not_released", facts={})
    if number in need(case.executed):
        return _paid(case, number, payments)
    if (case.proposal, number) in need(case.ended):
        return _ended(case, number, payments)
    if number in need(case.stops):
        stop = need(case.stops)[number]
        return _stopped(case, number, name, payments, (stop.cause, stop.time))
    dispute = need(case.disputes).get(number)
    if dispute is not None and dispute.is_lapsed(now):
        return _stopped(case, number, name, payments, ("terminated", dispute.deadline))
    if dispute is not None and dispute.is_open(now):
        required = need(case.settings).disputes.required
        facts = {"deadline": dispute.deadline, "time": dispute.opened.time, "required": required}
        steps = (Step(f"dao resolve {name}", None, dispute.deadline),)
        return Standing(number=number, payments=payments, state="disputed", facts=facts, steps=steps)
    if part.release and number not in need(case.releases):
        found = _waiting_for_milestone(case, number, name, now)
    else:
        found = _after_release(case, number, name, now)
    return replace(found, vetoed_by=owners_who_veto(need(case.acts), vetoers_of(case), number))


def _payments(case: Case, part: Part) -> tuple[Payment | None, ...]:
    assets = assets_of(fund_of(case))
    found = [describe(call, assets, part.chain_id) for call in part.calls]
    return tuple(payment if isinstance(payment, Payment) else None for payment in found)


def _paid(case: Case, number: int, payments: tuple[Payment | None, ...]) -> Standing:
    row = next(case.rows("executed", proposal=case.proposal, part=number))
    proved = case.receipts[row.leaf.body["receipt"]]  # type: ignore[index]
    tx_hash = bytes(row.leaf.body["hash"])  # type: ignore[call-overload]
    facts = {"transaction": proved.transaction_hash, "time": proved.header.timestamp}
    return Standing(
        number=number,
        payments=payments,
        state="paid",
        facts=facts,
        window=window_of(case, number),
        tx_hash=tx_hash,
        nonce=need(case.safe_txs)[tx_hash][1].nonce,
        signed=tuple(confirmation.owner for confirmation in confirmations_of(case, tx_hash)),
        threshold=need(case.safe_at_close).threshold,
        transaction=proved.transaction_hash,
    )


def _ended(case: Case, number: int, payments: tuple[Payment | None, ...]) -> Standing:
    row = next(case.rows("ended", proposal=case.proposal, part=number))
    stop = need(case.stops).get(number)
    dispute = need(case.disputes).get(number)
    since = row.leaf.time if stop is None else stop.time
    if row.leaf.body["cause"] == "terminated" and dispute is not None:
        since = dispute.deadline
    facts = {"time": since, "latest": row.leaf.time}
    return Standing(number=number, payments=payments, state=str(row.leaf.body["cause"]), facts=facts)


def _stopped(
    case: Case, number: int, name: str, payments: tuple[Payment | None, ...], since: tuple[str, int]
) -> Standing:
    """Stopped `since` a cause and its time, and not ended: either nobody has ended it yet, or what was signed can still
    be executed.
    """
    cause, time = since
    alive = live(case, list(need(case.queue)), (case.proposal, number), max(case.leaves) + 1)
    if not alive:
        steps = (Step(f"dao end {name}"),)
        return Standing(number=number, payments=payments, state=cause, facts={"time": time}, steps=steps)
    tx_hash, tx = alive[-1].hash, alive[-1].tx
    signed = tuple(confirmation.owner for confirmation in confirmations_of(case, tx_hash))
    threshold = need(case.safe_at_close).threshold
    return Standing(
        number=number,
        payments=payments,
        state=f"{_PENDING[cause]}_pending",
        facts={"time": time, "nonce": tx.nonce, "signed": len(signed), "threshold": threshold},
        tx_hash=tx_hash,
        nonce=tx.nonce,
        signed=signed,
        threshold=threshold,
        steps=(Step(f"dao end {name}", nonce=tx.nonce),),
    )


def _waiting_for_milestone(case: Case, number: int, name: str, now: int) -> Standing:
    part = need(case.parts)[number - 1]
    milestone, required = _milestone(case, number), need(case.settings).reviewers.required
    facts: dict[str, object] = {"release": part.release, "approvals": len(milestone.approvals), "required": required}
    payments, end = _payments(case, part), latest_of(case, number)
    if end is not None and now > end:
        steps = (Step(f"dao end {name}"),)
        return Standing(number=number, payments=payments, state="expired", facts={"latest": end}, steps=steps)
    if milestone.report is None:
        steps = (Step(f"dao milestone report {name}", None, end),)
        return Standing(number=number, payments=payments, state="unreported", facts=facts, steps=steps)
    steps = (Step(f"dao milestone approve {name}", None, end),)
    return Standing(number=number, payments=payments, state="reported", facts=facts, steps=steps)


def _milestone(case: Case, number: int) -> Milestone:
    """The acts on this part so far, each checked already."""
    rules = milestone_rules(case)
    milestone = Milestone()
    for leaf in need(case.acts):
        if leaf.act.part == number:
            milestone = after_act(milestone, leaf, rules)
    return milestone


def _after_release(case: Case, number: int, name: str, now: int) -> Standing:
    open_ = window_of(case, number)
    tx = _latest_tx(case, number)
    if tx is not None:
        return _queued(case, number, name, now, tx)
    payments = _payments(case, need(case.parts)[number - 1])
    facts = {"eta": open_.eta, "latest": open_.latest}
    steps: tuple[Step, ...] = (Step(f"dao queue {name}", None, open_.latest),)
    if now > open_.latest:
        state, steps = "expired", (Step(f"dao end {name}"),)
    elif not _is_covered(case, number):
        state = "uncovered"
    elif now < open_.eta:
        state = "timelocked"
    else:
        state = "ready"
    return Standing(number=number, payments=payments, state=state, facts=facts, window=open_, steps=steps)


def _queued(case: Case, number: int, name: str, now: int, queued: tuple[bytes, SafeTx]) -> Standing:
    tx_hash, tx = queued
    open_ = window_of(case, number)
    signed = tuple(confirmation.owner for confirmation in confirmations_of(case, tx_hash))
    threshold = need(case.safe_at_close).threshold
    facts: dict[str, object] = {
        "nonce": tx.nonce, "signed": len(signed), "threshold": threshold, "eta": open_.eta, "latest": open_.latest,
    }  # fmt: skip
    earliest = open_.eta if now < open_.eta else None
    verb = "execute" if len(signed) >= threshold else "sign"
    steps: tuple[Step, ...] = (Step(f"dao {verb} {name}", earliest, open_.latest),)
    if now > open_.latest:
        alive = live(case, list(need(case.queue)), (case.proposal, number), max(case.leaves) + 1)
        state = "expired_signed" if alive else "expired"
        steps = (Step(f"dao end {name}", nonce=tx.nonce if alive else None),)
    elif verb == "execute":
        state = "executable"
    else:
        state = "queued" if earliest is not None else "signing"
    return Standing(
        number=number,
        payments=_payments(case, need(case.parts)[number - 1]),
        state=state,
        facts=facts,
        window=open_,
        tx_hash=tx_hash,
        nonce=tx.nonce,
        signed=signed,
        threshold=threshold,
        steps=steps,
    )


def _latest_tx(case: Case, number: int) -> tuple[bytes, SafeTx] | None:
    found = [(tx_hash, tx) for tx_hash, (part, tx) in need(case.safe_txs).items() if part == number]
    return found[-1] if found else None


def _is_covered(case: Case, number: int) -> bool:
    """Whether its commitment is booked, or it moves no money."""
    payout = PayoutId(case.proposal, number)
    booked = any(row.leaf.body["id"] == f"{COMMITTED}:{payout}" for row in case.rows("entry"))
    return booked or not asks(need(case.parts))[number - 1]
