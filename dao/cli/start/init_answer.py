"""What `dao init` answers: each setting with its origin, the duties, what should be apart, what is still needed.

Decides which defaults are explained and which steps come next; everything it tells was decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chain.address import checksum
from chain.finding import Finding
from dao.cli import steps, text
from dao.cli.answer import Answer
from dao.cli.proposals.draft_file import DRAFT_FILE
from dao.cli.start.init_ground import Origin
from dao.cli.wide import ljust, width
from dao.cli.workspace import settings_told as told
from dao.cli.workspace.founding_steps import command as spelled
from dao.cli.workspace.founding_steps import steps_to_found
from dao.sentences import escape, language, sentence
from dao.views.duties import Facts, duties

_EXPLAINED = frozenset({
    "proposers", "quorum.minimum", "threshold", "voting.delay", "voting.period", "timelock", "grace", "notice",
    "reviewers",
})  # fmt: skip
"""Settings whose default has a reason worth a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A workspace that was made."""

    folder: Path
    facts: Facts
    names: Mapping[bytes, str]
    origins: Mapping[str, Origin]
    findings: Sequence[Finding]
    is_complete: bool
    """Whether the draft makes settings; else the votes token is still to be named."""
    passphrase_file: Path | None = None


def answer(made: Made) -> Answer:
    """Tell what was made, and how to go on."""
    state, settings = made.facts.state, made.facts.settings
    shown = [row for row in told.setting_rows(settings, made.names) if row.path in told.MAIN]
    rows = [row for row in shown if made.is_complete or not _is_open(row.path)]
    needed = _needed(made)
    table = duties(made.facts)
    document: dict[str, Any] = {
        "ok": True,
        "dir": str(made.folder),
        "space": settings.space,
        "chain_id": state.chain_id,
        "safe": {
            "address": checksum(state.safe),
            "version": settings.treasury().version,
            "proxy": state.proxy,
            "singleton": checksum(state.singleton),
            "owners": [{"address": checksum(who), "name": made.names.get(who)} for who in state.owners],
            "threshold": state.threshold,
        },
        "journal_key": settings.journal.key.hex(),
        "draft": str(made.folder / DRAFT_FILE),
        "complete": made.is_complete,
        "settings": [
            {"setting": row.path, "value": row.value, "origin": made.origins[row.path], "why": _why(row.path, made)}
            for row in rows
        ],
        "duties": told.duty_documents(table, made.names),
        "findings": told.finding_documents(made.findings, made.names),
        "needed": told.step_documents(needed),
    }

    def lines() -> Iterator[str]:
        yield from steps.done("STEP_INIT", folder=str(made.folder), space=settings.space, draft=DRAFT_FILE)
        yield ""
        yield from _origin_lines(rows, made)
        yield from ("", told.heading("duties"))
        yield from told.duty_lines(table, made.names)
        if made.findings:
            yield ""
            yield from told.finding_lines(made.findings, made.names)
        yield from ("", told.heading("needed"))
        yield from told.step_lines(needed)

    return Answer(document, lines())


def _origin_lines(rows: Sequence[told.Row], made: Made) -> Iterator[str]:
    table = [
        (sentence("SETTING", row.path, {}, language()), escape(row.value), _origin(made.origins[row.path]))
        for row in rows
    ]
    start = max(width(name) for name, _, _ in table) + 4
    for row, (name, value, origin) in zip(rows, table, strict=True):
        head, *more = text.wrapped(f"{value} ({origin})", " " * start)
        yield ljust(f"  {name}", start) + head[start:]
        yield from more
        why = _why(row.path, made)
        if why is not None:
            yield from text.wrapped(why, " " * start)


def _origin(origin: Origin) -> str:
    return sentence("ORIGIN", origin, {}, language())


def _why(path: str, made: Made) -> str | None:
    if made.origins[path] != "default" or path not in _EXPLAINED:
        return None
    return sentence("WHY", path.replace(".", "_"), {}, language())


def _is_open(path: str) -> bool:
    """Whether a setting waits for the votes token."""
    return path in {"strategies", "quorum.minimum"}


def _needed(made: Made) -> list[told.Step]:
    found: list[told.Step] = []
    if not made.is_complete:
        found.append(told.Step("token", {"file": DRAFT_FILE}))
    if not made.facts.writes_journal:
        found.append(told.Step("compare_key", {"key": made.facts.settings.journal.key.hex()}))
    found.append(told.Step("read", {"file": DRAFT_FILE}, spelled("settings check", made.folder)))
    return found + steps_to_found(
        made.facts.state, (), made.names, made.folder,
        writes_journal=made.facts.writes_journal, passphrase_file=made.passphrase_file,
    )  # fmt: skip
