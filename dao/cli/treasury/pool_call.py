"""`dao pool call`: an unsigned call to the real contract, to be checked and sent with a wallet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from chain import address, amount
from dao.cli.answer import Answer
from dao.cli.text import label, rows, say, wrapped
from dao.cli.treasury.pool_told import advice, eth
from dao.errors import UsageError
from treasury.mutual_pool import calls
from treasury.mutual_pool.agents import REGISTER_MIN_WEI
from treasury.mutual_pool.calls import PoolCall
from treasury.mutual_pool.curve import DAYS_MAX

EXAMPLES = (
    "dao pool call buy --wei 4829757440450779 --days 100",
    "dao pool call buy --wei 1000000000000000000 --days 30 --agent 3 --json",
    "dao pool call register --name 'Third floor'",
    "dao pool call withdraw --json",
)


def command(
    name: Annotated[str, typer.Argument(help="buy, register, upgrade, withdraw, claim or forward.", metavar="NAME")],
    *,
    wei: Annotated[str, typer.Option("--wei", help="The premium, or the fee; digits only.", metavar="WEI")] = "",
    days: Annotated[int, typer.Option("--days", help="Days to buy; 0 buys shares alone.", metavar="D", min=0)] = 0,
    agent: Annotated[str, typer.Option("--agent", help="Agent by address, number or name.", metavar="A")] = "",
    agent_name: Annotated[str, typer.Option("--name", help="The name to register.", metavar="NAME")] = "",
) -> Answer:
    """Write a call to the real contract: to, value and data. Nothing is signed or sent.

    What the contract would revert whoever sends it is refused. A Safe can only buy shares without days or agent, and
    withdraw: everything else the contract takes from a person's key alone. This is not insurance advice.
    """
    call = _call(name, wei, days, agent, agent_name)
    document = {
        "chain_id": calls.CHAIN_ID,
        "function": call.function,
        "to": address.checksum(call.to),
        "value": str(call.value),
        "data": "0x" + call.data.hex(),
        "people_only": call.people_only,
    }
    return Answer(document, _lines(call, days))


def _call(name: str, wei: str, days: int, agent: str, agent_name: str) -> PoolCall:
    if name == "buy":
        return calls.buy(_wei(wei, "--wei"), days, _agent(agent))
    if name == "register":
        if not agent_name:
            raise UsageError("E_USAGE", "pool_option", option="--name", name=name)
        return calls.register(agent_name, _wei(wei, "--wei") if wei else REGISTER_MIN_WEI)
    return calls.plain(name)


def _wei(text: str, option: str) -> int:
    if not text:
        raise UsageError("E_USAGE", "pool_option", option=option, name="buy")
    try:
        return amount.parse_base_units(text)
    except amount.AmountError as error:
        raise UsageError(error.code, error.reason, **error.facts) from None


def _agent(text: str) -> bytes | int | str | None:
    """An address, a serial number, or a name; a name is never only digits and never begins with 0x."""
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return int((text.lstrip("0") or "0")[:79])  # above 2**256 already, and refused as that
    if not text.startswith("0x"):
        return text
    try:
        return address.parse(text)
    except address.AddressError as error:
        raise UsageError(error.code, error.reason, **error.facts) from None


def _lines(call: PoolCall, days: int) -> Iterator[str]:
    yield from rows(
        [
            (label("function"), call.function),
            (label("to"), address.checksum(call.to)),
            (label("value"), f"{eth(call.value)}  ({call.value} wei)"),
            (label("data"), "0x" + call.data.hex()),
        ]
    )
    yield ""
    yield from wrapped(say("POOL", "unsigned", chain_id=calls.CHAIN_ID))
    if call.people_only:
        yield from wrapped(say("POOL", "people_only"))
    if days > DAYS_MAX:
        yield from wrapped(say("POOL", "clipped", days=days))
    yield from advice()
