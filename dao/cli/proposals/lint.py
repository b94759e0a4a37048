"""`dao lint`: everything that is wrong with the text of proposals, file by file."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from chain.finding import Finding, has_errors
from dao.cli import text
from dao.cli.answer import FALSE, TRUE, Answer
from dao.cli.files import read
from dao.sentences import escape
from proposals import lint

EXAMPLES = (
    "dao lint iips/iip-1.md",
    "dao lint iips/*.md",
    "dao lint iips/iip-1.md --json",
)


class Linted(NamedTuple):
    """One file and what was found in it."""

    file: Path
    findings: Sequence[Finding]


def command(files: Annotated[list[Path], typer.Argument(help="Proposals in Markdown.", metavar="FILE")]) -> Answer:
    """Check proposals and list all that is wrong with their text.

    Only the files are read: rules that need a journal or a fund are skipped and named on stderr. Warnings do not change
    the exit status, errors do.
    """
    skipped: dict[str, None] = {}
    linted = []
    for file, raw in [(file, read(file)) for file in files]:
        findings, undecided = lint.lint(raw, name=file.name)
        linted.append(Linted(file, findings))
        skipped |= dict.fromkeys(undecided)
    if skipped:
        print(text.say("LINT", "skipped", rules=", ".join(skipped)), file=sys.stderr)
    wrong = any(has_errors(one.findings) for one in linted)
    rows = [{**finding_row(finding), "file": str(one.file)} for one in linted for finding in one.findings]
    return Answer(rows, _lines(linted), FALSE if wrong else TRUE)


def finding_row(finding: Finding) -> dict[str, Any]:
    """A finding as `--json` shows it."""
    return {
        "code": finding.code,
        "level": finding.level,
        "line": finding.line,
        "message": text.message(finding),
        "fix": text.fix(finding),
        "place": finding.place or None,
    }


def _lines(linted: Sequence[Linted]) -> Iterator[str]:
    levels = [finding.level for one in linted for finding in one.findings]
    for file, findings in linted:
        yield text.paint(escape(str(file)), "bold")
        for finding in findings:
            yield from text.told(finding)
    errors, warnings = levels.count("error"), levels.count("warning")
    verdict = text.paint(text.label("wrong"), "red") if errors else text.paint(text.label("ok"), "green")
    facts = {
        "errors": text.counted(errors, "error"),
        "warnings": text.counted(warnings, "warning"),
        "files": text.counted(len(linted), "file"),
    }
    yield ""
    yield verdict + text.say("LINT", "counts_in" if len(linted) > 1 else "counts", **facts)
