"""`dao premiums split`: one premium, share by share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from chain import amount
from dao.cli.answer import Answer
from dao.cli.text import label, rows, say
from dao.cli.treasury.pool_told import advice
from dao.errors import UsageError
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
    document = {name: str(share) for name, share in split._asdict().items()}
    return Answer(document, _lines(premium, agent_level, split))


def _lines(premium: int, agent_level: int, split: premiums.PremiumSplit) -> Iterator[str]:
    yield say("PREMIUM", "split_agent" if agent_level else "split", amount=amount.spell(premium, 18), level=agent_level)
    yield ""
    width = len(str(premium))
    shares = (*split._asdict().items(), ("total", premium))
    yield from rows([(label(name), f"{share:>{width}} wei") for name, share in shares])
    yield from advice()
