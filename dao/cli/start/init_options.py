"""The options of `dao init`: how they are spelled and explained, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Dir = Annotated[Path, typer.Option("--dir", help="Folder that becomes the workspace; other files in it stay.")]
Space = Annotated[
    str, typer.Option("--space", help="Name of the space, as club.eth; on a devnet club.devnet.", metavar="NAME")
]
IsDevnet = Annotated[bool, typer.Option("--devnet", help="Make an embedded chain, with keys that everybody has.")]
Owners = Annotated[
    list[str] | None,
    typer.Option("--owner", help="Devnet: an owner of the Safe, by name; repeatable.", metavar="NAME"),
]
SafeThreshold = Annotated[
    int,
    typer.Option(
        "--threshold", help="Devnet: owners who must sign; else more than half.", min=0, metavar="N", show_default=False
    ),
]
Holders = Annotated[
    list[str] | None,
    typer.Option(
        "--holder",
        help="Devnet: NAME=AMOUNT of votes. With --safe: somebody who holds the token, so that it can be seen "
        "where its balances lie. Repeatable.",
        metavar="WHO",
    ),
]
Start = Annotated[str, typer.Option("--start", help="Devnet: its first moment, else now.", metavar="TIME")]
Safe = Annotated[str, typer.Option("--safe", help="The treasury Safe, as eth:0x….", metavar="ADDRESS")]
RpcEnv = Annotated[str, typer.Option("--rpc-env", help="Variable that holds the node's URL.", metavar="NAME")]
Token = Annotated[
    str,
    typer.Option(
        "--token",
        help="Token whose holders vote: [SYMBOL=]0x…; on a devnet the symbol of the one that is made.",
        metavar="TOKEN",
    ),
]
DraftFile = Annotated[
    Path | None, typer.Option("--draft", help="With --safe: settings that another owner drafted.", metavar="FILE")
]
JournalKey = Annotated[
    str, typer.Option("--journal-key", help="Public key of the journal, if it is written elsewhere.", metavar="HEX")
]
Quorum = Annotated[
    str, typer.Option("--quorum", help="Votes that must be counted: 200, or 20% of the supply.", metavar="VOTES")
]
Majority = Annotated[
    str, typer.Option("--majority", help="Share of For + Against that For must exceed, as 1/2.", metavar="N/D")
]
Delay = Annotated[str, typer.Option("--delay", help="From a proposal to its vote, as 36h.", metavar="TIME")]
Period = Annotated[str, typer.Option("--period", help="How long a vote lasts.", metavar="TIME")]
Timelock = Annotated[str, typer.Option("--timelock", help="From a vote's close to its payment.", metavar="TIME")]
Grace = Annotated[str, typer.Option("--grace", help="How long it can be paid from then on.", metavar="TIME")]
Notice = Annotated[str, typer.Option("--notice", help="How long new settings wait to bind.", metavar="TIME")]
Proposers = Annotated[
    list[str] | None,
    typer.Option(
        "--proposer", help="Who may propose, by name or address; else every voter. Repeatable.", metavar="WHO"
    ),
]
Reviewers = Annotated[
    list[str] | None,
    typer.Option("--reviewer", help="Who releases milestones, by name or address; repeatable.", metavar="WHO"),
]
Reviews = Annotated[
    int,
    typer.Option("--reviews", help="Reviewers it takes; else more than half.", min=0, metavar="N", show_default=False),
]
Fund = Annotated[str, typer.Option("--fund", help="Name of the fund in the Safe; else treasury.", metavar="NAME")]
Assets = Annotated[
    list[str] | None,
    typer.Option(
        "--asset",
        help="Another token of the fund, [SYMBOL=]0x…; repeatable. The coin and the votes token are in it.",
        metavar="TOKEN",
    ),
]
IipShare = Annotated[
    str,
    typer.Option("--iip-share", help="Contract that forwards a share of premiums; `new` on a devnet.", metavar="0x…"),
]
Prefix = Annotated[str, typer.Option("--prefix", help="What proposals are called; else IIP.", metavar="WORD")]
