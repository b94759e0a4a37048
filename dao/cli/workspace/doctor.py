"""`dao doctor`: what is missing or unsafe in a workspace, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from chain.finding import Finding, has_errors
from dao.cli import text
from dao.cli.answer import FALSE, TRUE, Answer
from dao.cli.options import Dir, PassphraseFile
from dao.sentences import language, sentence
from dao.views.health import Patient, examine
from dao.workspace import Workspace

EXAMPLES = (
    "dao doctor",
    "dao doctor --dir demo --json",
)


def command(folder: Dir = Path(), passphrase_file: PassphraseFile = None) -> Answer:
    """Examine a workspace: what is missing or unsafe, and how to mend it.

    Looks at the modes of files, the journal and its kept checkpoint, the journal's key, the packages, the nodes side by
    side, the chain with the Safe, and the disk. Nothing is changed. Warnings do not change the exit status, errors do.
    """
    with Workspace(folder) as workspace:
        found = list(examine(Patient(workspace, passphrase_file)))
    is_ill = has_errors(finding for _, findings in found for finding in findings)
    document = {
        "ok": not is_ill,
        "examined": [name for name, _ in found],
        "findings": [_row(name, finding) for name, findings in found for finding in findings],
    }
    return Answer(document, _lines(found, is_ill=is_ill), FALSE if is_ill else TRUE)


def _row(name: str, finding: Finding) -> dict[str, object]:
    return {
        "examination": name,
        "code": finding.code,
        "level": finding.level,
        "place": finding.place or None,
        "message": text.message(finding),
        "fix": text.fix(finding),
    }


def _lines(found: list[tuple[str, list[Finding]]], *, is_ill: bool) -> Iterator[str]:
    for name, findings in found:
        if has_errors(findings):
            mark = text.paint("✗", "red")
        elif any(finding.level == "warning" for finding in findings):
            mark = text.paint("!", "yellow")
        else:
            mark = text.paint("✓", "green")
        told = text.say("EXAMINATION", name.replace(" ", "_"))
        yield f"{mark} {told}"
        for finding in findings:
            yield from text.told(finding, "  ")
    yield ""
    yield from text.wrapped(sentence("DOCTOR", "ill" if is_ill else "well", {}, language()))
