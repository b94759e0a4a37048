"""`dao lint`: everything that is wrong with the text of proposals, file by file."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from chain.errors import CodedError
from chain.finding import Finding, has_errors
from dao.cli import text
from dao.cli.answer import FALSE, TRUE, Answer
from dao.cli.files import read
from dao.errors import UsageError
from dao.files import is_file
from dao.sentences import LANGUAGES, escape
from proposals import lint
from proposals.lint_rules import Known
from proposals.payment import read_asks, totals

EXAMPLES = (
    "dao lint iips/iip-1.md",
    "dao lint iips/*.md",
    "dao lint iips/iip-1.md --json",
    "dao lint iips/iip-2.md --dir demo --cap '1 ETH'",
)


class Linted(NamedTuple):
    """One file and what was found in it."""

    file: Path
    findings: Sequence[Finding]


def command(
    files: Annotated[list[Path], typer.Argument(help="Proposals in Markdown.", metavar="FILE")],
    *,
    folder: Annotated[
        Path | None, typer.Option("--dir", help="A workspace, whose journal, fund and books are known then.")
    ] = None,
    settings: Annotated[
        Path | None,
        typer.Option("--settings", help="Settings in a file, where there is no workspace.", metavar="FILE"),
    ] = None,
    fund: Annotated[
        str, typer.Option("--fund", help="With --dir or --settings: the fund that is asked, if there are several.")
    ] = "",
    prefix: Annotated[str, typer.Option("--prefix", help="Prefix of the space's proposals; else IIP.")] = "",
    forum: Annotated[
        str, typer.Option("--forum", help="Pattern that discussions-to must match.", metavar="REGEX")
    ] = "",
    cap: Annotated[
        str,
        typer.Option("--cap", help="Most that a payee may ask the first time without milestones, as `1 ETH`; a list."),
    ] = "",
) -> Answer:
    """Check proposals and list all that is wrong with their text.

    Only the files are read: rules that need a journal or a fund are skipped and named on stderr, unless --dir names a
    workspace that has them, or --settings a file of settings that has the fund. Warnings do not change the exit
    status, errors do.
    """
    if folder is not None and settings is not None:
        raise UsageError("E_USAGE", "lint_settings")
    known = _options(prefix, forum, cap)
    skipped: dict[str, None] = {}
    linted = []
    for file, raw, facts in _with_facts([(file, read(file)) for file in files], folder, settings, fund):
        facts.update(known)
        facts["original"] = _original(file)
        findings, undecided = lint.lint(raw, **facts | {"name": file.name})
        linted.append(Linted(file, findings))
        skipped |= dict.fromkeys(undecided)
    if skipped:
        print(text.say("LINT", "skipped", rules=", ".join(skipped)), file=sys.stderr)
    wrong = any(has_errors(one.findings) for one in linted)
    rows = [{**finding_row(finding), "file": str(one.file)} for one in linted for finding in one.findings]
    return Answer(rows, _lines(linted), FALSE if wrong else TRUE)


def _options(prefix: str, forum: str, cap: str) -> Known:
    known: Known = {}
    if prefix:
        known["prefix"] = prefix
    if forum:
        try:
            re.compile(forum)
        except re.error:
            raise UsageError("E_USAGE", "forum", pattern=forum) from None
        known["forum"] = forum
    if cap:
        try:
            known["cap"] = totals(read_asks(cap))
        except CodedError as error:
            raise UsageError(error.code, error.reason, **error.facts) from None
    return known


def _with_facts(
    files: Sequence[tuple[Path, bytes]], folder: Path | None, settings: Path | None, fund: str
) -> Iterator[tuple[Path, bytes, Known]]:
    if folder is None and settings is None:
        for file, raw in files:
            yield file, raw, {}
        return
    from dao.cli.proposals.lint_workspace import known_by, known_by_settings

    known = known_by(folder, fund) if folder is not None else known_by_settings(settings or Path(), fund)
    with known as facts_of:
        for file, raw in files:
            yield file, raw, facts_of(raw)


def _original(file: Path) -> bytes | None:
    """The document beside a translation: `iip-2.md` beside `iip-2.zh-Hant.md`."""
    match = re.fullmatch(rf"(.+)\.({'|'.join(tag for tag in LANGUAGES if tag != 'en')})\.md", file.name)
    if match is None or not is_file(original := file.with_name(f"{match[1]}.md")):
        return None
    return read(original)


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
