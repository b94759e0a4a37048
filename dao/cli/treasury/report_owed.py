"""What `dao report` tells of debts that no book holds, out of the files that somebody names.

Decides which file says what, and that what nobody named is told as not known; the sums are `treasury.liabilities`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from chain.amount import spell
from dao.cli.files import read
from dao.cli.text import label, say
from dao.cli.treasury.report_tables import table
from dao.cli.treasury.vesting_plan import choose
from dao.files import is_file
from governance.settings import Settings
from treasury.liabilities import Owed, owed_by_bonds, owed_by_plan, owed_by_pool, read_bonds
from treasury.mutual_pool.history import BYTES_MAX, History, read_history, replay

PoolFile = Annotated[
    Path | None,
    typer.Option("--pool", help="A history of the mutual's pool: what dividends are owed.", metavar="FILE"),
]
PlanFile = Annotated[str, typer.Option("--plan", help="An allocation plan: what its grants are owed.", metavar="PLAN")]
BondFile = Annotated[
    Path | None, typer.Option("--bonds", help="A file of bonds: holder,asset,amount,due.", metavar="FILE")
]


class Named(NamedTuple):
    """The files that were named."""

    pool: Path | None = None
    plan: str = ""
    tge: str = ""
    bonds: Path | None = None


class Debts(NamedTuple):
    """What is owed besides the books, and what nobody said anything about."""

    rows: list[tuple[Owed, str]]
    """Each with the SHA-256 of its file; empty of a plan that is shipped."""
    unknown: list[str]
    """`dividends`, `vesting` and `bonds`, where no file was named."""


def debts(named: Named, settings: Settings, moment: int) -> Debts:
    """Read the files and sum up what is owed just before a moment."""
    decimals = {asset.symbol: asset.decimals for fund in settings.funds for asset in fund.assets}
    rows: list[tuple[Owed, str]] = []
    if named.pool is not None:
        data = read(named.pool, BYTES_MAX)
        pool = replay(_until(read_history(data), moment)).last
        rows += [(row, sha256(data).hexdigest()) for row in owed_by_pool(pool)]
    if named.plan:
        chosen = choose(named.plan, named.tge, "")
        file = Path(named.plan)
        digest = sha256(read(file)).hexdigest() if is_file(file) else ""
        rows += [(row, digest) for row in owed_by_plan(chosen.plan, chosen.tge, moment - 1)]
    if named.bonds is not None:
        data = read(named.bonds)
        found = owed_by_bonds(read_bonds(data, decimals), decimals, moment - 1)
        rows += [(row, sha256(data).hexdigest()) for row in found]
    told = {"dividends": named.pool, "vesting": named.plan, "bonds": named.bonds}
    return Debts(rows, [name for name, source in told.items() if not source])


def debts_document(found: Debts) -> dict[str, Any]:
    """For machines."""
    return {
        "owed": [
            {
                "what": row.what,
                "asset": row.asset,
                "amount": str(row.amount),
                "known": row.known,
                "file": digest or None,
            }
            for row, digest in found.rows
        ],
        "not_told": found.unknown,
    }


def debts_lines(found: Debts) -> Iterator[str]:
    """The table, and below it what of it cannot be proved and what nobody named."""
    heads = ["", label("amount"), "", label("how known"), "SHA-256"]
    yield from table("owed", heads, [_cells(row, digest) for row, digest in found.rows])
    for known in dict.fromkeys(row.known for row, _ in found.rows):
        yield ""
        yield say("REPORT", f"owed_{known}")
    if found.unknown:
        yield ""
        yield say("REPORT", "owed_not_told", names=", ".join(say("OWED", name) for name in found.unknown))


def _cells(row: Owed, digest: str) -> list[str]:
    return [say("OWED", row.what), spell(row.amount, row.decimals), row.asset, say("OWED", row.known), digest or "–"]


def _until(history: History, moment: int) -> History:
    """What had happened just before a moment."""
    return history._replace(events=tuple(event for event in history.events if event.ts < moment))
