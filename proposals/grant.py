"""Vesting grants in a row: `12000 MUT to 0x… vesting monthly over 12 months from 2026-03-01, cliff of 3 months`.

Decides which dated payments such a sentence is: equal parts on the days of a schedule (`proposals.schedule`), each
rounded down to six places but that the sum is exact to the last. `cliff of` holds the first months back and pays them
at once when they are over; `locked` lets the months begin later. Every tranche is a part of its own, which nobody can
sign before its day. It does not decide whether the fund can pay, nor does any contract hold the money: what is not due
yet stays in the Safe, and a later proposal can end it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from chain import amount
from proposals import times
from proposals.parts import MAX_PARTS
from proposals.payment import PaymentError, PaymentSentence, read_sentence
from proposals.price import PLACES
from proposals.schedule.calendars import tranches

EVERY = {"monthly": 1, "quarterly": 3}
_FORM = re.compile(
    r"(?P<payment>.+) vesting (?P<every>monthly|quarterly) over (?P<months>[1-9][0-9]{0,2}) months from (?P<day>\S+)"
    r"(?:, cliff of (?P<cliff>[1-9][0-9]{0,2}) months|, locked (?P<lock>[1-9][0-9]{0,2}) months)?\Z",
    re.ASCII | re.DOTALL,
)


class Grant(NamedTuple):
    """A total, and the months over which it vests."""

    payment: PaymentSentence
    """Of the total."""
    every: int
    """Months between two tranches: 1 or 3."""
    months: int
    start: int
    """Unix seconds of the first day."""
    cliff: int = 0
    lock: int = 0


class Tranche(NamedTuple):
    """One payment of a grant, and the moment before which it is not made."""

    not_before: int
    payment: PaymentSentence


def is_grant(text: str) -> bool:
    """Whether a row's cell is a vesting grant."""
    return " vesting " in text and not text.startswith("call ")


def read_grant(text: str) -> Grant:
    """Read a grant; raise `E_PARSE`, `E_AMOUNT`, `E_ADDRESS` or `E_TIME`."""
    match = _FORM.match(text)
    if match is None:
        raise PaymentError("E_PARSE", "vesting", payment=text)
    grant = Grant(
        read_sentence(match["payment"]), EVERY[match["every"]], int(match["months"]), times.parse_day(match["day"]),
        int(match["cliff"] or 0), int(match["lock"] or 0),
    )  # fmt: skip
    if grant.months % grant.every or grant.cliff % grant.every or grant.cliff > grant.months:
        raise PaymentError("E_PARSE", "vesting_months", payment=text, every=grant.every)
    if len(tranches_of(grant)) > MAX_PARTS:
        raise PaymentError("E_LIMIT", "vesting", payment=text, limit=MAX_PARTS)
    return grant


def write_grant(grant: Grant, payment: str) -> str:
    """Write a grant whose total is spelled as a payment; `read_grant` reads it back."""
    every = next(name for name, months in EVERY.items() if months == grant.every)
    held = f", cliff of {grant.cliff} months" if grant.cliff else f", locked {grant.lock} months" if grant.lock else ""
    return f"{payment} vesting {every} over {grant.months} months from {times.spell_day(grant.start)}{held}"


def tranches_of(grant: Grant) -> tuple[Tranche, ...]:
    """Return the payments in the order of their days; `E_AMOUNT` where one would be nothing."""
    spelled = grant.payment.amount
    places = max(PLACES, len(spelled.partition(".")[2]))
    total = amount.parse(spelled, places)
    schedule = tranches(total, grant.start, lock_months=grant.lock, months=grant.months, every_months=grant.every)
    dates = schedule.dates[max(0, grant.cliff // grant.every - 1) :]
    found, before = [], 0
    for date in dates:
        paid = schedule.vested(date)
        if paid == before:
            raise PaymentError("E_AMOUNT", "vesting", amount=spelled, count=len(dates))
        found.append(Tranche(date, grant.payment._replace(amount=amount.spell(paid - before, places))))
        before = paid
    return tuple(found)
