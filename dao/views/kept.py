"""The checkpoint that a workspace kept, held against its journal as it is now.

Decides nothing of its own: the guard says whether the journal still begins with the kept leaves. Here the note is also
read, so that people see what was kept.
"""

from __future__ import annotations

from chain.checkpoint import Checkpoint, open_note
from dao.store.journal import Journal
from dao.views.opening import settings_of
from dao.workflow.guard import Guard, GuardError, read_kept
from dao.workspace import Workspace


def check_kept(workspace: Workspace, journal: Journal) -> Checkpoint | None:
    """Return the kept checkpoint, None where there is none yet; raise `GuardError` (`E_SPLIT_VIEW`) when the journal
    does not extend it, or when journal and anchors name different things.
    """
    path = workspace.checkpoint_path
    note = read_kept(path)
    if not len(journal):
        if note is not None:
            raise GuardError("E_SPLIT_VIEW", "emptied")
        return None
    settings = settings_of(journal)
    Guard(workspace.anchors, path).check(journal, settings, workspace.anchors.chain_id)
    return None if note is None else open_note(note, settings.journal.origin, workspace.anchors.journal_key)
