"""`dao vesting chart`: what is unlocked over the whole life of a plan, as a table and as a picture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from dao.cli.answer import Answer
from dao.cli.text import columns, say, wrapped
from dao.cli.treasury import vesting_svg
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
from dao.cli.treasury.vesting_svg import Band, Chart
from dao.sentences import language
from proposals.times import spell_day
from treasury.unlocks import span, table_times

EXAMPLES = (
    "dao vesting chart --plan muton --tge 2017-12-01T00:00:00Z",
    "dao vesting chart --tge 2017-12-01T00:00:00Z --out unlocks.svg --json",
)


def command(
    plan: PlanName = "muton",
    *,
    tge: Tge = "",
    at: At = "",
    calendar: CalendarChoice = None,
    step: StepChoice = None,
    decimals: Decimals = None,
    out: Annotated[Path | None, typer.Option("--out", help="Draw it into this file, an SVG.", metavar="FILE")] = None,
    force: Force = False,
) -> Answer:
    """Show what is unlocked over the life of a plan, bucket by bucket.

    The table has at most 25 dates, and the moment that is asked about among them; the picture has all. Both say the
    same in black and white.
    """
    need_suffix(out, (".svg",))
    chosen = choose(plan, tge, at, calendar=calendar, step=step, decimals=decimals)
    lines = list(_lines(chosen))
    if out is not None:
        lines += ["", *save(out, _draw(chosen), force=force)]
    return Answer(_document(chosen), lines)


def _times(chosen: Chosen) -> tuple[int, ...]:
    return table_times(*span(chosen.schedules, chosen.tge, chosen.at), chosen.at)


def _document(chosen: Chosen) -> dict[str, object]:
    ids, schedules = [bucket.id for bucket in chosen.plan.buckets], chosen.schedules
    return {
        **chosen.head,
        "total": str(chosen.plan.total),
        "rows": [
            {
                "at": time,
                "vested": {id_: str(schedule.vested(time)) for id_, schedule in zip(ids, schedules, strict=True)},
                "sum": str(sum(schedule.vested(time) for schedule in schedules)),
            }
            for time in _times(chosen)
        ],
    }


def _lines(chosen: Chosen) -> Iterator[str]:
    plan, schedules = chosen.plan, chosen.schedules
    yield from wrapped(say("VESTING", "chart", title=plan.title, asset=plan.asset, tge=chosen.tge))
    yield ""
    table = [("", *(bucket.id for bucket in plan.buckets), say("VESTING", "sum"), "%")]
    for time in _times(chosen):
        vested = [schedule.vested(time) for schedule in schedules]
        mark = "*" if time == chosen.at else ""
        row = (*(chosen.spell_short(units) for units in vested), chosen.spell_short(sum(vested)))
        table.append((f"{spell_day(time)}{mark}", *row, _share(sum(vested), plan.total)))
    yield from columns(table, right=range(1, len(table[0])))
    yield ""
    yield from wrapped(say("VESTING", "marked", at=chosen.at), "  ")


def _share(part: int, whole: int) -> str:
    """In per cent with one digit after the point, rounded down, because a share that is not reached is not shown."""
    tenths = 1000 * part // whole if whole else 0
    return f"{tenths // 10}.{tenths % 10}"


def _grouped(chosen: Chosen, units: int) -> str:
    """Whole tokens in groups of three, for the picture alone: digits with a thin space between are no input."""
    whole, more, _ = chosen.spell_short(units).partition("…")
    return f"{int(whole):,}".replace(",", "\u2009") + more


def _draw(chosen: Chosen) -> bytes:
    plan, at, schedules = chosen.plan, chosen.at, chosen.schedules
    first, last = span(schedules, chosen.tge, at)
    vested = sum(schedule.vested(at) for schedule in schedules)
    return vesting_svg.draw(
        Chart(
            lang=language(),
            title=say("VESTING", "chart_title", title=plan.title),
            note=say(
                "VESTING", "chart_note", at=at, share=_share(vested, plan.total), asset=plan.asset,
                total=_grouped(chosen, plan.total),
            ),
            bands=tuple(
                Band(
                    bucket.title,
                    say(
                        "VESTING", "band", vested=_grouped(chosen, schedule.vested(at)),
                        total=_grouped(chosen, schedule.total),
                    ),
                    schedule,
                )
                for bucket, schedule in zip(plan.buckets, schedules, strict=True)
            ),
            total=plan.total,
            totals=tuple(_grouped(chosen, plan.total * quarter // 4) for quarter in range(5)),
            first=first,
            last=last,
            at=at,
            at_told=say("VESTING", "now", day=spell_day(at)),
            tge=chosen.tge,
            tge_told=say("VESTING", "event_mark", day=spell_day(chosen.tge)),
        )
    )  # fmt: skip
