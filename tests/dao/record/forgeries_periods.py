"""Forgeries of time before a vote: checks 24 and 25 where the settings name periods.

They change the record of a text that lay idle, was brought back, reviewed, frozen, voted on and cancelled, and that of
the proposal that asked for the same parts again.
"""

from __future__ import annotations

from collections.abc import Callable

from dao.cli.start.demo import cast
from tests.dao.record.forge import Bench, Slot
from tests.dao.record.row import Row

STEPS = (25, "proposal.lifecycle")
RULES = (24, "proposal.rules")
Change = Callable[[Bench], bytes | None]


def _step(bench: Bench, event: str) -> Slot:
    return bench.one("step", event=event)


def _sooner(event: str, seconds: int) -> Change:
    """A step was taken some time sooner, under its author's signature, and everything behind it too."""

    def change(bench: Bench) -> None:
        slot = _step(bench, event)
        at = bench.slots.index(slot)
        behind = [other for other in bench.slots[at:] if other.leaf.kind == "step"]
        last = bench.slots[bench.slots.index(bench.one("parts")) - 1]
        bench.shift(slot, -seconds, last)
        for other in behind:
            if other.leaf.time < bench.message(other)["timestamp"] - 300:
                bench.sign_step(other, timestamp=other.leaf.time)

    return change


def _unsigned(event: str) -> Change:
    """The writer takes a step that its author has not signed."""

    def change(bench: Bench) -> None:
        slot = _step(bench, event)
        body = {name: slot.body[name] for name in ("iip", "event", "document")}
        bench.insert(slot, "transition", body)
        bench.drop(slot)

    return change


def _without(event: str) -> Change:
    return lambda bench: bench.drop(_step(bench, event))


def _left_idle(bench: Bench) -> None:
    """The writer says that a text was idle which was not."""
    slot = _step(bench, "freeze")
    bench.insert(slot, "transition", {name: slot.body[name] for name in ("iip", "document")} | {"event": "inactive"})


def _cancelled_later(bench: Bench) -> None:
    """The older proposal was cancelled shortly before the same parts were asked again."""
    slot = bench.one("cancel")
    end = bench.slots.index(bench.one("entry", source=slot.label))
    later = bench.slots[end + 1]
    bench.shift(slot, later.leaf.time - slot.leaf.time, bench.slots[end])
    bench.sign_message(slot, "CancelProposal", timestamp=slot.leaf.time)


def _later(bench: Bench) -> None:
    """The freeze came an hour later, and the vote when it did."""
    slot = _step(bench, "freeze")
    slot.leaf = slot.leaf.__class__(
        kind=slot.leaf.kind, time=slot.leaf.time + cast.HOUR, block=slot.leaf.block, body=slot.leaf.body
    )
    bench.sign_step(slot, timestamp=slot.leaf.time)


ROWS = tuple(
    Row(name, change, number, check, code, story=story)
    for name, change, (number, check), code, story in (
        ("a freeze before the review was over", _sooner("freeze", 3600), STEPS, "E_STATE", "patient"),
        ("a vote before the last call was over", _later, STEPS, "E_STATE", "patient"),
        ("a text that nobody froze", _without("freeze"), STEPS, "E_STATE", "patient"),
        ("a stagnant text that goes on by itself", _without("resurrect"), STEPS, "E_STATE", "patient"),
        ("a stagnant text that the writer brought back", _unsigned("resurrect"), STEPS, "E_STATE", "patient"),
        ("a text that the writer says is idle", _left_idle, STEPS, "E_STATE", "patient"),
        ("a text brought back by an owner", lambda bench: bench.sign_step(_step(bench, "resurrect"), "ann"), STEPS,
         "E_PROPOSAL", "patient"),
        ("the same parts before they cooled down", _cancelled_later, RULES, "E_RESUBMIT", "patient again"),
    )
)  # fmt: skip
