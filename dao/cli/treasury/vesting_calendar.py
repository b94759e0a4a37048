"""`dao vesting calendar`: what unlocks in the months to come, by bucket, and what is then in circulation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from dao.cli.answer import Answer
from dao.cli.spreadsheet import write_csv
from dao.cli.text import columns, say, wrapped
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

EXAMPLES = (
    "dao vesting calendar --plan muton --tge 2017-12-01T00:00:00Z",
    "dao vesting calendar --plan plan.toml --months 36 --out unlocks.csv",
    "dao vesting calendar --plan plan.toml --out unlocks.ics --json",
)


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
) -> Answer:
    """Show what unlocks in the next months, by bucket, and what is vested and locked at the end of each.

    Months are UTC's; the first is what is left of the present one, after the moment that is asked about. An .ics has
    every date of the plan, with what vests by it since the date before.
    """
    form = need_suffix(out, (".csv", ".ics"))
    if not 1 <= count <= MONTHS_MAX:
        raise UsageError("E_USAGE", "months", count=count, limit=MONTHS_MAX)
    chosen = choose(plan, tge, at, calendar=calendar, step=step, decimals=decimals)
    found = months(chosen.schedules, chosen.at, count)
    lines = list(_lines(chosen, found))
    if out is not None:
        lines += ["", *save(out, _csv(chosen, found) if form == ".csv" else _ics(chosen), force=force)]
    return Answer(_document(chosen, found), lines)


def _document(chosen: Chosen, found: tuple[Month, ...]) -> dict[str, object]:
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
            }
            for row in found
        ],
    }


def _moving(chosen: Chosen, found: tuple[Month, ...]) -> list[int]:
    """The buckets, by place, of which something unlocks."""
    return [place for place in range(len(chosen.plan.buckets)) if any(row.amounts[place] for row in found)]


def _lines(chosen: Chosen, found: tuple[Month, ...]) -> Iterator[str]:
    plan, moving = chosen.plan, _moving(chosen, found)
    yield from wrapped(say("VESTING", "calendar", title=plan.title, asset=plan.asset, at=chosen.at, tge=chosen.tge))
    yield ""
    names = [plan.buckets[place].id for place in moving]
    wide = [say("VESTING", "sum")] if len(moving) != 1 else []
    table = [(say("VESTING", "month"), *names, *wide, say("VESTING", "vested"), say("VESTING", "locked"))]
    for row in found:
        amounts = [chosen.spell_short(row.amounts[place]) for place in moving]
        whole = [chosen.spell_short(sum(row.amounts))] if wide else []
        rest = (chosen.spell_short(row.vested), chosen.spell_short(row.locked))
        table.append((spell_day(row.since)[:7], *amounts, *whole, *rest))
    yield from columns(table, right=range(1, len(table[0])))
    yield from ("", *wrapped(say("VESTING", "cut"), "  "))


def _csv(chosen: Chosen, found: tuple[Month, ...]) -> bytes:
    names = ["from", "until", *(bucket.id for bucket in chosen.plan.buckets), "sum", "vested", "locked"]
    rows = [
        [spell_day(row.since), spell_day(row.until), *map(chosen.spell, (*row.amounts, sum(row.amounts))),
         chosen.spell(row.vested), chosen.spell(row.locked)]
        for row in found
    ]  # fmt: skip
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
