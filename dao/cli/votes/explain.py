"""`dao explain`: why a vote came out as it did, or what a document would do, in plain sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from chain.amount import spell
from dao.cli.answer import Answer
from dao.cli.files import read, write
from dao.cli.options import Dir
from dao.cli.text import paint, say, wrapped
from dao.cli.votes.chart import draw
from dao.cli.votes.explain_document import is_document, of_document
from dao.cli.votes.result import Result, find_result
from dao.errors import UsageError
from dao.files import is_file
from governance.counting import Branch, Duel, Round
from governance.counting.reasons import reasons

EXAMPLES = (
    "dao explain iips/iip-2.md",
    "dao explain iips/iip-2.md --settings settings.json",
    "dao explain IIP-4",
    "dao explain iip-4.car",
    "dao explain proposal.json --json",
    "dao explain iip-4.car --chart iip-4.svg",
)


def command(
    result: Annotated[
        str,
        typer.Argument(
            help="A document, a proposal's name, a decision record, or a hub's answer in JSON.", metavar="RESULT"
        ),
    ],
    *,
    fund: Annotated[str, typer.Option("--fund", help="Fund that a document asks; if there are several.")] = "",
    settings: Annotated[
        Path | None,
        typer.Option(
            "--settings", help="Settings in a file for a document, instead of the workspace's.", metavar="FILE"
        ),
    ] = None,
    chart: Annotated[
        Path | None, typer.Option("--chart", help="Draw the result into this file, an SVG.", metavar="FILE")
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write a document into this file, a page to read.", metavar="FILE")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a chart or page with other bytes.")] = False,
    folder: Dir = Path(),
) -> Answer:
    """Say in plain sentences what a document would do, or why a choice won, round by round.

    A document's tables are compiled for the workspace's fund, and its parts are told from their bytes. Where there is
    no workspace, as in a bare clone, --settings names the settings; without them the document's own rows and calls are
    told, and what could not be looked up is named and never guessed.
    A record is verified first, and its ballots are counted again. A hub's answer holds the members `proposal` (`type`,
    `choices`) and `votes` (`voter`, `choice`, `vp`): it is counted exactly, and nothing in it is proved.
    """
    if chart is not None and chart.suffix.lower() != ".svg":
        raise UsageError("E_USAGE", "chart", path=str(chart))
    if is_file(Path(result)) and is_document(data := read(Path(result))):
        if chart is not None:
            raise UsageError("E_USAGE", "chart_document", path=result)
        return of_document(folder, data, fund, html, force=force, settings=settings)
    if settings is not None:
        raise UsageError("E_USAGE", "settings_document", path=result)
    if html is not None:
        raise UsageError("E_USAGE", "html_document", path=result)
    found = find_result(folder, result)
    if isinstance(found, Answer):
        return found
    if chart is None:
        return Answer(*_told(found))
    is_new = write(chart, draw(found), force=force)
    document, lines = _told(found)
    drawn = say("CHART", "written" if is_new else "same", path=chart)
    return Answer({**document, "chart": str(chart)}, [*lines, *wrapped(f"{paint('✓', 'green')} {drawn}", "", "  ")])


def _told(told: Result) -> tuple[dict[str, object], list[str]]:
    why = [
        say("WHY", reason.key, **reason.facts)
        for reason in reasons(told.system, told.options, told.found, told.total, decimals=told.decimals)
    ]
    verdict = None if told.judged is None else told.judged.verdict
    if verdict is not None:
        code, _, reason = verdict.key.partition(".")
        why.append(say(code, reason, **verdict.facts))
    document = {
        "ok": True,
        "voting": told.system,
        "choices": list(told.options),
        "scores": [spell(score, told.decimals) for score in told.found.scores],
        "total": spell(told.total, told.decimals),
        "error_bound": spell(told.found.bound, told.decimals),
        "winners": list(told.found.winners),
        "verdict": None if verdict is None else verdict.state,
        "steps": [_step(step, told.decimals) for step in told.found.steps],
        "left_out": list(told.left_out),
        "why": why,
    }
    return document, list(_lines(why, told.left_out))


def _lines(why: Sequence[str], left_out: Sequence[str]) -> Iterator[str]:
    for line in why:
        yield from wrapped(line, "", "  ")
    if left_out:
        yield from wrapped(say("WHY", "left_out", count=len(left_out), voters=list(left_out)), "", "  ")


def _step(step: Round | Branch | Duel, decimals: int) -> dict[str, object]:
    match step:
        case Round():
            counts = [{"choice": number, "power": spell(power, decimals)} for number, power in step.counts]
            return {"kind": "round", "counts": counts, "eliminated": list(step.eliminated)}
        case Branch():
            return {"kind": "branch", "eliminated": step.eliminated, "winners": list(step.winners)}
        case Duel():
            powers = {"for_first": spell(step.for_first, decimals), "for_second": spell(step.for_second, decimals)}
            return {"kind": "duel", "first": step.first, "second": step.second, **powers}
