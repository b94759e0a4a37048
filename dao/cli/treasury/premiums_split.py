"""`dao premiums split`: one premium, share by share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from chain import amount
from dao.cli.answer import Answer
from dao.cli.text import label, rows, say
from dao.cli.treasury.pool_told import advice
from dao.cli.treasury.vesting_plan import Force, need_suffix, save
from dao.cli.votes import chart_svg
from dao.errors import UsageError
from dao.sentences import language
from treasury import premiums

EXAMPLES = (
    "dao premiums split 1000000000000000000",
    "dao premiums split 1000000000000000000 --agent-level 3 --json",
)


def command(
    wei: Annotated[str, typer.Argument(help="The premium in wei, digits only.", metavar="WEI")],
    agent_level: Annotated[
        int,
        typer.Option("--agent-level", help="Level of the agent, 1 to 10; 0 without.", metavar="L", show_default=False),
    ] = 0,
    chart: Annotated[
        Path | None, typer.Option("--chart", help="Draw it into this file, an SVG.", metavar="FILE")
    ] = None,
    *,
    force: Force = False,
) -> Answer:
    """Split one premium into its exact shares, in wei.

    Every division is the contract's own floor, and the wei that nobody gets are shown as the remainder. This is not
    insurance advice.
    """
    try:
        premium = amount.parse_base_units(wei)
    except amount.AmountError as error:
        raise UsageError(error.code, error.reason, **error.facts) from None
    split = premiums.split(premium, agent_level)
    need_suffix(chart, (".svg",))
    lines = list(_lines(premium, agent_level, split))
    if chart is not None:
        lines += save(chart, _draw(premium, agent_level, split), force=force)
    document = {name: str(share) for name, share in split._asdict().items()}
    return Answer(document, lines)


def _draw(premium: int, level: int, split: premiums.PremiumSplit) -> bytes:
    """A bar a share; what nobody gets has none."""
    named = [(label(name), share) for name, share in split._asdict().items() if name != "remainder"]
    said = say("PREMIUM", "split_agent" if level else "split", amount=amount.spell(premium, 18), level=level)
    bars = tuple(chart_svg.Bar(number, name, share) for number, (name, share) in enumerate(named, 1))
    title = say("BOOKS", "chart_premium_title")
    notes = (say("POOL", "no_advice"),)
    drawn = chart_svg.Chart(
        lang=language(), title=title, outcome=(said,), bars=bars, total=premium, decimals=18, notes=notes
    )
    return chart_svg.draw(drawn)


def _lines(premium: int, agent_level: int, split: premiums.PremiumSplit) -> Iterator[str]:
    yield say("PREMIUM", "split_agent" if agent_level else "split", amount=amount.spell(premium, 18), level=agent_level)
    yield ""
    width = len(str(premium))
    shares = (*split._asdict().items(), ("total", premium))
    yield from rows([(label(name), f"{share:>{width}} wei") for name, share in shares])
    yield from advice()
