"""What the commands about the mutual's pool share: a history read and run, the dashboard, and the advice that none is.

Decides layout and JSON keys only; every figure is `treasury.mutual_pool`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from chain import amount
from dao.cli.files import read
from dao.cli.progress import bar
from dao.cli.text import label, paint, rows, say, wrapped
from dao.errors import UsageError
from proposals import times
from treasury.mutual_pool.figures import Figures
from treasury.mutual_pool.history import BYTES_MAX, History, Replay, read_history, replay

File = Annotated[
    Path, typer.Argument(help="A history: deploy_ts, accounts and steps, as JSON.", metavar="FILE", show_default=False)
]


_TOLD_FROM = 5_000
"""Steps from which on progress is shown: about a second of one core."""


def run_file(file: Path) -> tuple[History, Replay]:
    """Read a history and run it."""
    history = read_history(read(file, BYTES_MAX))
    if len(history.events) < _TOLD_FROM:
        return history, replay(history)
    with bar("POOL") as told:
        return history, replay(history, lambda done, whole: told("running", done, whole))


def last_time(history: History) -> int:
    """The time of the last step, which is the present of a history."""
    return history.events[-1].ts if history.events else history.deploy_ts


def read_time(text: str, default: int) -> int:
    """A time of the command line, or the default where none was given."""
    try:
        return times.parse_instant(text) if text else default
    except times.TimeError as error:
        raise UsageError(error.code, error.reason, **error.facts) from None


def read_units(text: str) -> int:
    """Whole units or shares with up to 18 decimals, as 10⁻¹⁸."""
    try:
        return amount.parse(text, 18)
    except amount.AmountError as error:
        raise UsageError(error.code, error.reason, **error.facts) from None


def eth(wei: int) -> str:
    """Wei as ether, for people."""
    return f"{amount.spell(wei, 18)} ETH"


def units(held: int) -> str:
    """10⁻¹⁸ as whole units, for people."""
    return amount.spell(held, 18)


def times_over(multiple: int | None) -> str:
    """A multiple of 10⁻¹⁸ with two places, cut off and not rounded up."""
    if multiple is None:
        return "–"
    hundredths = multiple // 10**16
    return f"{hundredths // 100}.{hundredths % 100:02d}x"


def dashboard_document(found: Figures) -> dict[str, Any]:
    """The dashboard for machines."""
    return {
        "pool": str(found.pool),
        "shares": str(found.shares),
        "active": str(found.active),
        "counted": str(found.issued),
        "agents": str(found.agents),
        "price": str(found.price),
        "multiple": None if found.multiple is None else str(found.multiple),
        "ended": found.ended,
        "alarm": "E_PREM_LOCKED" if found.locked else None,
    }


def dashboard(found: Figures) -> Iterator[str]:
    """The dashboard for people; the alarm comes first, in red."""
    if found.locked:
        yield from (paint(line, "red") for line in wrapped(say("E_PREM_LOCKED", pool=found.pool)))
        yield ""
    yield from rows(
        [
            (label("eth_in_pool"), eth(found.pool)),
            (label("total_shares"), units(found.shares)),
            (label("active_insurance"), units(found.active)),
            (label("agents"), str(found.agents)),
            (label("payout_multiple"), times_over(found.multiple)),
            (label("next_share"), eth(found.price)),
        ]
    )
    if found.issued != found.active:
        yield from wrapped(say("POOL", "stale", counted=units(found.issued)))


def advice() -> Iterator[str]:
    """What stands below every answer about the pool."""
    yield ""
    yield from wrapped(say("POOL", "no_advice"))
