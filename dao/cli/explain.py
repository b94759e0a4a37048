"""`dao explain`: why a vote came out as it did, round by round, in plain sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from chain.amount import spell
from dao.cli import steps, text
from dao.cli.answer import Answer
from dao.cli.files import read
from dao.cli.options import Dir
from dao.cli.verify import MAX_BYTES, answer_of
from dao.record.case import Case, need
from dao.record.checks_vote import rules
from dao.record.verify import verify
from dao.views.numbers import find
from dao.views.opening import open_desk
from dao.workflow.proposing import settings_in_force
from governance.counting import Branch, Count, Duel, Round
from governance.counting.reasons import reasons
from governance.hub_answer import read_hub_answer
from governance.published import recount
from governance.rules import Verdict

EXAMPLES = (
    "dao explain IIP-4",
    "dao explain iip-4.car",
    "dao explain proposal.json --json",
)

_RESULT = (10, 20, 21, 22, 23, 24, 30, 31, 32, 40, 41, 42)


class _Told(NamedTuple):
    """A count, and what it is of."""

    system: str
    options: Sequence[str]
    found: Count
    total: int
    decimals: int
    verdict: Verdict | None
    """None where a file says nothing of quorum and threshold."""
    left_out: Sequence[str] = ()


def command(
    result: Annotated[
        str, typer.Argument(help="A proposal's name, a decision record, or a hub's answer in JSON.", metavar="RESULT")
    ],
    folder: Dir = Path(),
) -> Answer:
    """Say in plain sentences why this choice won, round by round.

    A record is verified first, and its ballots are counted again. A hub's answer holds the members `proposal` (`type`,
    `choices`) and `votes` (`voter`, `choice`, `vp`): it is counted exactly, and nothing in it is proved.
    """
    path = Path(result)
    if steps.is_name(result) and not path.is_file():
        return _answer(_of_workspace(folder, result))
    data = read(path, MAX_BYTES)
    if data.lstrip(b" \t\r\n").startswith(b"{"):
        answer = read_hub_answer(data)
        found = recount(answer)
        left_out = tuple(row.voter for row in found.ballots.refused)
        total, decimals = found.ballots.total, found.ballots.decimals
        return _answer(_Told(answer.system, answer.choices, found.count, total, decimals, None, left_out))
    report = verify(data)
    if not report.ok or report.case is None:
        return answer_of(report)
    return _answer(_of_case(report.case, path.name))


def _of_workspace(folder: Path, name: str) -> _Told:
    with open_desk(folder) as desk:
        numbered = find(desk.journal, name, settings_in_force(desk).prefix)
        if not numbered.proposals:
            raise steps.unpublished(desk, numbered.number, name)
        proposal = numbered.proposals[-1]
        leaves = desk.journal.leaves
        if not any(leaf.kind == "result" and leaf.body["proposal"] == proposal for leaf in leaves):
            raise steps.StepError("E_STATE", "not_counted", name=name)
        return _of_case(desk.case(proposal, *_RESULT), name)


def _of_case(case: Case, name: str) -> _Told:
    if case.counted is None:
        raise steps.StepError("E_STATE", "not_counted", name=name)
    tally, of_vote = case.counted, rules(case)
    count = Count(scores=tally.scores, winners=tally.winners, bound=tally.bound, steps=tally.steps)
    return _Told(of_vote.system, of_vote.choices, count, tally.total, 18, need(case.verdict))


def _answer(told: _Told) -> Answer:
    why = [
        text.say("WHY", reason.key, **reason.facts)
        for reason in reasons(told.system, told.options, told.found, told.total, decimals=told.decimals)
    ]
    verdict = told.verdict
    if verdict is not None:
        code, _, reason = verdict.key.partition(".")
        why.append(text.say(code, reason, **verdict.facts))
    document = {
        "ok": True,
        "voting": told.system,
        "choices": list(told.options),
        "scores": [spell(score, told.decimals) for score in told.found.scores],
        "total": spell(told.total, told.decimals),
        "error_bound": spell(told.found.bound, told.decimals),
        "winners": list(told.found.winners),
        "verdict": None if verdict is None else verdict.state,
        "steps": [_step(step, told.decimals) for step in told.found.steps],
        "left_out": list(told.left_out),
        "why": why,
    }
    return Answer(document, _lines(why, told.left_out))


def _lines(why: Sequence[str], left_out: Sequence[str]) -> Iterator[str]:
    for line in why:
        yield from text.wrapped(line, "", "  ")
    if left_out:
        yield from text.wrapped(text.say("WHY", "left_out", count=len(left_out), voters=list(left_out)), "", "  ")


def _step(step: Round | Branch | Duel, decimals: int) -> dict[str, object]:
    match step:
        case Round():
            counts = [{"choice": number, "power": spell(power, decimals)} for number, power in step.counts]
            return {"kind": "round", "counts": counts, "eliminated": list(step.eliminated)}
        case Branch():
            return {"kind": "branch", "eliminated": step.eliminated, "winners": list(step.winners)}
        case Duel():
            powers = {"for_first": spell(step.for_first, decimals), "for_second": spell(step.for_second, decimals)}
            return {"kind": "duel", "first": step.first, "second": step.second, **powers}
