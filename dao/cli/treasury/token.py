"""`dao token`: how much of a token its plan has in circulation and locked, and how far a published figure is off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from chain import amount
from chain.address import checksum
from dao.cli.answer import Answer
from dao.cli.text import columns, rows, say, wrapped
from dao.cli.treasury.vesting_plan import At, CalendarChoice, Chosen, Decimals, PlanName, StepChoice, Tge, choose
from dao.errors import UsageError
from treasury.circulation import Circulation, Supply, circulation

EXAMPLES = (
    "dao token --plan muton --tge 2017-12-01T00:00:00Z",
    "dao token --plan plan.toml --published 1199999624 --json",
)


def command(
    plan: PlanName = "muton",
    *,
    tge: Tge = "",
    at: At = "",
    published: Annotated[
        str, typer.Option("--published", help="A published circulating supply, in whole tokens.", metavar="AMOUNT")
    ] = "",
    calendar: CalendarChoice = None,
    step: StepChoice = None,
    decimals: Decimals = None,
) -> Answer:
    """Show what of a token is in circulation by its plan, and what is locked, by bucket.

    What is vested circulates, what is not is locked, and together they are the total. With a published figure the gap
    is shown: published less circulating. `unvested` are wallets that hold locked tokens, and should not vote.
    """
    chosen = choose(plan, tge, at, calendar=calendar, step=step, decimals=decimals)
    figure = _figure(chosen, published) if published else None
    found = circulation(chosen.plan, chosen.tge, chosen.at)
    document: dict[str, object] = {
        "plan": chosen.plan.name,
        "asset": chosen.plan.asset,
        "decimals": chosen.plan.decimals,
        "tge": chosen.tge,
        "at": chosen.at,
        **_numbers(found.whole),
        "buckets": [{"id": row.id, **_numbers(row)} for row in found.buckets],
        "published": None if figure is None else str(figure),
        "gap": None if figure is None else str(figure - found.whole.circulating),
        "unvested": list(map(checksum, found.unvested)),
    }
    return Answer(document, _lines(chosen, found, figure))


def _figure(chosen: Chosen, text: str) -> int:
    try:
        return amount.parse(text, chosen.plan.decimals)
    except amount.AmountError as error:
        raise UsageError(error.code, error.reason, **error.facts) from None


def _numbers(row: Supply) -> dict[str, str]:
    return {"total": str(row.total), "circulating": str(row.circulating), "locked": str(row.locked)}


def _lines(chosen: Chosen, found: Circulation, figure: int | None) -> Iterator[str]:
    yield from wrapped(say("VESTING", "head", title=chosen.plan.title, at=chosen.at, tge=chosen.tge))
    yield ""
    table = [("", *(say("VESTING", name) for name in ("total", "circulating", "locked")))]
    for row in (*found.buckets, found.whole._replace(id=say("VESTING", "sum"))):
        table.append((row.id, *map(chosen.spell, (row.total, row.circulating, row.locked))))
    yield from columns(table, right=(1, 2, 3))
    if figure is not None:
        gap = figure - found.whole.circulating
        pairs = [("published", chosen.spell(figure)), ("gap", chosen.spell(gap))]
        yield from ("", *rows([(say("VESTING", name), told) for name, told in pairs]))
