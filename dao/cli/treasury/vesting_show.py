"""`dao vesting show`: how much of a plan, a bucket or a grant is vested at a moment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from chain.amount import spell
from dao.cli.answer import Answer
from dao.cli.text import columns, rows, say, wrapped
from dao.cli.treasury.vesting_funds import fund_lines, fund_row, read_funds, with_books
from dao.cli.treasury.vesting_plan import (
    At,
    CalendarChoice,
    Chosen,
    Decimals,
    OnlyGrant,
    PlanName,
    StepChoice,
    Tge,
    choose,
    find_grant,
)
from dao.errors import UsageError
from proposals.schedule import Schedule
from treasury.allocation import PlanError

EXAMPLES = (
    "dao vesting show --plan muton --tge 2017-12-01T00:00:00Z",
    "dao vesting show --bucket team --tge 2017-12-01T00:00:00Z --json",
    "dao vesting show --plan plan.toml --grant ann --at 2027-01-01T00:00:00Z",
    "dao vesting show --tge 2017-12-01T00:00:00Z --bucket reserve --dir club",
)


class _Row(NamedTuple):
    id: str
    title: str
    schedule: Schedule


def command(
    plan: PlanName = "muton",
    *,
    bucket: Annotated[str, typer.Option("--bucket", help="Only this bucket.", metavar="ID")] = "",
    grant: OnlyGrant = "",
    tge: Tge = "",
    at: At = "",
    calendar: CalendarChoice = None,
    step: StepChoice = None,
    decimals: Decimals = None,
    folder: Annotated[
        Path | None, typer.Option("--dir", help="Workspace whose books say what funds paid.", show_default=False)
    ] = None,
) -> Answer:
    """Show what is vested at a moment, and what is locked; together they are the total.

    Amounts are exact: each rule rounds down to a base unit, and its end pays the whole total. A reserve vests what its
    committee released, by the plan's payments or, with a workspace, by the books of the fund that its bucket names;
    then what each such fund received, promised and paid is shown, and what its bucket has left.
    """
    chosen = choose(plan, tge, at, calendar=calendar, step=step, decimals=decimals)
    if bucket and grant:
        raise UsageError("E_USAGE", "bucket_or_grant")
    funds = read_funds(chosen, folder)
    chosen = with_books(chosen, funds)
    found = _found(chosen, bucket, grant)
    shown = tuple(row for row in funds if row.bucket.id in {one.id for one in found} and not grant)
    document = {**chosen.head, "calendar": chosen.plan.calendar, "step": chosen.plan.step}
    document["funds"] = [fund_row(row) for row in shown]
    if bucket or grant:
        (row,) = found
        document |= {"grant" if grant else "bucket": row.id, **_numbers(row, chosen.at)}
    else:
        whole = ("total", "vested", "locked")
        parts = [{"id": row.id, **_numbers(row, chosen.at)} for row in found]
        document |= {name: str(sum(int(str(part[name])) for part in parts)) for name in whole} | {"buckets": parts}
    return Answer(document, [*_lines(chosen, found), *(["", *fund_lines(chosen, shown)] if shown else [])])


def _found(chosen: Chosen, bucket: str, grant: str) -> list[_Row]:
    plan = chosen.plan
    if grant:
        one = find_grant(chosen, grant)
        return [_Row(one.id, one.title, plan.schedule_of(one, chosen.tge))]
    try:
        found = [plan.bucket(bucket)] if bucket else list(plan.buckets)
    except PlanError as error:
        raise UsageError(error.code, error.reason, **error.facts) from None
    return [_Row(row.id, row.title, plan.schedule(row, chosen.tge)) for row in found]


def _numbers(row: _Row, at: int) -> dict[str, object]:
    schedule = row.schedule
    return {
        "total": str(schedule.total),
        "vested": str(schedule.vested(at)),
        "locked": str(schedule.locked(at)),
        "next": schedule.next_event(at),
        "end": schedule.end,
    }


def _lines(chosen: Chosen, found: list[_Row]) -> Iterator[str]:
    plan, at = chosen.plan, chosen.at
    yield from wrapped(say("VESTING", "head", title=plan.title, at=at, tge=chosen.tge))
    yield ""
    table = [("", *(say("VESTING", name) for name in ("total", "vested", "locked")))]
    sums = [0, 0, 0]
    for row in found:
        numbers = [row.schedule.total, row.schedule.vested(at), row.schedule.locked(at)]
        sums = [one + other for one, other in zip(sums, numbers, strict=True)]
        table.append((row.id, *(spell(number, plan.decimals) for number in numbers)))
    if len(found) > 1:
        table.append((say("VESTING", "sum"), *(spell(number, plan.decimals) for number in sums)))
    yield from columns(table, right=(1, 2, 3))
    yield ""
    yield from rows([(row.id, row.title + _next(row.schedule, at)) for row in found])


def _next(schedule: Schedule, at: int) -> str:
    time = schedule.next_event(at)
    if time is not None:
        return say("VESTING", "next", time=time)
    return say("VESTING", "undecided") if schedule.locked(at) else ""
