"""`dao verify`: one decision record, check by check, and what it leaves to assume.

Decided here: how a record of a journal is told, and which of the two kinds a file is; one of a vote at a hub is told by
`dao.cli.start.verify_hub`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chain.errors import CodedError
from dao import cores
from dao.cli.answer import FALSE, TRUE, UNCHECKED, Answer
from dao.cli.files import read
from dao.cli.text import counted, paint, say, wrapped
from dao.record.case import Case
from dao.record.checks_vote import rules
from dao.record.hub_pack import is_hub_record
from dao.record.trust import MAX_BYTES as TRUST_BYTES
from dao.record.trust import Trust, read_trust
from dao.record.verify import Outcome, Report, verify
from dao.record.vote_receipt import MAX_BYTES as RECEIPT_BYTES
from dao.record.vote_receipt import read_receipt
from dao.sentences import language, sentence

if TYPE_CHECKING:
    from dao.record.hub_verify import HubReport

EXAMPLES = (
    "dao verify demo/iip-1.car",
    "dao verify demo/iip-1.car --trust trust.json",
    "dao verify demo/iip-1.car --receipt my-vote.receipt.json",
    "dao verify demo/iip-1.car --json",
    "dao verify past/0001-0x26a66c9b/record.car",
)

MAX_BYTES = 1 << 30


def command(
    file: Annotated[Path, typer.Argument(help="The decision record, a .car file.", metavar="FILE")],
    trust: Annotated[
        Path | None,
        typer.Option("--trust", help="JSON file of what you know for sure: Safe, key, blocks.", metavar="FILE"),
    ] = None,
    receipt: Annotated[
        list[Path] | None,
        typer.Option(
            "--receipt", help="A vote's receipt: the vote must stand in the record; repeatable.", metavar="FILE"
        ),
    ] = None,
) -> Answer:
    """Check a decision record offline and say what was assumed.

    Nothing is read but the file, and the trust file and receipts if any are named: no network, no clock. The checks are
    explained in docs/reference/verify.md. A record of a vote that was held at a hub, which `dao history` writes, comes
    to fewer of them.
    """
    known = Trust() if trust is None else read_trust(read(trust, TRUST_BYTES))
    known = replace(known, receipts=tuple(read_receipt(read(path, RECEIPT_BYTES)) for path in receipt or ()))
    data = read(file, MAX_BYTES)
    if is_hub_record(data):
        from dao.cli.start import verify_hub
        from dao.record.hub_verify import verify_hub as verified

        return verify_hub.answer_of(verified(data, known))
    with cores.spread_if_many() as spread:
        return answer_of(verify(data, known, spread))


def answer_of(report: Report) -> Answer:
    """Tell a report: also of a record that was just written."""
    return Answer(_document(report), _lines(report), _status(report))


def _status(report: Report) -> int:
    if report.ok:
        return TRUE
    return UNCHECKED if report.failed is not None and report.failed.is_open else FALSE


def head(report: Report | HubReport) -> dict[str, object]:
    """What the document of every record begins with."""
    checks = [{"number": row.number, "name": row.name, "ok": row.ok, "code": row.code} for row in report.outcomes]
    return {"ok": report.ok, "checks": checks, "assumed": list(report.assumed)}


def _document(report: Report) -> dict[str, object]:
    document = head(report)
    case = report.case
    if case is not None:
        document["proposal"] = "0x" + case.proposal.hex()
        document["blocks"] = [
            {"chain_id": block.chain_id, "number": block.number, "hash": "0x" + block.hash.hex()}
            for block in sorted(case.blocks)
        ]
        if case.commitment is not None:
            document["iip"] = case.commitment.iip
        if report.ok:
            document["status"], document["superseded_by"] = case.status, case.superseded_by
        if case.cancelled is not None:
            document["verdict"] = "cancelled"
        if case.verdict is not None and case.expected is not None:
            document["verdict"] = case.verdict.state
            document["scores"] = [str(score) for score in case.expected.scores]
        if case.power_tables and case.commitment is not None:
            document["power"] = list(_sources(case))
    return document


def _lines(report: Report) -> Iterator[str]:
    for row in report.outcomes:
        yield from outcome(row)
    yield ""
    case = report.case
    if case is not None and case.commitment is not None and (told := _verdict(case)):
        name = f"{_prefix(report)}-{case.commitment.iip}"
        yield from wrapped(say("VERIFY", "subject", name=name, id="0x" + case.proposal.hex()))
        yield from wrapped(told)
        if report.ok and case.superseded_by is not None:
            yield from wrapped(sentence("STATUS", "superseded", {"by": f"{_prefix(report)}-{case.superseded_by}"}))
    if report.ok:
        due = [row for row in report.outcomes if row.due]
        fate = "passed" if len(due) == len(report.outcomes) else "due_passed"
        yield paint(say("VERIFY", fate, checks=counted(len(due), "check")), "green")
    else:
        failed = sum(1 for row in report.outcomes if row.ok is False)
        yield paint(say("VERIFY", "failed", checks=counted(failed, "check")), "red")
    if case is not None and case.power_tables and case.commitment is not None:
        yield say("VERIFY", "power")
        for source in _sources(case):
            yield from wrapped(sentence("VERIFY", f"power_{source['how']}", source, language()), "  ")
        for note in (note for table in case.power_tables for note in table.notes):
            yield from wrapped(sentence(note.code, note.reason, note.facts, language()), "  ")
    if report.assumed:
        yield say("VERIFY", "assumed")
        for name in report.assumed:
            yield from wrapped(f"{name}  {say(name)}", "  ")
    else:
        yield say("VERIFY", "nothing_assumed")


def _sources(case: Case) -> Iterator[dict[str, object]]:
    """By strategy: whether its powers are proved, follow from the settings, or were answered by somebody."""
    assert case.settings is not None, "powers were opened by them"
    bound = rules(case)
    for number, (strategy, table) in enumerate(zip(bound.strategies, case.power_tables, strict=True), 1):
        how = "settled" if table.proved and table.replayed else "proved" if table.proved else "said"
        yield {
            "number": number,
            "strategy": strategy.name,
            "version": strategy.version,
            "how": "attested" if table.providers else how,
            "block": bound.block(strategy.chain_id).number,
            "answers": table.answers,
            "providers": list(table.providers),
        }


_INDENT = 27
"""Columns before a check's sentence: its mark, number and name."""


