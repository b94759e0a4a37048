"""`dao fund collect`: what waits at a fund's proxies and banks, and the calls that bring it to the Safe.

Decides what is asked of the chain and how the calls are told. Nothing is signed or sent: a proxy's call is for any
wallet, a bank's becomes a part of a draft that is voted on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple, cast

import typer

from chain import abi
from chain.address import checksum
from chain.amount import spell
from chain.clients.node import Node, Read
from dao.cli import steps
from dao.cli.answer import Answer
from dao.cli.options import Dir, PassphraseFile
from dao.cli.proposals.draft import begin
from dao.cli.proposals.draft_ask import Said
from dao.errors import UsageError
from dao.workflow.proposing import settings_in_force
from governance.settings import Asset, FundSettings
from proposals.action import CallSentence, write_call
from proposals.draft import budget_row
from treasury.collecting import ForwardCall, forward_call, withdrawals

EXAMPLES = (
    "dao fund collect",
    "dao fund collect iip --dir club --json",
    "dao fund collect --title … --description … --author … --discussions-to …",
)


class Waiting(NamedTuple):
    """What waits for a fund at a block, and the calls that fetch it."""

    number: int
    forwards: list[ForwardCall]
    calls: list[CallSentence]
    """Parts, one a token and bank."""


def command(
    name: Annotated[
        str, typer.Argument(help="The fund; its only one may be left out.", metavar="NAME", show_default=False)
    ] = "",
    *,
    title: Annotated[str, typer.Option("--title", help="Write a draft of the withdrawals, with this title.")] = "",
    description: Annotated[str, typer.Option("--description", help="One sentence.")] = "",
    author: Annotated[str, typer.Option("--author", help="As `Dora (@dora), 0x…`.")] = "",
    discussions_to: Annotated[
        str, typer.Option("--discussions-to", help="Address of the discussion.", metavar="URL")
    ] = "",
    number: Annotated[int, typer.Option("--number", help="Number; without it the next free one.", min=0)] = 0,
    out: Annotated[Path | None, typer.Option("--out", help="File to write; else iips/iip-N.md.")] = None,
    passphrase_file: PassphraseFile = None,
    folder: Dir = Path(),
) -> Answer:
    """Show what waits at a fund's proxies and banks, and build the calls that bring it to the Safe.

    A proxy's forward() can be sent by any wallet and by no contract, so it is written as an unsigned call. A bank obeys
    its owner, the Safe: each withdrawal is a part, written as --pay of dao draft takes it, or with --title as a draft.
    What arrived is booked by dao fund income.
    """
    headers = (title, description, author, discussions_to)
    if any(headers) and not all(headers):
        raise UsageError("E_USAGE", "collect")
    with steps.open_for(folder, passphrase_file=passphrase_file) as session:
        fund = steps.choose_fund(settings_in_force(session.desk), name)
        found = _waiting(session.node, fund)
        drafted = None
        if title and found.calls:
            said = Said(
                title=title, description=description, author=author, discussions_to=discussions_to, pay=None, part=(),
                due=(), kind="Process",
            )  # fmt: skip  # it asks the fund for nothing
            rows = [budget_row(part, write_call(call)) for part, call in enumerate(found.calls, 1)]
            drafted = begin(session, said, number, out, rows)
    document = _document(fund, found)
    lines = [*_lines(fund, found)]
    if drafted is None:
        return Answer(document, lines)
    made = cast("dict[str, Any]", drafted.document)
    return Answer({**document, **made}, [*lines, *drafted.lines], drafted.status)


def _waiting(node: Node, fund: FundSettings) -> Waiting:
    """What the fund's proxies and banks hold at the head."""
    number = node.head().ref.number
    proxies, banks = fund.sources_of("premium_share"), fund.sources_of("guild_bank")
    balances = node.balances(list(proxies), number) if proxies else []
    forwards = [forward_call(proxy, waiting) for proxy, waiting in zip(proxies, balances, strict=True)]
    tokens = [asset.address for asset in fund.assets if asset.address is not None]
    calls: list[CallSentence] = []
    for bank in banks:
        calls += withdrawals(fund.chain_id, bank, fund.safe, _held(node, bank, tokens, number))
    return Waiting(number, [call for call in forwards if call is not None], calls)


def _held(node: Node, bank: bytes, tokens: Sequence[bytes], number: int) -> dict[bytes, int]:
    reads = [Read(token, abi.encode_call("balanceOf(address)", [bank])) for token in tokens]
    answers = node.read_many(reads, number)
    return {
        token: int.from_bytes(answer, "big")
        for token, answer in zip(tokens, answers, strict=True)
        if answer is not None and len(answer) == 32
    }


def _document(fund: FundSettings, found: Waiting) -> dict[str, Any]:
    return {
        "ok": True,
        "fund": fund.name,
        "block": found.number,
        "forward": [
            {
                "to": checksum(call.to),
                "value": "0",
                "data": "0x" + call.data.hex(),
                "waiting": str(call.waiting),
                "rebate": str(call.rebate),
                "forwarded": str(call.forwarded),
            }
            for call in found.forwards
        ],
        "withdraw": [
            {
                "bank": checksum(call.to),
                "token": checksum(_token(call)),
                "amount": str(call.values[2]),
                "data": "0x" + call.data.hex(),
                "pay": write_call(call),
            }
            for call in found.calls
        ],
    }


def _lines(fund: FundSettings, found: Waiting) -> Iterator[str]:
    for call in found.forwards:
        amount, rebate = spell(call.forwarded, 18), spell(call.rebate, 18)
        data = "0x" + call.data.hex()
        yield from steps.done("STEP_COLLECT", "forward", amount=amount, rebate=rebate, to=call.to, data=data)
    for sentence in found.calls:
        asset = _asset(fund, _token(sentence))
        amount = spell(cast("int", sentence.values[2]), asset.decimals)
        yield from steps.done("STEP_COLLECT", "withdraw", amount=amount, symbol=asset.symbol, bank=sentence.to)
        yield f"    {write_call(sentence)}"
    if not found.forwards and not found.calls:
        yield from steps.done("STEP_COLLECT", "nothing", fund=fund.name, block=found.number)


def _token(call: CallSentence) -> bytes:
    token = call.values[0]
    assert isinstance(token, bytes), "withdraw begins with a token"
    return token


def _asset(fund: FundSettings, token: bytes) -> Asset:
    return next(asset for asset in fund.assets if asset.address == token)
