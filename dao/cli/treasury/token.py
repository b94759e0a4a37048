"""`dao token`: how much of a token its plan has in circulation and locked, and how far a published figure is off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from chain import amount
from chain.address import checksum
from chain.cid import raw_cid
from dao.cli.answer import Answer
from dao.cli.text import columns, rows, say, wrapped
from dao.cli.treasury.token_votable import ask_votable, excluded_file, votable_document, votable_lines
from dao.cli.treasury.vesting_check import open_node
from dao.cli.treasury.vesting_funds import read_funds, with_books
from dao.cli.treasury.vesting_plan import (
    At,
    CalendarChoice,
    Chosen,
    Decimals,
    Force,
    OfWorkspace,
    PlanName,
    RpcEnv,
    StepChoice,
    Tge,
    choose,
    party,
    save,
)
from dao.errors import UsageError
from treasury.circulation import Circulation, Supply, circulation

EXAMPLES = (
    "dao token --plan muton --tge 2017-12-01T00:00:00Z",
    "dao token --plan plan.toml --published 1199999624 --json",
    "dao token --plan plan.toml --dir club --block 1200 --out unvested.txt",
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
    exclude: Annotated[
        list[str] | None,
        typer.Option("--exclude", help="Who else shall not vote, as a treasury; repeatable.", metavar="ADDRESS"),
    ] = None,
    block: Annotated[int | None, typer.Option("--block", help="Block; the newest when absent.", min=0)] = None,
    rpc_env: RpcEnv = "",
    folder: OfWorkspace = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write who shall not vote as a file for settings.", metavar="FILE")
    ] = None,
    force: Force = False,
) -> Answer:
    """Show what of a token is in circulation by its plan, and what is locked, by bucket.

    What is vested circulates, what is not is locked, and together they are the total. With a published figure the gap
    is shown: published less circulating. `unvested` are wallets that hold locked tokens, and should not vote. With a
    node, what was votable at a block: the supply less what they held, as `excluding` counts a quorum's base. With a
    workspace, a committee's bucket has unlocked what the books of its fund paid.
    """
    others = [party(text) for text in exclude or ()]
    chosen = choose(plan, tge, at, calendar=calendar, step=step, decimals=decimals)
    figure = _figure(chosen, published) if published else None
    asked = None
    if rpc_env or folder is not None:
        with open_node(chosen, rpc_env, folder) as node:
            asked = ask_votable(chosen, node, others, block)
        chosen = with_books(chosen, read_funds(chosen, folder))._replace(at=asked.block.timestamp)
    elif block is not None:
        raise UsageError("E_USAGE", "node")
    found = circulation(chosen.plan, chosen.tge, chosen.at)
    document: dict[str, object] = {
        **chosen.head,
        **_numbers(found.whole),
        "buckets": [{"id": row.id, **_numbers(row)} for row in found.buckets],
        "published": None if figure is None else str(figure),
        "gap": None if figure is None else str(figure - found.whole.circulating),
        "unvested": list(map(checksum, found.unvested)),
        "votable": None if asked is None else votable_document(asked),
    }
    lines = [*_lines(chosen, found, figure), *(() if asked is None else votable_lines(chosen, asked))]
    if out is not None:
        file = excluded_file([*found.unvested, *others])
        document["file"] = str(raw_cid(file))
        lines += ["", *save(out, file, force=force), f"  {raw_cid(file)}"]
    return Answer(document, lines)


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
