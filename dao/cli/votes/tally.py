"""`dao tally`: how a vote stands, and after its end the signed result, which is written once.

Of a file with a hub's answer it only counts, and needs no workspace (`dao.cli.votes.tally_file`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from chain.amount import spell
from dao.cli import steps, text
from dao.cli.answer import Answer
from dao.cli.options import Dir, PassphraseFile
from dao.cli.votes.tally_file import Arithmetic, tally_file
from dao.cli.votes.tally_recount import tally_recount
from dao.errors import UsageError
from dao.files import is_there
from dao.record.case import Case, cid_of, need
from dao.record.checks_vote import rules
from dao.session import Session
from dao.workflow import voting
from dao.workflow.power_evidence import read_powers, read_supply
from governance.commitment import read_commitment
from governance.counting import method
from governance.messages import read_envelope
from governance.power import PowerTable, combine
from governance.rules import Electorate, Verdict, quorum_of, verdict
from governance.tally import tally

EXAMPLES = (
    "dao tally IIP-2",
    "dao tally IIP-2 --dir demo --json",
    "dao tally IIP-2 --recount",
    "dao tally proposal.json --arithmetic snapshot",
)

_VOTES = (10, 20, 21, 22, 23, 24, 30, 31)
_RESULT = (*_VOTES, 32, 40, 41, 42)


def command(
    proposal: Annotated[
        str, typer.Argument(help="The proposal's name, as IIP-2, or a hub's answer in JSON.", metavar="IIP|FILE")
    ],
    *,
    arithmetic: Annotated[
        Arithmetic | None,
        typer.Option("--arithmetic", help="How a file is counted: exact when absent, or snapshot.", metavar="KIND"),
    ] = None,
    again: Annotated[
        bool, typer.Option("--recount", help="Verify and count every stored vote again, and compare with the result.")
    ] = False,
    passphrase_file: PassphraseFile = None,
    folder: Dir = Path(),
) -> Answer:
    """Count a vote.

    Before its end the count is provisional and nothing is written. After it the vote is closed, powers are proved, and
    the result is signed, once; later runs show the same result.

    With `--recount` the signed result is held to the votes: every leaf of the journal is hashed, every vote verified
    from its bytes, weighed by the stored evidence and counted again. It asks no node, needs no key, works on all cores,
    and takes about half a kilobyte of memory a vote.

    A file with a hub's answer, as `dao audit` reads it, is counted without a workspace: exactly, or with `--arithmetic
    snapshot` in Snapshot's doubles, added up in the file's order.
    """
    if again and (_is_file(proposal) or arithmetic is not None):
        raise UsageError("E_USAGE", "recount", name=proposal)
    if _is_file(proposal):
        return tally_file(Path(proposal), arithmetic or Arithmetic.EXACT)
    if arithmetic is not None:
        raise UsageError("E_USAGE", "arithmetic", name=proposal)
    if again:
        return tally_recount(folder, proposal)
    with steps.open_for(folder, passphrase_file=passphrase_file) as session:
        named = steps.find_proposal(session, proposal)
        steps.refuse_cancelled(session, named)
        if session.desk.now() <= named.end:
            return _provisional(session, named)
        if steps.find_leaf(session, "result", proposal=named.id) is None:
            if steps.find_leaf(session, "closed", proposal=named.id) is None:
                voting.close(session.desk, named.id)
            voting.count(session.desk, named.id)
        else:
            session.desk.keep(named.id)
        return _result(session, named)


def _is_file(text: str) -> bool:
    """A proposal's name is never a file: what is there under it is counted as ./IIP-2."""
    return bool(text) and not steps.is_name(text) and (is_there(Path(text)) or "/" in text or "." in text)


def _provisional(session: Session, named: steps.Named) -> Answer:
    """Count what is there now, with the powers of the snapshot as the node says them."""
    case = session.desk.case(named.id, *_VOTES)
    of_vote, votes = rules(case), need(case.admitted)
    voters = sorted({vote.voter for vote in votes})
    weighed = combine(read_powers(session.node, of_vote, voters, session.desk.file))
    counted = tally(votes, weighed.powers, method(of_vote.system), len(of_vote.choices))
    supply = read_supply(session.node, of_vote, session.desk.file)
    electorate = Electorate(counted.voters - counted.without_power, supply)
    judged = verdict(counted.scores, of_vote, electorate, counted=counted.total, winners=counted.winners)
    document = _document(named, of_vote.choices, counted.scores, judged) | {
        "provisional": True,
        "votes": counted.votes,
        "voters": counted.voters,
        "quorum": str(quorum_of(of_vote, electorate)),
    }
    state = "open" if session.desk.now() >= named.start else "before"
    lines = steps.noted("STEP_PROVISIONAL", state, name=named.name, start=named.start, end=named.end)
    told = [*_scores(of_vote.choices, counted.scores), *_judged(judged, " "), *_noted([weighed])]
    return Answer(document, [*lines, *told])


def _result(session: Session, named: steps.Named) -> Answer:
    case = session.desk.case(named.id, *_RESULT)
    transcript, judged = need(case.expected), need(case.verdict)
    result = steps.find_leaf(session, "result", proposal=named.id)
    assert result is not None, "it was just written, or read"
    document = _document(named, transcript.choices, transcript.scores, judged) | {
        "provisional": False,
        "votes": transcript.votes,
        "voters": transcript.voters,
        "quorum": str(transcript.quorum),
        "closed_leaf": transcript.closed,
        "result_leaf": result[0],
    }
    lines = steps.done(
        "STEP_RESULT", name=named.name, index=result[0], votes=transcript.votes, closed=transcript.closed
    )
    lines += [*_scores(transcript.choices, transcript.scores), *_judged(judged, ""), *_noted(case.power_tables)]
    if case.older and transcript.released:
        lines += steps.noted("STEP_SUPERSEDES", "passed", names=_older(case, named))
    return Answer(document, lines)


def _older(case: Case, named: steps.Named) -> list[str]:
    """Names of the proposals that this one supersedes."""
    prefix = named.name.rpartition("-")[0]
    rows = [next(other.rows("proposal", id=id_)) for id_, other in case.older.items()]
    envelopes = [read_envelope(case.get(cid_of(row, "envelope"))) for row in rows]
    return [f"{prefix}-{read_commitment(envelope.message.get('plugins')).iip}" for envelope in envelopes]


def _document(named: steps.Named, choices: tuple[str, ...], scores: tuple[int, ...], judged: Verdict) -> dict[str, Any]:
    return {
        "ok": True,
        "proposal": named.name,
        "id": "0x" + named.id.hex(),
        "end": named.end,
        "scores": {choice: str(score) for choice, score in zip(choices, scores, strict=True)},
        "verdict": judged.state,
        "released": judged.released,
    }


def _scores(choices: tuple[str, ...], scores: tuple[int, ...]) -> list[str]:
    spelled = [spell(score, 18) for score in scores]
    width = max(len(score) for score in spelled)
    return list(text.rows([(choice, score.rjust(width)) for choice, score in zip(choices, spelled, strict=True)]))


def _noted(tables: Sequence[PowerTable]) -> Iterator[str]:
    """What strategies have to say: how much was delegated, and what leads nowhere."""
    for note in (note for table in tables for note in table.notes):
        yield from steps.noted(note.code, note.reason, **note.facts)


def _judged(judged: Verdict, mark: str) -> list[str]:
    code, _, reason = judged.key.partition(".")
    return steps.noted(code, reason, **judged.facts) if mark else steps.done(code, reason, **judged.facts)
