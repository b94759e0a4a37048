"""The guide `three-people-two-iips`, run as it is written: three workspaces, and nothing but files between them."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from dao.record.verify import verify
from dao.store.journal import Journal
from tests.dao.cli.conftest import Outcome
from tests.dao.conftest import Played

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "guides" / "three-people-two-iips.md"
BLOCK = re.compile(r"^```(sh|text|markdown|toml|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"`([a-z]+/[a-z0-9./-]+)`")
REFUSED = "# refused"


class Step(NamedTuple):
    """One block of the guide; a block of a file is written to the file that the sentence before it names."""

    kind: str
    text: str
    file: Path


def steps(page: str) -> Iterator[Step]:
    end = 0
    for match in BLOCK.finditer(page):
        named = NAMED.findall(page[end : match.start()])
        yield Step(match[1], match[2], Path(named[-1] if named else ""))
        end = match.end()


def test_the_guide_runs_as_written(
    dao: Callable[..., Outcome], played: Played, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every command ends as the guide says, shows what it shows, and three people hold one journal in the end."""
    monkeypatch.chdir(tmp_path)
    said: list[str] = []
    for step in steps(GUIDE.read_text("utf-8")):
        if step.kind == "sh":
            said = [line for command in step.text.splitlines() for line in run(dao, played, command)]
        elif step.kind == "text":
            assert [] == [line for line in step.text.splitlines() if line not in said], "\n".join(said)
        else:
            assert not step.file.exists()
            step.file.write_text(step.text, "utf-8")

    assert leaves("ben") == leaves("ann") == leaves("cho")
    assert 1 == len({Path(name, "checkpoint").read_bytes() for name in ("ben", "ann", "cho")})
    assert verify(Path("cho/iip-2.car").read_bytes()).ok
    assert [] == [path for path in (*Path("ann").rglob("*"), *Path("cho").rglob("*")) if path.name == "journal.pem"]


def run(dao: Callable[..., Outcome], played: Played, command: str) -> list[str]:
    """Run one line; the demo was played before, and is copied."""
    typed, _, fate = command.partition(REFUSED)
    words = shlex.split(typed)
    if words == ["dao", "demo", "--dir", "ben"]:
        shutil.copytree(played.folder, "ben")
        return []
    if words[0] != "dao":
        assert words[0] in {"mkdir", "cp"}
        subprocess.run(words, check=True)
        return []
    outcome = dao(*words[1:])
    assert (1 if command.endswith(REFUSED) else 0) == outcome.status, f"{command}: {outcome.err}{outcome.out}"
    assert "" == fate
    return outcome.out.splitlines()


def leaves(name: str) -> list[bytes]:
    with Journal(Path(name, "journal.sqlite")) as journal:
        return journal.leaf_hashes()
