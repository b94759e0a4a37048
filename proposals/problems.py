"""From refusals to findings and back, so that one reader serves both the strict door and lint.

The reader of documents collects findings. The strict door raises the first of them; lint shows all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ParamSpec, TypeVar

from chain.errors import CodedError
from chain.finding import Finding
from proposals.errors import ProposalsError

_P = ParamSpec("_P")
_T = TypeVar("_T")


class DocumentError(ProposalsError):
    """A document that is not read (`E_PARSE`, `E_TEXT`, `E_BIDI`, `E_LIMIT`, `E_AMOUNT`, `E_TIME`, `E_RECIPIENT_*`).

    Its facts hold `line` (1-based) and `place` beside those of the code and reason.
    """


def problem(code: str, reason: str, line: int | None, place: str = "", /, **facts: object) -> Finding:
    """Return an error about one place, with the facts that its sentence needs."""
    return Finding(code=code, reason=reason, line=line, place=place, facts=facts)


def finding_of(error: CodedError, *, line: int | None, place: str = "") -> Finding:
    """Return a refusal as a finding about one place."""
    return Finding(code=error.code, reason=error.reason, line=line, place=place, facts=error.facts)


def raise_first(findings: Iterable[Finding]) -> None:
    """Raise the first finding as a `DocumentError`, if there is one."""
    for finding in findings:
        facts = dict(finding.facts) | {"line": finding.line, "place": finding.place}
        raise DocumentError(finding.code, finding.reason, **facts)


def attempt(
    findings: list[Finding], line: int, place: str, read: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs
) -> _T | None:
    """Return what `read` returns; if it refuses, note the finding and return None."""
    try:
        return read(*args, **kwargs)
    except CodedError as error:
        findings.append(finding_of(error, line=line, place=place))
        return None
