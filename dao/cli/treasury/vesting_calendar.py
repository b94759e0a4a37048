"""`dao vesting calendar`: what unlocks in the months to come, by bucket, what is then locked, what is to be paid."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from dao.cli.answer import Answer
from dao.cli.spreadsheet import write_csv
from dao.cli.text import columns, say, wrapped
from dao.cli.treasury.vesting_funds import held_by_funds, read_funds
from dao.cli.treasury.vesting_papers import Event, write_ics
from dao.cli.treasury.vesting_plan import (
    At,
    CalendarChoice,
    Chosen,
    Decimals,
    Force,
    PlanName,
    StepChoice,
    Tge,
    choose,
    need_suffix,
    save,
)
from dao.errors import UsageError
from proposals.times import spell_day
from treasury.unlocks import MONTHS_MAX, Month, months, unlocks
from treasury.vesting_tranches import tranches_of

EXAMPLES = (
    "dao vesting calendar --plan muton --tge 2017-12-01T00:00:00Z",
    "dao vesting calendar --plan plan.toml --months 36 --out unlocks.csv",
    "dao vesting calendar --plan plan.toml --out unlocks.ics --json",
    "dao vesting calendar --plan plan.toml --dir club",
)


class _Cash(NamedTuple):
    """What the treasury has to pay in each month, and what its funds then have."""

    due: list[int]
    held: list[int | None]
    """At the end of each; below 0 what is missing, None where no workspace was named."""


def command(
    plan: PlanName = "muton",
    *,
    count: Annotated[int, typer.Option("--months", help="How many months.", metavar="N")] = 24,
    tge: Tge = "",
    at: At = "",
    calendar: CalendarChoice = None,
    step: StepChoice = None,
    decimals: Decimals = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write a .csv of the months, or an .ics of dates.", metavar="FILE")
    ] = None,
    force: Force = False,
    folder: Annotated[
        Path | None, typer.Option("--dir", help="Workspace whose books say what funds hold.", show_default=False)
    ] = None,
) -> Answer:
    """Show what unlocks in the next months, by bucket, and what is vested and locked at the end of each.

    `due` is what the plan's grants without a wallet are to be paid on their dates. With a workspace, `held` is what the
    funds that buckets name have by the books, less what is due until then; below 0 it is missing. Months are UTC's; the
    first is what is left of the present one, after the moment that is asked about. An .ics has every date of the plan,
    with what vests by it since the date before.
    """
    form = need_suffix(out, (".csv", ".ics"))
    if not 1 <= count <= MONTHS_MAX:
        raise UsageError("E_USAGE", "months", count=count, limit=MONTHS_MAX)
    chosen = choose(plan, tge, at, calendar=calendar, step=step, decimals=decimals)
    found = months(chosen.schedules, chosen.at, count)
    cash = _cash(chosen, found, held_by_funds(read_funds(chosen, folder)))
    lines = list(_lines(chosen, found, cash))
    if out is not None:
        lines += ["", *save(out, _csv(chosen, found, cash) if form == ".csv" else _ics(chosen), force=force)]
    return Answer(_document(chosen, found, cash), lines)


def _cash(chosen: Chosen, found: tuple[Month, ...], held: int | None) -> _Cash:
    """Payments by month, as `dao vesting draft` dates them; what was due before the first month is not known here."""
    grants = [one for one in chosen.plan.grants if one.wallet is None]
    paid = [row.tranche for row in tranches_of(chosen.plan, grants, chosen.tge)]
    starts = [found[0].since + 1, *(row.since for row in found[1:])]  # what falls due at the moment itself is due
    due = [
        sum(one.amount for one in paid if since <= one.at < row.until) for since, row in zip(starts, found, strict=True)
    ]
    return _Cash(due, [None if held is None else held - whole for whole in accumulate(due)])


def _document(chosen: Chosen, found: tuple[Month, ...], cash: _Cash) -> dict[str, object]:
    ids = [bucket.id for bucket in chosen.plan.buckets]
    return {
        **chosen.head,
        "months": [
            {
                "from": row.since,
                "until": row.until,
                "unlocked": dict(zip(ids, map(str, row.amounts), strict=True)),
                "sum": str(sum(row.amounts)),
                "vested": str(row.vested),
                "locked": str(row.locked),
                "due": str(due),
                "held": None if held is None else str(held),
            }
            for row, due, held in zip(found, *cash, strict=True)
        ],
    }


def _moving(chosen: Chosen, found: tuple[Month, ...]) -> list[int]:
    """The buckets, by place, of which something unlocks."""
    return [place for place in range(len(chosen.plan.buckets)) if any(row.amounts[place] for row in found)]


def _lines(chosen: Chosen, found: tuple[Month, ...], cash: _Cash) -> Iterator[str]:
    plan, moving = chosen.plan, _moving(chosen, found)
    yield from wrapped(say("VESTING", "calendar", title=plan.title, asset=plan.asset, at=chosen.at, tge=chosen.tge))
    yield ""
    names = [plan.buckets[place].id for place in moving]
    wide = [say("VESTING", "sum")] if len(moving) != 1 else []
    held = [units for units in cash.held if units is not None]
    more = [(name, units) for name, units in (("due", cash.due), ("held", held)) if any(units)]
    ends = [say("VESTING", name) for name in ("vested", "locked", *(name for name, _ in more))]
    table = [(say("VESTING", "month"), *names, *wide, *ends)]
    for place, row in enumerate(found):
        amounts = [chosen.spell_short(row.amounts[place]) for place in moving]
        whole = [chosen.spell_short(sum(row.amounts))] if wide else []
        rest = [chosen.spell_short(units) for units in (row.vested, row.locked, *(each[place] for _, each in more))]
        table.append((spell_day(row.since)[:7], *amounts, *whole, *rest))
    yield from columns(table, right=range(1, len(table[0])))
    yield from ("", *wrapped(say("VESTING", "cut"), "  "))


def _csv(chosen: Chosen, found: tuple[Month, ...], cash: _Cash) -> bytes:
    names = ["from", "until", *(bucket.id for bucket in chosen.plan.buckets), "sum", "vested", "locked", "due", "held"]
    rows = []
    for row, due, held in zip(found, *cash, strict=True):
        amounts = (*row.amounts, sum(row.amounts), row.vested, row.locked, due)
        told = "" if held is None else chosen.spell(held)
        rows.append([spell_day(row.since), spell_day(row.until), *map(chosen.spell, amounts), told])
    return write_csv(names, rows)


def _ics(chosen: Chosen) -> bytes:
    plan = chosen.plan
    events = []
    for bucket, schedule in zip(plan.buckets, chosen.schedules, strict=True):
        for row in unlocks(schedule, plan.calendar):
            facts = {"amount": chosen.spell(row.amount), "asset": plan.asset, "name": bucket.title}
            note = say("VESTING", "event_note", vested=chosen.spell(row.vested), total=chosen.spell(schedule.total))
            events.append(Event(row.at, bucket.id, say("VESTING", "event", **facts), note))
    return write_ics(say("VESTING", "ics", title=plan.title), sorted(events), chosen.at)
