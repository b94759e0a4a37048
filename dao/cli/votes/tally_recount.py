"""`dao tally IIP --recount`: every stored vote verified, weighed and counted again, on all cores and without a node.

Decided here: how the proposal is found in a journal that is not held in memory, and how the answer is told. What is
counted and compared is decided by `dao.workflow.recounting`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from chain.amount import spell
from dao import cores
from dao.cli import steps, text
from dao.cli.answer import Answer
from dao.record.case import Row, cid_of, need
from dao.record.checks_vote import rules
from dao.store.journal import FILE_NAME
from dao.views.numbers import find_among, numbers_of
from dao.workflow.guard import Guard
from dao.workflow.recounting import Opened, Recounted, opened, recount
from dao.workspace import CHECKPOINT_FILE, read_anchors
from governance.admission.window import member_int
from governance.messages import read_envelope

if TYPE_CHECKING:
    from dao.workflow.recounting import Told

_TOLD_FROM = 100_000
"""Leaves from which on progress is shown: some ten seconds of one core."""


def tally_recount(folder: Path, name: str) -> Answer:
    """Find the proposal that was named, and hold its signed result to its votes."""
    anchors = read_anchors(folder)
    guard = Guard(anchors, folder / CHECKPOINT_FILE)
    with opened(folder / FILE_NAME, guard, anchors.chain_id) as journal, cores.spread_if_many(least=4) as spread:
        proposal, shown = _find(journal, name)
        with _progress(journal.size) as told:
            found = recount(journal, proposal, guard, spread, told)
    return _answer(journal, found, shown)


def _find(journal: Opened, name: str) -> tuple[bytes, str]:
    """The id of the latest proposal of a number, which must have its result, and how it is called."""
    prefix = journal.settings.prefix
    rows = (Row(index, leaf) for index, leaf in journal.others.items())
    numbered = find_among(numbers_of(rows, journal.get), name, prefix)
    shown = f"{prefix}-{numbered.number}"
    if not numbered.proposals:
        raise steps.StepError("E_PROPOSAL", "unpublished", name=shown)
    proposal = numbered.proposals[-1]
    for row in journal.rows("cancel", proposal=proposal):
        raise steps.StepError("E_STATE", "cancelled", index=row.index, time=row.leaf.time)
    if not journal.rows("result", proposal=proposal):
        message = read_envelope(journal.get(cid_of(journal.rows("proposal", id=proposal)[0], "envelope"))).message
        raise steps.StepError("E_STATE", "no_result", name=shown, end=member_int(message, "end"))
    return proposal, shown


def _answer(journal: Opened, found: Recounted, shown: str) -> Answer:
    case, counted = found.case, need(found.case.expected)
    judged = need(case.verdict)
    scores = {choice: str(score) for choice, score in zip(counted.choices, counted.scores, strict=True)}
    result = journal.rows("result", proposal=case.proposal)[0].index
    document = {
        "ok": True,
        "proposal": shown,
        "id": "0x" + case.proposal.hex(),
        "scores": scores,
        "verdict": judged.state,
        "released": judged.released,
        "provisional": False,
        "recounted": True,
        "votes": counted.votes,
        "voters": counted.voters,
        "superseded": counted.superseded,
        "without_power": counted.without_power,
        "quorum": str(counted.quorum),
        "closed_leaf": counted.closed,
        "result_leaf": result,
        "system": rules(case).system,
        "journal": {"size": journal.size, "root": "0x" + found.root.hex()},
    }
    lines = steps.done("STEP_RECOUNT", name=shown, votes=counted.votes, index=result, size=journal.size)
    width = max(len(spell(score, 18)) for score in counted.scores)
    pairs = zip(counted.choices, counted.scores, strict=True)
    lines += text.rows([(choice, spell(score, 18).rjust(width)) for choice, score in pairs])
    code, _, reason = judged.key.partition(".")
    return Answer(document, [*lines, *steps.done(code, reason, **judged.facts)])


@contextmanager
def _progress(size: int) -> Iterator[Told | None]:
    """Say on the terminal's error stream how far a long recount is."""
    if size < _TOLD_FROM or not sys.stderr.isatty():
        yield None
        return

    def told(read: int, of: int) -> None:
        sys.stderr.write(f"\r{read * 100 // of:3} %")
        sys.stderr.flush()

    yield told
    sys.stderr.write("\r     \r")
