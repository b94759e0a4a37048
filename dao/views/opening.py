"""Opening a workspace to read it: no key is opened, nothing is signed, and no chain is asked unless time matters.

Decides which settings speak for the workspace when it is looked at: those in force at the journal's last leaf, because
a reader without a chain has no other clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from dao.connect import connect
from dao.record.case import Case, need
from dao.record.checks_settings import leaves as settings_leaves
from dao.record.checks_settings import settings_signature
from dao.record.story import select
from dao.store.journal import Journal
from dao.workflow.desk import NO_PROPOSAL, Desk
from dao.workspace import Workspace
from governance.space import Settings, in_force


class Reading(NamedTuple):
    """An open workspace and its journal."""

    workspace: Workspace
    journal: Journal


@contextmanager
def open_journal(folder: Path) -> Iterator[Reading]:
    """Open a workspace and its journal, and nothing else."""
    with Workspace(folder) as workspace, Journal(workspace.journal_path) as journal:
        yield Reading(workspace, journal)


@contextmanager
def open_desk(folder: Path) -> Iterator[Desk]:
    """Open a workspace with its chain, for what depends on the time. No key is opened, so no checkpoint is signed.

    Providers that do not answer are left out and named (`desk.node.absent`), as long as one does.
    """
    with open_workspace(folder) as (_, desk):
        yield desk


@contextmanager
def open_workspace(folder: Path) -> Iterator[tuple[Workspace, Desk]]:
    """As `open_desk`, with the workspace itself."""
    with (
        Workspace(folder) as workspace,
        connect(workspace, every=False) as node,
        Journal(workspace.journal_path) as journal,
    ):
        yield workspace, Desk(journal, node)


def settings_of(journal: Journal) -> Settings:
    """The settings in force at the last leaf, their signatures checked (`E_SETTINGS` where there are none)."""
    case = Case(proposal=NO_PROPOSAL, leaves=select(journal.leaves, NO_PROPOSAL, journal.get), get=journal.get)
    settings_signature(case)
    last = journal.leaves[-1].time
    return in_force(settings_leaves(need(case.settings_rows)), len(journal), last).settings
