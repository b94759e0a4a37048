"""`dao verify` of a record of a vote at a hub: check by check, what was counted, and what it leaves to assume.

Decided here: how it is told; to people only checks that are due. What holds is decided by `dao.record.hub_verify`.
"""

from __future__ import annotations

from collections.abc import Iterator

from chain.errors import CodedError
from chain.finding import Finding
from dao.cli.answer import FALSE, TRUE, UNCHECKED, Answer
from dao.cli.start.verify import head, outcome
from dao.cli.text import counted, paint, say, wrapped
from dao.cli.votes.audit_told import told
from dao.cli.votes.hub_text import names, one_line, shown, spelled
from dao.record.hub_verify import HubCase, HubReport
from dao.sentences import language, sentence
from governance.hub_audit import HubAudit

_COMMON = frozenset({1, 2})
"""Checks of any file; the others have words of their own."""


def answer_of(report: HubReport) -> Answer:
    """Tell a report."""
    return Answer(_document(report), _lines(report), status_of(report))


def status_of(report: HubReport) -> int:
    """True, false, or what could not be checked."""
    return TRUE if report.ok else FALSE if report.is_false else UNCHECKED


def _document(report: HubReport) -> dict[str, object]:
    document = head(report)
    case = report.case
    if case is not None:
        audit, bound = case.chapter.audit, case.chapter.standing.bound
        document |= {
            "proposal": case.proposal, "space": _space(case), "hub": case.known.hub,
            "votes": case.chapter.standing.votes, "at_start": case.chapter.standing.at_start,
            "at_close": case.chapter.standing.at_close, "iip": None if bound is None else bound.iip,
            "lifecycle": [{"event": event, "time": time} for event, time in case.chapter.standing.events],
        }  # fmt: skip
        if report.ok and audit is not None:
            exact = audit.counted.exact
            document |= {
                "root": "0x" + case.root().hex(), "size": case.size, "scores": list(map(spelled, exact.scores)),
                "total": spelled(exact.total), "winners": list(exact.winners), "verdict": audit.exact_verdict,
            }  # fmt: skip
    return document


def _lines(report: HubReport) -> Iterator[str]:
    case = report.case
    audit = None if case is None else case.chapter.audit
    for row in (row for row in report.outcomes if row.due):
        heading = "CHECK" if row.number in _COMMON else "CHECK_HUB"
        yield from outcome(row, heading, lambda error: _said(error, audit))
    yield ""
    if case is not None:
        facts = {"id": case.proposal, "space": _space(case), "hub": case.known.hub}
        yield from wrapped(say("VERIFY_HUB", "subject", **facts, votes=case.chapter.standing.votes))
        if report.ok and audit is not None:
            exact = audit.counted.exact
            winners = names(exact.winners, audit.answer)
            yield from wrapped(say("VERIFY_HUB", "result", winners=winners, total=shown(exact.total)))
    if report.ok:
        yield paint(
            say("VERIFY", "due_passed", checks=counted(sum(row.due for row in report.outcomes), "check")), "green"
        )
    else:
        failed = sum(row.ok is False for row in report.outcomes)
        yield paint(say("VERIFY", "failed", checks=counted(failed, "check")), "red")
    yield say("VERIFY", "assumed")
    for name in report.assumed:
        yield from wrapped(f"{name}  {say(name, 'hub')}", "  ")


def _space(case: HubCase) -> str:
    """The space's name, of which a hub may have made anything."""
    return one_line(str(case.chapter.row.get("space")))


def _said(error: CodedError, audit: HubAudit | None) -> str:
    """A refusal; one that the audit found is spelled as `dao audit` spells it."""
    if audit is None:
        return sentence(error.code, error.reason, error.facts, language())
    return told(Finding(code=error.code, reason=error.reason, level="error", facts=error.facts), audit)
