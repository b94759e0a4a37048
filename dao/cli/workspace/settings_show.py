"""`dao settings show`: the settings in force, those that are announced, and the draft, by what they change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chain.address import checksum
from chain.errors import CodedError
from chain.json_text import loads
from dao.cli import text
from dao.cli.answer import Answer
from dao.cli.files import read
from dao.cli.options import Dir
from dao.cli.proposals.draft_file import DRAFT_FILE, SIGNATURES_FILE, Draft, load_draft
from dao.cli.workspace import settings_told as told
from dao.record.checks_settings import leaves
from dao.sentences import language, sentence
from dao.views.keystores import names_in
from dao.views.opening import open_workspace
from dao.workflow import founding
from dao.workspace import Workspace
from governance.settings import Settings
from governance.settings_changes import changes
from governance.settings_signatures import MAX_BYTES, read_signatures
from governance.space import binding, settings_cid

EXAMPLES = (
    "dao settings show",
    "dao settings show --dir club --json",
)


def command(folder: Dir = Path()) -> Answer:
    """Show the settings in force, those announced with the time from which they bind, and the draft.

    Announced settings and the draft are told by what they change. Nothing is changed and no key is opened.
    """
    with open_workspace(folder) as (workspace, desk):
        rows = founding.settings_rows(desk)
        now = desk.now()
        bound = binding(leaves(rows))
        names = names_in(workspace.keys)
        drafted = _draft(workspace, rows[-1].settings if rows else None)
    begun = [(since, leaf) for since, leaf in bound if since <= now]
    waiting = [(since, leaf) for since, leaf in bound if since > now]
    in_force = begun[-1] if begun else None
    announced, older = [], in_force[1].settings if in_force else None
    for since, leaf in waiting:
        assert older is not None, "the first settings bind at once"
        announced.append((since, leaf.index, leaf.settings, changes(older, leaf.settings)))
        older = leaf.settings
    document: dict[str, Any] = {
        "now": now,
        "in_force": in_force and _document(in_force[0], in_force[1].index, in_force[1].settings),
        "announced": [
            {**_document(since, index, settings), "changes": told.change_documents(differences)}
            for since, index, settings, differences in announced
        ],
        "draft": drafted and drafted.document,
    }

    def lines() -> Iterator[str]:
        if in_force is None:
            yield told.heading("none")
        else:
            since, leaf = in_force
            yield told.heading("in_force", since=since, index=leaf.index, cid=str(settings_cid(leaf.settings.text)))
            yield from told.setting_lines(told.setting_rows(leaf.settings, names))
        for since, index, settings, differences in announced:
            facts = {"since": since, "index": index, "cid": str(settings_cid(settings.text))}
            yield from ("", told.heading("announced", **facts))
            yield from told.change_lines(differences)
        if drafted is not None:
            yield ""
            yield from drafted.lines

    return Answer(document, lines())


def _document(since: int, index: int, settings: Settings) -> dict[str, Any]:
    return {
        "leaf": index,
        "since": since,
        "cid": str(settings_cid(settings.text)),
        "settings": loads(settings.text),
    }


def _draft(workspace: Workspace, latest: Settings | None) -> Answer | None:
    """What the draft would change after the journal's latest settings; a draft that is none says why."""
    file = workspace.folder / DRAFT_FILE
    if not file.exists():
        return None
    try:
        draft = load_draft(file)
        signed = _signed(workspace, draft)
    except CodedError as error:
        message = sentence(error.code, error.reason, error.facts, language())
        return Answer({"code": error.code, "message": message}, list(text.wrapped(message)))
    if latest is not None and latest.text == draft.settings.text:
        return Answer({"cid": draft.cid, "changes": [], "signed": []}, [told.heading("same", file=file.name)])
    differences = () if latest is None else changes(latest, draft.settings)
    document = {"cid": draft.cid, "changes": told.change_documents(differences), "signed": signed}
    lines = [told.heading("drafted", file=file.name, cid=draft.cid)]
    if latest is None:
        lines += told.setting_lines(told.setting_rows(draft.settings, names_in(workspace.keys)))
    else:
        lines += told.change_lines(differences)
    who = sentence("SETTINGS", "signed" if signed else "unsigned", {"owners": signed}, language())
    return Answer(document, [*lines, *text.wrapped(who, "  ")])


def _signed(workspace: Workspace, draft: Draft) -> list[str]:
    """Who signed this very draft, as the file says it; each signature is checked when it is used."""
    file = workspace.folder / SIGNATURES_FILE
    if not file.exists():
        return []
    signed = read_signatures(read(file, MAX_BYTES))
    return [checksum(owner) for owner in sorted(signed.by_owner)] if str(signed.settings) == draft.cid else []
