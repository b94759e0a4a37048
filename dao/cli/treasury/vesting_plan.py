"""What the vesting commands share: which plan is meant, its settings, and moments as people and contracts write them.

Decides how these are spelled on a command line. What a plan says is `treasury.allocation`'s.
"""

from __future__ import annotations

import time
from dataclasses import replace
from enum import StrEnum
from importlib import resources
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from chain import address, amount
from chain.errors import CodedError
from dao.cli.files import read, write
from dao.cli.text import paint, say, wrapped
from dao.errors import UsageError
from proposals.schedule import Schedule
from proposals.schedule.pieces import check_time
from proposals.times import parse_instant
from treasury.allocation import Grant, Plan, PlanError
from treasury.allocation_text import MAX_BYTES, read_plan

SHIPPED = ("muton",)
"""Plans that come with this toolkit, by name."""
_UNIX_DIGITS = 10


class CalendarOption(StrEnum):
    """What a month and a year are."""

    ANNIVERSARIES = "anniversaries"
    DAYS = "365-days"


class StepOption(StrEnum):
    """How finely a line vests."""

    SECOND = "second"
    DAY = "day"
    MONTH = "month"


PlanName = Annotated[
    str, typer.Option("--plan", help="A plan that is shipped, as muton, or a file of one.", metavar="PLAN")
]
Tge = Annotated[
    str,
    typer.Option(
        "--tge", help="Token generation event, RFC 3339 or Unix seconds; the plan's own when absent.", metavar="TIME"
    ),
]
At = Annotated[str, typer.Option("--at", help="The moment that is asked about; now when absent.", metavar="TIME")]
CalendarChoice = Annotated[
    CalendarOption | None,
    typer.Option("--calendar", help="anniversaries (UTC) or 365-days; the plan's own when absent.", metavar="KIND"),
]
StepChoice = Annotated[
    StepOption | None,
    typer.Option("--step", help="second, day or month; the plan's own when absent.", metavar="KIND"),
]
Decimals = Annotated[
    int | None, typer.Option("--decimals", help="Of the token; the plan's own when absent.", metavar="N")
]

OneGrant = Annotated[str, typer.Option("--grant", help="The grant, by its id.", metavar="ID")]
OnlyGrant = Annotated[str, typer.Option("--grant", help="Only this grant, by its id.", metavar="ID")]
Grants = Annotated[
    list[str] | None, typer.Option("--grant", help="Only this grant, by its id; repeatable.", metavar="ID")
]
RpcEnv = Annotated[str, typer.Option("--rpc-env", help="Variable that holds a node's URL.", metavar="NAME")]
OfWorkspace = Annotated[
    Path | None,
    typer.Option("--dir", help="Workspace whose chain and books are asked, instead.", show_default=False),
]
Force = Annotated[bool, typer.Option("--force", help="Replace a file with other bytes.")]


class Chosen(NamedTuple):
    """A plan with everything that is needed to compute it."""

    plan: Plan
    tge: int
    at: int

    @property
    def schedules(self) -> list[Schedule]:
        """Of each bucket, in the plan's order."""
        return [self.plan.schedule(bucket, self.tge) for bucket in self.plan.buckets]

    @property
    def head(self) -> dict[str, object]:
        """With what every JSON document about a plan begins."""
        plan = self.plan
        return {"plan": plan.name, "asset": plan.asset, "decimals": plan.decimals, "tge": self.tge, "at": self.at}

    def spell(self, units: int) -> str:
        """Spell an amount in whole tokens."""
        return amount.spell(units, self.plan.decimals)

    def spell_named(self, units: int) -> str:
        """The same with the asset's name."""
        return f"{self.spell(units)} {self.plan.asset}"

    def spell_short(self, units: int) -> str:
        """Whole tokens alone, and a mark where there is more."""
        whole, _, fraction = self.spell(units).partition(".")
        return f"{whole}…" if fraction else whole


def choose(
    name: str,
    tge: str,
    at: str,
    *,
    calendar: CalendarOption | None = None,
    step: StepOption | None = None,
    decimals: int | None = None,
) -> Chosen:
    """Find the plan, put its settings in place of which others were given, and read the two moments."""
    if decimals is not None and not 0 <= decimals <= amount.MAX_DECIMALS:
        raise UsageError("E_PLAN_FILE", "decimals", decimals=decimals, limit=amount.MAX_DECIMALS)
    plan = _find(name, decimals)
    if calendar is not None:
        plan = replace(plan, calendar=calendar.value)
    if step is not None:
        plan = replace(plan, step=step.value)
    event = moment(tge) if tge else plan.tge
    if event is None:
        raise UsageError("E_USAGE", "tge", plan=plan.name)
    return Chosen(plan, event, moment(at) if at else int(time.time()))


def _find(name: str, decimals: int | None) -> Plan:
    for shipped in SHIPPED:
        plan = read_plan(resources.files("dao.plans").joinpath(f"{shipped}.toml").read_bytes(), decimals)
        if name == plan.name or plan.names_asset(name):
            return plan
    if "/" in name or "." in name:
        return read_plan(read(Path(name), MAX_BYTES), decimals)
    raise UsageError("E_USAGE", "plan", name=name, known=SHIPPED)


def find_grant(chosen: Chosen, id_: str) -> Grant:
    """Find a grant that somebody typed."""
    try:
        return chosen.plan.grant(id_)
    except PlanError as error:
        raise UsageError(error.code, error.reason, **error.facts) from None


def party(text: str) -> bytes:
    """Read an address that somebody typed."""
    try:
        return address.parse(text)
    except CodedError as error:
        raise UsageError(error.code, error.reason, **error.facts) from None


def need_chain(chosen: Chosen, chain_id: int) -> None:
    """Refuse a workspace that is on another chain than the plan."""
    if chain_id != chosen.plan.chain_id:
        raise UsageError("E_USAGE", "chain", expected=chosen.plan.chain_id, chain_id=chain_id)


def save(path: Path, data: bytes, *, force: bool) -> list[str]:
    """Write a paper, and say so."""
    is_new = write(path, data, force=force)
    told = say("VESTING", "written" if is_new else "same", path=path)
    return list(wrapped(f"{paint('✓', 'green')} {told}", "", "  "))


def need_suffix(path: Path | None, known: tuple[str, ...]) -> str:
    """Say in which form a file is wanted, by the end of its name."""
    suffix = "" if path is None else path.suffix.lower()
    if path is not None and suffix not in known:
        raise UsageError("E_USAGE", "paper", path=str(path), known=known)
    return suffix


def moment(text: str) -> int:
    """Read RFC 3339 with an offset, or Unix seconds as blocks and contracts carry them; milliseconds are refused."""
    try:
        if text.isascii() and text.isdigit() and len(text) <= _UNIX_DIGITS:
            check_time(int(text))
            return int(text)
        return parse_instant(text)
    except CodedError as error:
        raise UsageError(error.code, error.reason, **error.facts) from None
