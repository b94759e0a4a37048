"""Which count a RESULT names: of a proposal in the workspace, of a record, or of a hub's answer in a file.

Decides where the numbers come from, and that a record is verified before any is shown. How they are told or drawn is
`dao.cli.votes.explain`'s and `dao.cli.votes.chart`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from dao import cores
from dao.cli import steps
from dao.cli.answer import Answer
from dao.cli.files import read
from dao.cli.start import verify as verify_told
from dao.cli.start import verify_hub as verify_hub_told
from dao.files import is_file
from dao.record.case import Case, need
from dao.record.checks_vote import rules
from dao.record.hub_pack import is_hub_record
from dao.record.hub_verify import verify_hub
from dao.record.verify import verify
from dao.views.iip_standing import voters_of
from dao.views.numbers import find
from dao.views.opening import open_desk
from dao.workflow.desk import REQUIRED
from dao.workflow.proposing import settings_in_force
from governance.counting import Count
from governance.hub_answer import HubAnswer, read_hub_answer
from governance.published import recount
from governance.rules import Verdict, counted_of

_CHECKS = (10, 20, 21, 22, 23, 24, 30, 31, 32, 40, 41, 42)


class Judged(NamedTuple):
    """What came of a count, where rules say it."""

    verdict: Verdict
    counted: int
    """Towards the quorum."""
    quorum: int


class Result(NamedTuple):
    """A count, and what it is of."""

    name: str
    """`IIP-4`, or the id in a hub's answer."""
    system: str
    options: Sequence[str]
    found: Count
    total: int
    decimals: int
    judged: Judged | None
    """None where a file says nothing of quorum and threshold."""
    left_out: Sequence[str] = ()
    """Voters of invalid ballots."""


def find_result(folder: Path, text: str) -> Result | Answer:
    """The count that a text names; what `dao verify` says of a record that does not verify."""
    path = Path(text)
    if steps.is_name(text) and not is_file(path):
        return _of_workspace(folder, text)
    data = read(path, verify_told.MAX_BYTES)
    if data.lstrip(b" \t\r\n").startswith(b"{"):
        return _of_hub(read_hub_answer(data))
    if is_hub_record(data):
        voted = verify_hub(data)
        audit = None if voted.case is None else voted.case.chapter.audit
        return _of_hub(audit.answer) if voted.ok and audit is not None else verify_hub_told.answer_of(voted)
    with cores.spread_if_many() as spread:
        report = verify(data, spread=spread)
    return _of_case(report.case, path.name) if report.ok and report.case is not None else verify_told.answer_of(report)


def _of_hub(answer: HubAnswer) -> Result:
    found = recount(answer)
    left_out = tuple(row.voter for row in found.ballots.refused)
    total, decimals = found.ballots.total, found.ballots.decimals
    return Result(answer.id, answer.system, answer.choices, found.count, total, decimals, None, left_out)


def _of_workspace(folder: Path, name: str) -> Result:
    with open_desk(folder) as desk:
        numbered = find(desk.journal, name, settings_in_force(desk).prefix)
        if not numbered.proposals:
            raise steps.unpublished(desk, numbered.number, name)
        proposal = numbered.proposals[-1]
        leaves = desk.journal.leaves
        if any(leaf.kind == "cancel" and leaf.body["proposal"] == proposal for leaf in leaves):
            voters = voters_of(desk.case(proposal, *REQUIRED["proposal"], 30))
            raise steps.StepError("E_STATE", "void_votes", name=name, count=len(voters))
        if not any(leaf.kind == "result" and leaf.body["proposal"] == proposal for leaf in leaves):
            raise steps.StepError("E_STATE", "not_counted", name=name)
        return _of_case(desk.case(proposal, *_CHECKS), name)


def _of_case(case: Case, name: str) -> Result:
    if case.counted is None:
        raise steps.StepError("E_STATE", "not_counted", name=name)
    tally, of_vote = case.counted, rules(case)
    count = Count(scores=tally.scores, winners=tally.winners, bound=tally.bound, steps=tally.steps)
    counted = counted_of(tally.scores, of_vote) if of_vote.system == "basic" else tally.total
    judged = Judged(need(case.verdict), counted, need(case.expected).quorum)
    name = f"{need(case.settings).prefix}-{need(case.commitment).iip}"
    return Result(name, of_vote.system, of_vote.choices, count, tally.total, 18, judged)
