"""Owners' signatures over settings, among the files that `dao take` is given: they are collected, not yet a fact.

Decides only that they are added to those of the workspace's own draft, each checked
(`dao.cli.workspace.founding_desk`); what the owners signed enters the journal with `dao settings found`, when enough of
them have.
"""

from __future__ import annotations

from collections.abc import Mapping

from dao.cli.proposals.draft_file import SIGNATURES_FILE, replace
from dao.cli.workspace.founding_desk import collected, examine
from dao.session import Session
from dao.workflow import founding
from governance.settings_signatures import merge, read_signatures, refuse_other, write_signatures

KIND = "settings_signature"


def is_signatures(value: object) -> bool:
    """Whether a JSON value claims to be a file of signatures over settings."""
    return isinstance(value, Mapping) and {"signatures", "settings", "previous"} <= value.keys()


def collect(session: Session, raw: bytes) -> tuple[str, bool]:
    """Add the signatures of a file to the workspace's own; return the settings' CID, and whether any was new."""
    given = read_signatures(raw)
    examined = examine(session.workspace, session.desk)
    if examined.founded is not None and given.settings == examined.founded.cid:
        return str(given.settings), False
    before = collected(session.workspace, examined)
    refuse_other(before, given)
    after = merge(before, given, examined.draft.settings.text)
    founding.refuse_strangers(after, examined.facts.state)
    is_new = after.by_owner.keys() != before.by_owner.keys()
    if is_new:
        replace(session.workspace.folder / SIGNATURES_FILE, write_signatures(after) + "\n")
    return str(given.settings), is_new
