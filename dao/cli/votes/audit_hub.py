"""`dao audit --space`: what a hub serves of a proposal, or of all closed ones of a space, audited and told.

Decided here: how it is told, and that the audit of a space goes on where one proposal cannot be audited. What is found
is decided by `governance.hub_audit`; the report as files is `dao.cli.votes.audit_report`'s.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from chain.clients.ipfs import IpfsError
from chain.clients.rpc import NodeError
from chain.errors import CodedError
from chain.finding import Finding
from dao.cli.answer import FALSE, TRUE, UNCHECKED, Answer
from dao.cli.frame import status_of
from dao.cli.progress import Progress, bar
from dao.cli.text import columns, label, paint, say, wrapped
from dao.cli.votes import audit_counts, audit_report
from dao.cli.votes.audit_executors import executor_lines, executors_of
from dao.cli.votes.audit_report import Row
from dao.cli.votes.audit_told import refusal, told
from dao.cli.votes.hub_text import json_number, names, one_line, shown
from dao.connect import node_behind
from dao.hub_pages import KeepError
from dao.hub_reading import audit_proposal, find_closed, find_proposal
from dao.places import Named, open_places
from governance.audit import Order
from governance.clients.snapshot import URL, Hub, HubError
from governance.hub_audit import HubAudit


class Wanted(NamedTuple):
    """What was asked for on the command line."""

    space: str
    proposal: str
    hub: str
    key_env: str
    keep: Path | None
    order: Order
    rpc_env: str
    ipfs: Named


class Files(NamedTuple):
    """Where the report goes, if anywhere."""

    csv: Path | None
    html: Path | None
    force: bool


_GONE = (HubError, NodeError, IpfsError, KeepError)
"""Refusals after which no other proposal could be audited either."""


def answer_of(wanted: Wanted, files: Files) -> Answer:
    """Ask the hub, audit what it serves, write the report, and tell it."""
    with bar("AUDIT_STAGE") as progress:
        hub = Hub(
            wanted.hub or URL,
            os.environ.get(wanted.key_env, "") if wanted.key_env else "",
            told=lambda seconds: progress("pause", 0, seconds),
        )
        rows = _audited(hub, wanted, progress)
    written = audit_report.write(rows, hub.host, wanted.space, files.csv, files.html, force=files.force)
    if wanted.proposal:
        (row,) = rows
        assert row.found is not None, "a refusal of the only one was raised"
        document, lines = _document(row.found, hub.host, wanted.order), _lines(row.found, hub.host, wanted.order)
    else:
        document, lines = _space_document(rows, hub.host, wanted), _space_lines(rows, hub.host, wanted.space)
    return Answer({**document, "written": [str(path) for path in written]}, _with(lines, written), _status(rows))


def _audited(hub: Hub, wanted: Wanted, progress: Progress) -> list[Row]:
    """Audit one proposal, or each closed one; of many, one that cannot be audited stops no other."""
    if wanted.proposal:
        proposals = [find_proposal(hub, wanted.proposal, wanted.space)]
    else:
        proposals = list(find_closed(hub, wanted.space, progress))
    node = node_behind(wanted.rpc_env) if wanted.rpc_env else None
    rows: list[Row] = []
    with open_places(wanted.ipfs) as places:
        for number, proposal in enumerate(proposals, 1):
            try:
                found = audit_proposal(
                    hub, proposal, progress, folder=wanted.keep, order=wanted.order, node=node, places=places
                )
                rows.append(Row(proposal, found, None))
            except CodedError as error:
                if wanted.proposal or isinstance(error, _GONE):
                    raise
                rows.append(Row(proposal, None, error))
            progress("audited", number, len(proposals))
    return rows


def _status(rows: list[Row]) -> int:
    """False where anything is; unknown where anything could not be checked; else true."""
    statuses = {_status_of_one(row) for row in rows}
    return FALSE if FALSE in statuses else UNCHECKED if UNCHECKED in statuses else TRUE


def _status_of_one(row: Row) -> int:
    if row.found is None:
        assert row.error is not None, "it was audited or refused"
        return status_of(row.error)
    return FALSE if not row.found.ok else TRUE if row.found.is_complete else UNCHECKED


def _with(lines: Iterator[str], written: list[Path]) -> Iterator[str]:
    yield from lines
    for path in written:
        yield from wrapped(say("AUDIT", "written", path=str(path)), "  ")


# For machines


def _document(found: HubAudit, host: str, order: str) -> dict[str, object]:
    proposal, answer = found.proposal, found.answer
    return {
        **audit_counts.document_of(answer, found.counted, order),
        "ok": found.ok,
        "complete": found.is_complete,
        "hub": host,
        "space": proposal.space,
        "title": proposal.title,
        "choices": list(answer.choices),
        "published": {
            "scores": None if answer.scores is None else list(map(json_number, map(_fraction, answer.scores))),
            "total": json_number(_fraction(answer.total)),
            "verdict": found.published_verdict,
            "state": proposal.scores_state,
        },
        "verdict": found.exact_verdict,
        "signatures": dict(found.signatures),
        "findings": [_finding(row, found) for row in found.findings],
        "executors": executors_of(proposal),
    }


def _fraction(number: object) -> Fraction | None:
    return None if number is None else Fraction(number)  # type: ignore[call-overload]


def _finding(row: Finding, found: HubAudit) -> dict[str, object]:
    facts = {name: json_number(fact) for name, fact in row.facts.items()}
    return {"code": row.code, "reason": row.reason, "level": row.level, "message": told(row, found), "facts": facts}


def _space_document(rows: list[Row], host: str, wanted: Wanted) -> dict[str, object]:
    audited = [
        {"proposal": row.proposal.id, "ok": False, "code": row.error.code, "message": refusal(row.error)}
        if row.found is None and row.error is not None
        else _document(row.found, host, wanted.order)  # type: ignore[arg-type]
        for row in rows
    ]
    return {"ok": _status(rows) == TRUE, "hub": host, "space": wanted.space, "proposals": audited}


# For people


def _lines(found: HubAudit, host: str, order: str) -> Iterator[str]:
    proposal, answer = found.proposal, found.answer
    facts: Mapping[str, object] = {"id": proposal.id, "system": answer.system, "votes": len(answer.rows), "hub": host}
    yield from wrapped(say("AUDIT", "served", space=one_line(proposal.space), order=order, **facts))
    yield from audit_counts.count_lines(answer, found.counted)
    for row in found.findings:
        mark = paint("✗ ", "red") if row.level == "error" else "· "
        yield from wrapped(told(row, found), mark, "  ")
    yield from executor_lines(proposal)
    signed, votes = found.signatures.get("signed", 0), len(answer.rows)
    if signed:
        yield from wrapped(say("AUDIT", "signed", signed=signed, votes=votes), paint("✓ ", "green"), "  ")
    if found.exact_verdict is not None:
        both = {"verdict": label(found.exact_verdict), "published": label(str(found.published_verdict))}
        said = say("AUDIT", "verdict", **both)
        yield from wrapped(said, paint("✓ ", "green") if found.exact_verdict == found.published_verdict else "· ", "  ")
    if found.ok:
        yield from audit_counts.same_line(answer, found.counted)


def _space_lines(rows: list[Row], host: str, space: str) -> Iterator[str]:
    yield from wrapped(say("AUDIT", "space", space=one_line(space), hub=host, proposals=len(rows)))
    yield ""
    head = (label("proposal"), label("votes"), label("total"), label("result"), "")
    table = [head, *map(_cells, rows)]
    yield from columns(table, right=(1, 2))
    yield ""
    for row in rows:
        if row.error is not None:
            yield from wrapped(f"{row.short}: {refusal(row.error)}", "? ", "  ")
        if row.found is not None:
            for told_one in (told(finding, row.found) for finding in row.found.findings if finding.level == "error"):
                yield from wrapped(f"{row.short}: {told_one}", paint("✗ ", "red"), "  ")
    good = sum(_status_of_one(row) == TRUE for row in rows)
    yield from wrapped(say("AUDIT", "good", good=good, proposals=len(rows)))


def _cells(row: Row) -> tuple[str, ...]:
    mark = {TRUE: paint("✓", "green"), FALSE: paint("✗", "red")}.get(_status_of_one(row), "?")
    if row.found is None:
        return row.short, "", "", one_line(row.proposal.title), mark
    return (
        row.short,
        str(len(row.found.answer.rows)),
        shown(row.found.counted.exact.total),
        names(row.found.counted.exact.winners, row.found.answer)[:40],
        mark,
    )
