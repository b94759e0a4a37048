"""The workspace behind `dao lint --dir`: opened once for all files, and not imported for files alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dao.cli import steps
from dao.views.lint_facts import facts_of
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
