"""What the commands that take a step of a working group share: how the step is answered, and the two answers to one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from chain.address import checksum
from dao.cli import carrying, steps, text
from dao.cli.answer import Answer
from dao.cli.treasury.group_show import state
from dao.record.checks_group import GroupStory
from dao.session import KeySource
from dao.workflow import grouping
from governance.group_steps import read_group_step


def answer_request(
    folder: Path, source: KeySource, group: str, out: Path | None, *, confirms: bool, business: str
) -> Answer:
    """Confirm or reject what a group asked for last."""
    with steps.open_for(folder, source) as session:
        desk = carrying.desk_for(session, out)
        signer = session.signer(source)
        raw = grouping.sign_answer(desk, group, signer, confirms=confirms, business=business)
        leaf = grouping.take_group_step(desk, raw)
        story = None if out else grouping.story_of(desk)
    return answer_of(raw, leaf, story, out)


def answer_of(raw: bytes, leaf: int, story: GroupStory | None, out: Path | None) -> Answer:
    """Say what a step was, and where the account stands after it."""
    step = read_group_step(raw)
    document: dict[str, Any] = {
        "ok": True,
        "group": step.group,
        "record": step.record,
        "signer": checksum(step.address),
        "state": None if story is None else story.groups.account(step.group).state,
        "leaf": leaf if out is None else None,
        "file": None if out is None else str(out),
    }
    lines = steps.done("STEP_GROUP", "carried" if out else "", name=step.group, number=step.number)
    rows = [(text.label("record"), step.record)]
    if story is not None:
        rows.append((text.label("state"), state(story.groups.account(step.group))))
    lines += text.rows(rows)
    return Answer(document, lines if out is None else [*lines, *carrying.carried(out, raw)])
