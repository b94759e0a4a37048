"""`dao settings check`: the draft against this workspace and the chain, and who would hold which duty."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from chain.finding import has_errors
from dao.cli.answer import FALSE, TRUE, Answer
from dao.cli.options import Dir
from dao.cli.text import counted
from dao.cli.workspace import settings_told as told
from dao.cli.workspace.founding_desk import Examined, collected, examine
from dao.cli.workspace.founding_steps import steps_to_found
from dao.views.duties import duties
from dao.views.keystores import names_in
from dao.views.opening import open_workspace

EXAMPLES = (
    "dao settings check --dir club",
    "dao settings check --draft from-ben.json --json",
)


def command(
    draft: Annotated[
        Path | None, typer.Option("--draft", help="Another file than settings.draft.json.", metavar="FILE")
    ] = None,
    folder: Dir = Path(),
) -> Answer:
    """Check a draft of settings: its form, the Safe, the tokens, and who would hold which duty.

    A draft that is no settings is refused with the line at fault. Warnings name duties in one hand that should be
    apart; they do not keep anybody from signing, errors do. Nothing is changed and no key is opened.
    """
    with open_workspace(folder) as (workspace, desk):
        examined = examine(workspace, desk, draft)
        names = names_in(workspace.keys)
        signed = {} if draft or examined.founded else collected(workspace, examined).by_owner
    needed = [] if examined.founded else _needed(examined, signed, names, folder)
    is_wrong = has_errors(examined.found)
    table = duties(examined.facts)
    document = {
        "ok": not is_wrong,
        "draft": examined.draft.cid,
        "founded": examined.founded is not None,
        "settings": {row.path: row.value for row in told.setting_rows(examined.draft.settings, names)},
        "duties": told.duty_documents(table, names),
        "findings": told.finding_documents(examined.found, names),
        "needed": told.step_documents(needed),
    }

    def lines() -> Iterator[str]:
        yield told.heading("draft", cid=examined.draft.cid)
        yield from told.setting_lines(told.setting_rows(examined.draft.settings, names))
        yield from ("", told.heading("duties"))
        yield from told.duty_lines(table, names)
        if examined.found:
            yield ""
            yield from told.finding_lines(examined.found, names)
        yield ""
        yield _summary(examined)
        if needed:
            yield from told.step_lines(needed)

    return Answer(document, lines(), FALSE if is_wrong else TRUE)


def _needed(examined: Examined, signed: object, names: dict[bytes, str], folder: Path) -> list[told.Step]:
    if has_errors(examined.found):
        return [told.Step("mend", {"file": examined.draft.file.name})]
    assert isinstance(signed, dict), "signatures by owner"
    return steps_to_found(examined.facts.state, signed, names, folder, writes_journal=examined.facts.writes_journal)


def _summary(examined: Examined) -> str:
    levels = [finding.level for finding in examined.found]
    errors, warnings = levels.count("error"), levels.count("warning")
    reason = "founded" if examined.founded else "wrong" if errors else "right"
    facts = {"errors": counted(errors, "error"), "warnings": counted(warnings, "warning")}
    return told.heading(f"checked_{reason}", **facts)
