"""`dao group show`, or `dao group`: the accounts of working groups, and every step that was taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from chain.address import checksum
from dao.cli.answer import Answer
from dao.cli.options import Dir
from dao.cli.text import columns, counted, label, paint, say
from dao.record.checks_group import GroupStory, group_story
from dao.sentences import spell, spell_time
from dao.views.money import AssetLabel, labels_of, told
from dao.views.numbers import UnknownNameError
from dao.views.opening import open_journal, settings_of
from governance.settings import GroupSettings
from treasury.group_accounts import Account

EXAMPLES = (
    "dao group",
    "dao group show writers --dir demo",
    "dao group show writers --json",
)


def command(
    name: Annotated[str, typer.Argument(help="Only this group.", metavar="NAME", show_default=False)] = "",
    folder: Dir = Path(),
) -> Answer:
    """Show what each working group may use, what it drew, what waits, and the record of every step.

    A record says state, input, transaction and business. Settings name the groups, under `groups`.
    """
    with open_journal(folder) as (_, journal):
        settings = settings_of(journal)
        story = group_story(journal.leaves, journal.get)
    chosen = [group for group in settings.groups if name in ("", group.name)]
    if name and not chosen:
        raise UnknownNameError("E_GROUP", "unknown", group=name, known=[group.name for group in settings.groups])
    labels = labels_of(settings)
    return Answer({"groups": [_document(group, story) for group in chosen]}, _lines(chosen, story, labels))


def _document(group: GroupSettings, story: GroupStory) -> dict[str, Any]:
    account = story.groups.account(group.name)
    return {
        "name": group.name,
        "fund": group.fund,
        "state": account.state,
        "balance": {asset: str(amount) for asset, amount in sorted(account.balance.items())},
        "credit": {asset: str(amount) for asset, amount in sorted(account.credit.items())},
        "pending": None if account.pending is None else account.pending.record,
        "members": [checksum(member) for member in group.members],
        "confirmers": [checksum(member) for member in group.confirmers],
        "steps": [
            {"leaf": index, "number": step.number, "record": step.record, "signer": checksum(step.address),
             "timestamp": step.timestamp, "id": f"0x{step.id.hex()}"}
            for index, step in story.steps
            if step.group == group.name
        ],
    }  # fmt: skip


def _lines(chosen: list[GroupSettings], story: GroupStory, labels: Mapping[str, AssetLabel]) -> Iterator[str]:
    if not chosen:
        yield say("GROUP", "none")
    for number, group in enumerate(chosen):
        if number:
            yield ""
        account = story.groups.account(group.name)
        yield paint(say("GROUP", "name", name=group.name, fund=group.fund), "bold") + "  " + state(account)
        yield from columns(
            [
                *(
                    (label("balance"), *told(amount, asset, labels))
                    for asset, amount in sorted(account.balance.items())
                ),
                *((label("credit"), *told(amount, asset, labels)) for asset, amount in sorted(account.credit.items())),
            ]
            or [(label("balance"), "0", "")],
            right=[1],
        )
        steps = [step for _, step in story.steps if step.group == group.name]
        yield "  " + counted(len(steps), "step")
        for step in steps:
            yield f"  {spell_time(step.timestamp)}  {checksum(step.address)}"
            yield f"    {spell(step.record)}"


def state(account: Account) -> str:
    """Name a state by its code and its word."""
    word = say("GROUP_STATE", account.state)
    return f"{account.state} {word}"
