"""What `dao lint` knows beside files: a workspace, opened once for all of them, or settings; else not imported."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dao.cli import steps
from dao.cli.proposals.draft_file import load_settings
from dao.views.lint_facts import facts_of, facts_of_settings
from dao.views.opening import open_desk
from dao.workflow.proposing import settings_in_force
from proposals.lint_rules import Known


@contextmanager
def known_by(folder: Path, fund: str) -> Iterator[Callable[[bytes], Known]]:
    """Open a workspace; yield what says everything that it knows of a document."""
    with open_desk(folder) as desk:
        settings = settings_in_force(desk)
        money = steps.choose_fund(settings, fund)
        yield lambda raw: facts_of(desk, settings, money, raw)


@contextmanager
def known_by_settings(file: Path, fund: str) -> Iterator[Callable[[bytes], Known]]:
    """As `known_by`, by a file of settings that nobody holds against a journal."""
    settings = load_settings(file)
    money = steps.choose_fund(settings, fund)
    yield lambda raw: facts_of_settings(settings, money, raw)