def _said(error: CodedError) -> str:
    return sentence(error.code, error.reason, error.facts, language())


def outcome(row: Outcome, heading: str = "CHECK", said: Callable[[CodedError], str] = _said) -> Iterator[str]:
    """Lay out one check: its sentence under `heading`, and below it what refused."""
    mark = {True: paint("✓", "green"), False: paint("✗", "red"), None: "·"}[row.ok]
    told = say(heading, str(row.number))
    if row.ok is None:
        told = say("VERIFY", "not_run" if row.due else "not_due")
    first, *rest = wrapped(told, " " * _INDENT)
    yield f"{mark} {row.number:>2}  {row.name:<{_INDENT - 6}}{first[_INDENT:]}"
    yield from rest
    if row.error is not None:
        yield from wrapped(f"{row.error.code}: {said(row.error)}", "      ")


def _verdict(case: Case) -> str:
    """What was decided, as far as it was established."""
    if case.cancelled is not None:
        return sentence(
            "V_CANCELLED", "", {"time": case.cancelled.leaf.time, "index": case.cancelled.index}, language()
        )
    return "" if case.verdict is None else sentence(case.verdict.key, "", case.verdict.facts, language())


def _prefix(report: Report) -> str:
    settings = None if report.case is None else report.case.settings
    return "IIP" if settings is None else settings.prefix
