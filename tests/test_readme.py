"""The documents against reality: commands exist, help texts are the real ones, links lead somewhere."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from dao.cli.table import BARE, COMMANDS
from docs import refresh_help

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
PAGES = sorted(page for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\((?!https?://)([^)#\s]+)[^)]*\)|src=\"([^\"]+)\"")
COMMAND = re.compile(r"(?:`|^\$ |^    )(dao [^`\n]+)`?", re.MULTILINE)


def test_readme_starts_with_two_commands() -> None:
    """What a newcomer types is two words of the Makefile, and CI types the second one."""
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    (block,) = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)

    assert ["make demo", "make test"] == block.splitlines()
    assert {"demo", "test", "setup", "lint", "bench"} <= set(targets)
    assert "CI=true make test" in (ROOT / ".ci" / "run").read_text("utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_to_files(page: Path) -> None:
    """A relative link or picture names a file of the repository."""
    targets = [first or second for first, second in LINK.findall(page.read_text("utf-8"))]
    lost = [target for target in targets if not (page.parent / target).exists()]

    assert [] == lost


def test_reference_shows_the_real_help() -> None:
    """Every help text in the reference is what the command prints now; `make docs` puts it there."""
    page = refresh_help.PAGE.read_text("utf-8")

    assert {"", *(row.words for row in COMMANDS)} == refresh_help.shown(page)
    assert refresh_help.refreshed(page) == page


def test_every_command_has_its_section() -> None:
    """The reference has a heading for each command and for no other."""
    headings = re.findall(r"^## dao (.+)$", refresh_help.PAGE.read_text("utf-8"), re.MULTILINE)

    assert sorted(row.words for row in COMMANDS) == sorted(headings)


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", ROOT / "CHANGELOG.md", refresh_help.PAGE], ids=lambda page: page.name
)
def test_commands_that_are_shown_exist(page: Path) -> None:
    """A document names no command that `dao` does not have."""
    known = {tuple(row.words.split()) for row in COMMANDS} | {("--help",), ("--version",)} | {(word,) for word in BARE}
    shown = {tuple(shlex.split(line)[1:]) for line in COMMAND.findall(page.read_text("utf-8"))}
    strange = [words for words in shown if not any(words[: len(command)] == command for command in known)]

    assert [] == strange
