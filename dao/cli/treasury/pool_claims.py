"""`dao pool claims`: who a shutdown pays, by the contract's reading of its day and by the white paper's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from dao.cli.answer import FALSE, TRUE, Answer
from dao.cli.text import columns, label, paint, say, wrapped
from dao.cli.treasury.pool_told import File, advice, eth, last_time, read_time, run_file, units
from dao.sentences import escape
from treasury.mutual_pool.claims import Claims, Reading, claims
from treasury.mutual_pool.state import Pool

EXAMPLES = (
    "dao pool claims history.json",
    "dao pool claims history.json --at 2026-01-31T12:00:00Z --json",
)


def command(
    file: File,
    at: Annotated[
        str,
        typer.Option(
            "--at", help="When the contract sees the shutdown, if the history has not seen it.", metavar="TIME"
        ),
    ] = "",
) -> Answer:
    """Split the pool among the insured, by both readings of the shutdown's day.

    The contract pays those insured on the day it first hears of the shutdown, the white paper those of the day itself;
    the contract rules. A history without a shutdown is asked what one now would pay. With nobody insured the exit
    status is 1. This is not insurance advice.
    """
    history, replayed = run_file(file)
    last = replayed.last
    ticked_at = last.end or read_time(at, last_time(history))
    caged_at = last.caged_at or ticked_at
    told = claims(replayed.before_end, caged_at, ticked_at)
    times = {"caged_at": caged_at, "ticked_at": ticked_at}
    return Answer(
        _document(told, times, last),
        _lines(told, times, last),
        FALSE if told.pool and not told.contract.issued else TRUE,
    )


def _document(told: Claims, times: dict[str, int], last: Pool) -> dict[str, Any]:
    return {
        **times,
        "seen": last.ended,
        "pool": str(told.pool),
        "contract": _reading(told.contract),
        "white_paper": _reading(told.white_paper),
        "differ": told.differ,
        "claims": [
            {
                "account": row.account,
                "units": str(row.units),
                "amount": str(row.amount),
                "white_paper_units": str(row.white_paper_units),
                "white_paper_amount": str(row.white_paper_amount),
                "claimed": last.player(row.account).claimed,
            }
            for row in told.claimants
        ],
    }


def _reading(found: Reading) -> dict[str, Any]:
    return {
        "day": found.day,
        "issued": str(found.issued),
        "paid": str(found.paid),
        "stuck": str(found.stuck),
        "alarm": None if found.issued else "E_PREM_LOCKED",
    }


def _lines(told: Claims, times: dict[str, int], last: Pool) -> Iterator[str]:
    yield from wrapped(say("POOL", "claims_seen" if last.ended else "claims_if", pool=eth(told.pool), **times))
    yield ""
    if told.pool and not told.contract.issued:
        yield from (paint(line, "red") for line in wrapped(say("E_PREM_LOCKED", pool=told.pool)))
        yield ""
    heads = [label(name) for name in ("account", "units", "contract", "white_paper")]
    table = [
        [escape(row.account), units(row.units), eth(row.amount), eth(row.white_paper_amount)] for row in told.claimants
    ]
    total = [label("total"), units(told.contract.issued), eth(told.contract.paid), eth(told.white_paper.paid)]
    yield from columns([heads, *table, total], right=(1, 2, 3))
    yield ""
    said = "readings" if told.differ else "readings_same"
    yield from wrapped(say("POOL", said, contract=told.contract.day, white_paper=told.white_paper.day))
    yield from advice()
