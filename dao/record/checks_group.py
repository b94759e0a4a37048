"""Steps of working groups' accounts in a journal: each signed, in its place, and allowed by the table and the money.

They have no number of their own among the checks of a record: check 72, which holds promises to what is available, runs
all steps again, and so does whoever takes a step into a journal or follows one. The settings are the newest then.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from chain.cid import CID
from dao.record.case import Get
from dao.record.errors import RecordError
from dao.record.leaves import Leaf
from governance.admission.window import SKEW_SECONDS
from governance.group_steps import GroupStep, check_group_signature, read_group_step
from governance.settings import Settings
from governance.settings_text import parse_settings
from treasury.fund import replay
from treasury.group_accounts import Groups, held, take
from treasury.ledger import Entry, Ledger


class GroupStory(NamedTuple):
    """All steps of a journal, and what they make."""

    groups: Groups
    steps: tuple[tuple[int, GroupStep], ...]
    """Leaf index and step."""
    entries: tuple[tuple[int, int, Entry], ...]
    """Leaf index, leaf time, and what the step books."""
    held: tuple[tuple[int, Mapping[tuple[str, str], int]], ...] = ()
    """Leaf index, and what accounts keep from votes from there on, by fund and asset."""

    def held_before(self, index: int, fund: str) -> dict[str, int]:
        """What accounts of a fund keep from votes when a leaf comes, by asset."""
        place = bisect_left(self.held, index, key=lambda row: row[0])
        sums = self.held[place - 1][1] if place else {}
        return {asset: amount for (name, asset), amount in sums.items() if name == fund}


def group_story(leaves: Sequence[Leaf] | Mapping[int, Leaf], get: Get) -> GroupStory:
    """Run every step that is at hand again; raise what the first wrong one is refused with."""
    groups, ledger, settings = Groups(), Ledger(), None
    steps: list[tuple[int, GroupStep]] = []
    entries: list[tuple[int, int, Entry]] = []
    kept: list[tuple[int, Mapping[tuple[str, str], int]]] = []
    for index, leaf in leaves.items() if isinstance(leaves, Mapping) else enumerate(leaves):
        if leaf.kind == "settings":
            settings = parse_settings(get(_link(leaf, "settings")).decode("utf-8", "replace"))
        elif leaf.kind == "entry":
            ledger.post(Entry.from_map(leaf.body))
        elif leaf.kind == "group":
            step = _signed(leaf, settings, get)
            groups, entry = take(groups, step, () if settings is None else settings.groups, ledger, index)
            steps.append((index, step))
            if entry is not None:
                entries.append((index, leaf.time, entry))
        if steps and leaf.kind in ("settings", "group"):
            kept.append((index, held(groups, () if settings is None else settings.groups)))
    return GroupStory(groups, tuple(steps), tuple(entries), tuple(kept))


def check_group(before: Sequence[Leaf], leaf: Leaf, get: Get) -> None:
    """A step fits all that the journal holds before it."""
    replay(Entry.from_map(known.body) for known in before if known.kind == "entry")
    group_story([*before, leaf], get)


def _signed(leaf: Leaf, settings: Settings | None, get: Get) -> GroupStep:
    step = read_group_step(get(_link(leaf, "envelope")))
    check_group_signature(step)
    if (leaf.body["id"], leaf.body["group"]) != (step.id, step.group):
        raise RecordError("E_LOG_INCONSISTENT", "group", group=leaf.body["group"])
    if settings is None or step.space != settings.space:
        raise RecordError("E_SPACE", "group", space=step.space, expected="" if settings is None else settings.space)
    if step.timestamp > leaf.time + SKEW_SECONDS:
        raise RecordError("E_TIME", "group", time=step.timestamp, leaf_time=leaf.time)
    return step


def _link(leaf: Leaf, field: str) -> CID:
    cid = leaf.body[field]
    assert isinstance(cid, CID), "the leaf's schema says so"
    return cid
