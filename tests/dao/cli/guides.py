"""Guides of `docs/guides`, followed as they are written: every command ends as the page says, and what it shows is what
was said.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from string import Template
from typing import NamedTuple

from tests.dao.cli.conftest import Outcome
from tests.dao.conftest import Played

GUIDES = Path(__file__).resolve().parents[3] / "docs" / "guides"
BLOCK = re.compile(r"^```(sh|text|markdown|toml|json|csv|diff)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"`([a-z]+/[a-z0-9./-]+)`")
REFUSED = "# refused"

Dao = Callable[..., Outcome]


class Block(NamedTuple):
    """One block of a page; a block of a file is written to the file that the sentence before it names last."""

    kind: str
    text: str
    file: Path


def page(name: str) -> str:
    """The text of a guide."""
    return (GUIDES / f"{name}.md").read_text("utf-8")


def blocks(text: str) -> Iterator[Block]:
    end = 0
    for match in BLOCK.finditer(text):
        named = NAMED.findall(text[end : match.start()])
        yield Block(match[1], match[2], Path(named[-1] if named else ""))
        end = match.end()


def follow(dao: Dao, text: str, played: Played | None = None, facts: Mapping[str, str] = {}) -> list[list[str]]:
    """Do what a page says, in the current folder; return what each block of commands showed.

    `dao demo` was played before, and what it leaves is copied. A file is new, or a draft whose sentences are replaced;
    a `diff` changes one in one place.
    """
    said: list[list[str]] = []
    for block in blocks(text):
        if block.kind == "sh":
            said.append([line for typed in block.text.splitlines() for line in _run(dao, typed, played, facts)])
        elif block.kind == "text":
            shown = "\n".join(said[-1])
            assert [] == [line for line in block.text.splitlines() if line not in said[-1]], shown
        elif block.kind == "diff":
            block.file.write_text(_changed(block.file.read_text("utf-8"), block.text.splitlines()), "utf-8")
        else:
            assert not block.file.exists() or "Say" in block.file.read_text("utf-8")
            block.file.parent.mkdir(parents=True, exist_ok=True)
            block.file.write_text(block.text, "utf-8")
    return said


def _changed(text: str, lines: list[str]) -> str:
    """Put the lines with a plus in place of those with a minus; lines with neither say where."""
    old, new = ("".join(f"{line[1:]}\n" for line in lines if line[:1] in f"{mark} ") for mark in "-+")
    assert 1 == text.count(old), old
    return text.replace(old, new)


def _run(dao: Dao, typed: str, played: Played | None, facts: Mapping[str, str]) -> list[str]:
    """Run one line, which may end with the word that says it is refused."""
    line, mark, _ = typed.partition(REFUSED)
    name, *arguments = shlex.split(Template(line).substitute(facts))
    if name != "dao":
        assert name in {"mkdir", "cp"}
        subprocess.run([name, *arguments], check=True)
        return []
    if arguments[:1] == ["demo"] and played is not None:
        shutil.copytree(played.folder, arguments[-1])
        return []
    outcome = dao(*arguments)
    assert (1 if mark else 0) == outcome.status, f"{typed}: {outcome.err}{outcome.out}"
    return outcome.out.splitlines()
