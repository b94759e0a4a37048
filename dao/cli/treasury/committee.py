"""`dao committee`: the mandate of each committee that decides about a fund, what it granted, and what it still may."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from chain.address import checksum
from dao.cli.answer import Answer
from dao.cli.files import write
from dao.cli.options import Dir
from dao.cli.spreadsheet import write_csv
from dao.cli.text import columns, label, paint, rows, say, wrapped
from dao.cli.treasury.vesting_plan import Force
from dao.errors import UsageError
from dao.sentences import spell_time
from dao.views.grants import Grant, grants_of, standing
from dao.views.money import AssetLabel, labels_of, told
from dao.views.numbers import UnknownNameError
from dao.views.opening import open_journal, settings_of
from governance.settings import Committee, FundSettings, Settings
from treasury.grants import Room, rooms

EXAMPLES = (
    "dao committee",
    "dao committee reserve --out report.csv",
    "dao committee reserve --json",
)


class Shown(NamedTuple):
    """One fund with its committee, and what the books say of its grants."""

    fund: FundSettings
    committee: Committee
    grants: tuple[Grant, ...]
    rooms: Mapping[str, Room]


def command(
    name: Annotated[str, typer.Argument(help="Only this fund.", metavar="FUND", show_default=False)] = "",
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the grants as a .csv file, too.", metavar="FILE")
    ] = None,
    *,
    force: Force = False,
    folder: Dir = Path(),
) -> Answer:
    """Show the committees that decide about funds: mandate, members, limits, and every grant.

    A grant counts against the year's limit from when it was promised, for 365 days, unless it ended unpaid. `left` is
    what can be granted at the journal's last leaf; no chain is asked.
    """
    if out is not None and out.suffix.lower() != ".csv":
        raise UsageError("E_USAGE", "paper", path=str(out), known=(".csv",))
    with open_journal(folder) as (_, journal):
        settings = settings_of(journal)
        at = journal.leaves[-1].time
        funds = _chosen(settings, name)
        shown = [
            Shown(fund, committee, grants, rooms(fund, committee, standing(grants), at))
            for fund, committee in funds
            for grants in (grants_of(journal, fund.name),)
        ]
    labels = labels_of(settings)
    document = {"at": at, "funds": [_document(one, labels) for one in shown]}
    lines = [line for one in shown for line in _lines(one, labels, at, settings.prefix)]
    if out is not None:
        table = [row for one in shown for row in _table(one, labels, settings.prefix)]
        is_new = write(out, write_csv(_COLUMNS, table), force=force)
        lines += ["", say("VESTING", "written" if is_new else "same", path=out)]
    return Answer(document, lines)


def _chosen(settings: Settings, name: str) -> list[tuple[FundSettings, Committee]]:
    known = {fund.name: (fund, fund.committee) for fund in settings.funds if fund.committee is not None}
    if not known:
        raise UnknownNameError("E_GRANT", "no_committee")
    if name and name not in known:
        raise UnknownNameError("E_FUND", name=name, known=[*known])
    return [pair for key, pair in known.items() if name in ("", key)]


_COLUMNS = ("fund", "iip", "part", "time", "amount", "asset", "in_favour", "state", "paid_at", "proposal")


def _table(shown: Shown, labels: Mapping[str, AssetLabel], prefix: str) -> Iterator[tuple[str, ...]]:
    for grant in shown.grants:
        for asset, units in grant.amounts.items():
            paid_at = "" if grant.paid_at is None else spell_time(grant.paid_at)
            proposal = "0x" + grant.payout.proposal.hex()
            name, part = f"{prefix}-{grant.iip}", str(grant.payout.part)
            when, votes = spell_time(grant.time), str(grant.in_favour)
            yield (
                shown.fund.name,
                name,
                part,
                when,
                *told(units, asset, labels),
                votes,
                grant.state,
                paid_at,
                proposal,
            )


def _document(shown: Shown, labels: Mapping[str, AssetLabel]) -> dict[str, object]:
    committee = shown.committee
    return {
        "name": shown.fund.name,
        "mandate": committee.mandate,
        "members": [checksum(member) for member in committee.members],
        "required": committee.required,
        "limits": [
            {
                "asset": asset,
                "symbol": labels[asset].symbol,
                "decimals": labels[asset].decimals,
                **{field: str(units) for field, units in room._asdict().items()},
                "left": str(room.left),
            }
            for asset, room in shown.rooms.items()
        ],
        "grants": [
            {
                "iip": grant.iip,
                "part": grant.payout.part,
                "proposal": "0x" + grant.payout.proposal.hex(),
                "time": grant.time,
                "amounts": {asset: str(units) for asset, units in grant.amounts.items()},
                "in_favour": grant.in_favour,
                "state": grant.state,
                "paid_at": grant.paid_at,
            }
            for grant in shown.grants
        ],
    }


def _lines(shown: Shown, labels: Mapping[str, AssetLabel], at: int, prefix: str) -> Iterator[str]:
    committee = shown.committee
    counts = {"required": committee.required, "members": len(committee.members)}
    yield paint(say("FUND", "name", name=shown.fund.name), "bold")
    members = ", ".join(map(checksum, committee.members))
    pairs = [("mandate", committee.mandate), ("members", f"{say('COMMITTEE', 'of', **counts)} {members}")]
    yield from rows([(say("COMMITTEE", key), value) for key, value in pairs])
    yield ""
    yield from wrapped(say("COMMITTEE", "room", at=at), "  ")
    head = ("", *(say("COMMITTEE", key) for key in ("grant", "year", "used", "left")))
    room = [
        (told(0, asset, labels)[1], *(told(units, asset, labels)[0] for units in (*limit, limit.left)))
        for asset, limit in shown.rooms.items()
    ]
    yield from columns([head, *room], right=range(1, 5))
    if not shown.grants:
        yield "  " + say("COMMITTEE", "none")
        return
    yield ""
    table = [
        (f"{prefix}-{grant.iip}/{grant.payout.part}", spell_time(grant.time), *told(units, asset, labels),
         say("COMMITTEE", "votes", **{**counts, "in_favour": grant.in_favour}), label(grant.state))
        for grant in shown.grants
        for asset, units in grant.amounts.items()
    ]  # fmt: skip
    yield from columns(table, right=(2,))
