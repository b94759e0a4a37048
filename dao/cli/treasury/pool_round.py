"""`dao pool round`: what a shut down pool still holds and whom it owes, and the beginning of the next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from dao.cli.answer import Answer
from dao.cli.text import columns, label, say, wrapped
from dao.cli.treasury.pool_told import File, advice, eth, read_time, run_file
from dao.sentences import escape
from treasury.mutual_pool.rounds import Closing, close, open_next

EXAMPLES = (
    "dao pool round history.json",
    "dao pool round history.json --number 2 --next 2026-02-01T00:00:00Z --json",
)


def command(
    file: File,
    *,
    number: Annotated[int, typer.Option("--number", help="Which round it is.", metavar="N", min=1)] = 1,
    following: Annotated[str, typer.Option("--next", help="When the next round is deployed.", metavar="TIME")] = "",
) -> Answer:
    """Close a round after its shutdown: entries that add up to zero.

    What the contract holds is owed as claims, dividends and referrals, or is stuck in it for ever. The next round
    begins with nothing of this one. These are the members' books, never the treasury's. This is not insurance
    advice.
    """
    _, replayed = run_file(file)
    closing = close(replayed.last, number)
    opened = open_next(closing, read_time(following, closing.end)) if following else None
    document: dict[str, Any] = {
        "round": closing.round,
        "end": closing.end,
        "lines": [{"account": line.account, "owner": line.owner, "wei": str(line.wei)} for line in closing.lines],
        "totals": {name: str(closing.total(name)) for name in ("claims", "dividends", "referrals", "stuck")},
        "next": None
        if opened is None
        else {"round": number + 1, "deploy_ts": opened.deploy_ts, "accounts": {}, "steps": []},
    }
    return Answer(document, _lines(closing, None if opened is None else opened.deploy_ts))


def _lines(closing: Closing, following: int | None) -> Iterator[str]:
    yield from wrapped(say("POOL", "closed", round=closing.round, end=closing.end))
    yield ""
    heads = [label(name) for name in ("entry", "account", "amount")]
    rows = [[label(line.account), escape(line.owner or ""), eth(line.wei)] for line in closing.lines]
    total = [label("total"), "", eth(sum(line.wei for line in closing.lines))]
    yield from columns([heads, *rows, total], right=(2,))
    if following is not None:
        yield ""
        yield from wrapped(say("POOL", "next", round=closing.round + 1, deploy_ts=following))
    yield from advice()
