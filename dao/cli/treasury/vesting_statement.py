"""`dao vesting statement`: what one beneficiary gets, has vested and still waits for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from chain.address import checksum
from dao.cli.answer import Answer
from dao.cli.spreadsheet import write_csv
from dao.cli.text import columns, paint, rows, say, wrapped
from dao.cli.treasury.vesting_papers import Event, Table, write_html, write_ics
from dao.cli.treasury.vesting_plan import (
    At,
    CalendarChoice,
    Chosen,
    Decimals,
    Force,
    OnlyGrant,
    PlanName,
    StepChoice,
    Tge,
    choose,
    need_suffix,
    party,
    save,
)
from dao.errors import UsageError
from dao.sentences import language
from proposals.schedule import Schedule
from proposals.times import spell_instant
from treasury.allocation import Grant, PlanError
from treasury.unlocks import Unlock, unlocks

EXAMPLES = (
    "dao vesting statement --plan plan.toml --grant ann",
    "dao vesting statement --plan plan.toml --grant ann --out ann.html",
    "dao vesting statement --plan plan.toml --to 0x5aAe…eAed --out all.ics --json",
)


class _Stated(NamedTuple):
    grant: Grant
    schedule: Schedule
    dates: tuple[Unlock, ...]


def command(
    plan: PlanName,
    *,
    grant: OnlyGrant = "",
    to: Annotated[str, typer.Option("--to", help="All grants of a beneficiary.", metavar="ADDRESS")] = "",
    tge: Tge = "",
    at: At = "",
    calendar: CalendarChoice = None,
    step: StepChoice = None,
    decimals: Decimals = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write it as .html, .csv, or .ics of its dates.", metavar="FILE")
    ] = None,
    force: Force = False,
) -> Answer:
    """State what a beneficiary gets by the plan: total, vested, locked, and every date by which more is vested.

    A line that vests by the second is listed by the month. What was released is not known to a plan, and not said.
    """
    form = need_suffix(out, (".html", ".csv", ".ics"))
    if bool(grant) == bool(to):
        raise UsageError("E_USAGE", "grant_or_to")
    chosen = choose(plan, tge, at, calendar=calendar, step=step, decimals=decimals)
    found = [
        _Stated(one, schedule, unlocks(schedule, chosen.plan.calendar))
        for one in _grants(chosen, grant, to)
        for schedule in (chosen.plan.schedule_of(one, chosen.tge),)
    ]
    lines = list(_lines(chosen, found))
    if out is not None:
        lines += ["", *save(out, _PAPERS[form](chosen, found), force=force)]
    return Answer(_document(chosen, found), lines)


def _grants(chosen: Chosen, grant: str, to: str) -> tuple[Grant, ...]:
    try:
        return (chosen.plan.grant(grant),) if grant else chosen.plan.grants_to(party(to))
    except PlanError as error:
        raise UsageError(error.code, error.reason, **error.facts) from None


def _document(chosen: Chosen, found: list[_Stated]) -> dict[str, object]:
    return {
        **chosen.head,
        "grants": [
            {
                "id": one.grant.id,
                "bucket": one.grant.bucket,
                "beneficiary": checksum(one.grant.beneficiary),
                "total": str(one.schedule.total),
                "vested": str(one.schedule.vested(chosen.at)),
                "locked": str(one.schedule.locked(chosen.at)),
                "next": one.schedule.next_event(chosen.at),
                "end": one.schedule.end,
                "dates": [{"at": row.at, "amount": str(row.amount), "vested": str(row.vested)} for row in one.dates],
            }
            for one in found
        ],
    }


def _lines(chosen: Chosen, found: list[_Stated]) -> Iterator[str]:
    yield from wrapped(_title(chosen))
    for one in found:
        yield from ("", paint(_name(one), "bold"))
        yield from rows(list(_facts(chosen, one)))
        yield ""
        yield from columns([_names(), *_rows(chosen, one)], right=(1, 2))


def _title(chosen: Chosen) -> str:
    return say("VESTING", "statement", title=chosen.plan.title, at=chosen.at, tge=chosen.tge)


def _name(one: _Stated) -> str:
    return say("VESTING", "grant", title=one.grant.title, grant=one.grant.id, bucket=one.grant.bucket)


def _facts(chosen: Chosen, one: _Stated) -> Iterator[tuple[str, str]]:
    yield say("VESTING", "beneficiary"), checksum(one.grant.beneficiary)
    schedule, at = one.schedule, chosen.at
    for name, units in (
        ("total", schedule.total),
        ("vested", schedule.vested(at)),
        ("locked", schedule.locked(at)),
    ):
        yield say("VESTING", name), chosen.spell_named(units)


def _names() -> tuple[str, str, str]:
    return say("VESTING", "date"), say("VESTING", "unlocks"), say("VESTING", "vested")


def _rows(chosen: Chosen, one: _Stated) -> list[tuple[str, str, str]]:
    return [(spell_instant(row.at), chosen.spell(row.amount), chosen.spell(row.vested)) for row in one.dates]


def _csv(chosen: Chosen, found: list[_Stated]) -> bytes:
    rows = [
        [one.grant.id, one.grant.title, checksum(one.grant.beneficiary), chosen.plan.asset, *row]
        for one in found
        for row in _rows(chosen, one)
    ]
    return write_csv(["grant", "title", "beneficiary", "asset", "date", "unlocks", "vested"], rows)


def _html(chosen: Chosen, found: list[_Stated]) -> bytes:
    tables = []
    for one in found:
        tables.append(Table(_name(one), ("", ""), list(_facts(chosen, one)), frozenset({1})))
        tables.append(Table("", _names(), _rows(chosen, one), frozenset({1, 2})))
    title = say("VESTING", "statement_title", title=chosen.plan.title)
    return write_html(language(), title, [_title(chosen), say("VESTING", "by_plan")], tables)


def _ics(chosen: Chosen, found: list[_Stated]) -> bytes:
    events = []
    for one in found:
        for row in one.dates:
            facts = {"amount": chosen.spell(row.amount), "asset": chosen.plan.asset, "name": one.grant.title}
            total = chosen.spell(one.schedule.total)
            note = say("VESTING", "event_note", vested=chosen.spell(row.vested), total=total)
            events.append(Event(row.at, one.grant.id, say("VESTING", "event", **facts), note))
    return write_ics(say("VESTING", "ics", title=chosen.plan.title), sorted(events), chosen.at)


_PAPERS = {".html": _html, ".csv": _csv, ".ics": _ics}
