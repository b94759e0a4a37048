"""What the commands on a draft share: the draft held against this workspace, the journal and the chain.

Decides in which order these are asked, and when a draft may be signed at all: when it makes settings, of this space and
Safe, that this release acts upon, and when nothing that the chain says makes them wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from chain.clients.node import Node
from chain.finding import Finding, has_errors
from dao.cli.files import read
from dao.cli.proposals.draft_file import DRAFT_FILE, SIGNATURES_FILE, Draft, DraftFileError, load_draft
from dao.record.case import SettingsRow
from dao.views.duties import Facts, findings
from dao.views.founding_facts import gather, token_findings
from dao.workflow import founding
from dao.workflow.desk import Desk
from dao.workspace import Workspace
from governance.settings import Settings
from governance.settings_signatures import (
    MAX_BYTES,
    SettingsSignatures,
    merge,
    read_signatures,
    refuse_other,
    unsigned,
)
from governance.space import SettingsError


class Examined(NamedTuple):
    """A draft with all that is known about it."""

    draft: Draft
    rows: tuple[SettingsRow, ...]
    """The settings of the journal."""
    facts: Facts
    found: Sequence[Finding]

    @property
    def previous(self) -> bytes:
        """What these settings name as those before them."""
        return founding.previous_of(self.rows)

    @property
    def founded(self) -> SettingsRow | None:
        """The journal's latest settings, where the draft is exactly these."""
        latest = self.rows[-1] if self.rows else None
        return latest if latest is not None and str(latest.cid) == self.draft.cid else None


def examine(workspace: Workspace, desk: Desk, file: Path | None = None) -> Examined:
    """Hold a draft against workspace, journal and chain; what is wrong in form is raised, the rest are findings."""
    draft = load_draft(file or workspace.folder / DRAFT_FILE)
    rows = founding.settings_rows(desk)
    if rows:
        desk.check_anchors(rows[-1].settings)
    facts = _hold(workspace, desk.node, draft.settings, rows)
    found = [*findings(facts), *token_findings(desk.node, facts)]
    return Examined(draft, rows, facts, found)


def _hold(workspace: Workspace, node: Node, settings: Settings, rows: tuple[SettingsRow, ...]) -> Facts:
    anchors = workspace.anchors
    founding.refuse_other_space(
        settings, space=anchors.space, chain_id=anchors.chain_id, safe=anchors.safe, journal_key=anchors.journal_key
    )
    founding.refuse_unknown(settings, rows[0].settings if rows else settings)
    treasury = founding.read_treasury(node, anchors.safe)
    if treasury.version != settings.treasury().version:
        found, expected = settings.treasury().version, treasury.version
        raise SettingsError("E_SETTINGS", "safe_version", found=found, expected=expected)
    return gather(workspace, node, settings, treasury.state)


def refuse_errors(examined: Examined) -> None:
    """Raise `E_DRAFT` where anything speaks against signing these settings."""
    errors = [finding for finding in examined.found if finding.level == "error"]
    if has_errors(errors):
        raise DraftFileError("E_DRAFT", "findings", count=len(errors), first=errors[0].code)


def collected(workspace: Workspace, examined: Examined, *, anew: bool = False) -> SettingsSignatures:
    """The signatures that lie in the workspace; those over settings that are founded by now are spent.

    Signatures over another draft are refused, unless `anew` throws them away: somebody collected them.
    """
    fresh = unsigned(examined.draft.settings.text, examined.previous)
    file = workspace.folder / SIGNATURES_FILE
    if anew or not file.exists():
        return fresh
    kept = _read(file)
    if any(kept.settings == row.cid for row in examined.rows) and str(kept.settings) != examined.draft.cid:
        return fresh
    refuse_other(fresh, kept)
    return merge(fresh, kept, examined.draft.settings.text)


def take_files(signed: SettingsSignatures, files: Sequence[Path], examined: Examined) -> SettingsSignatures:
    """Add the signatures of files that other owners sent; every one must be an owner's, over these settings."""
    for file in files:
        signed = merge(signed, _read(file), examined.draft.settings.text)
    founding.refuse_strangers(signed, examined.facts.state)
    return signed


def _read(file: Path) -> SettingsSignatures:
    return read_signatures(read(file, MAX_BYTES))
