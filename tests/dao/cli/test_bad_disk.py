"""A disk that is full or read-only: one sentence, nothing half written, and the same command works when there is room.

The commands run as processes of their own. "Full" is a limit on the size of files that the kernel enforces on them, so
every write beyond it fails in the middle; "read-only" takes write permission from the folder, and from the process the
capability to ignore that.
"""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import secret_scan
from tests.dao.cli import steps_workspace
from tests.dao.cli.conftest import Outcome

ROOT = Path(__file__).resolve().parents[3]
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1
STEPS = {
    "a vote": "vote cast IIP-2 For --key eve",
    "a signature": "sign IIP-1/1 --key ann",
    "a publication": "publish {iip3} --key dora",
    "a draft": "draft --title T --description D. --author Dora --discussions-to https://example.org/1 --pay {pay}",
    "a record": "record IIP-1",
    "time": "devnet wait 1h",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return steps_workspace.build(tmp_path_factory.mktemp("disk") / "made")


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    there = steps_workspace.copy_of(made, tmp_path / "there")
    document = (there / "iips" / "iip-1.md").read_text("utf-8").replace("iip: 1\n", "iip: 3\n")
    (tmp_path / "iip-3.md").write_text(document, "utf-8")
    return there


def words(folder: Path, step: str) -> list[str]:
    pay = "1 ETH to devnet:0xEbb2EbB5f64C277f58ba08d4E53217B9D6F88472"
    return [word.format(iip3=folder.parent / "iip-3.md", pay=pay) for word in STEPS[step].split()]


def run(folder: Path, step: str, before: Callable[[], None] | None = None) -> Outcome:
    """One command as a process, with something done to it before it starts."""
    done = subprocess.run(
        [sys.executable, "-m", "dao", *words(folder, step), "--dir", folder],
        cwd=ROOT, capture_output=True, text=True, check=False, preexec_fn=before,
    )  # fmt: skip
    secret_scan.look(done.stdout + done.stderr)
    return Outcome(done.returncode, done.stdout, done.stderr)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Nothing can be written into a folder, nor into its files."""
    modes = {path: path.stat().st_mode for path in (folder, *folder.rglob("*"))}
    for path, mode in modes.items():
        path.chmod(mode & ~0o222)
    try:
        yield
    finally:
        for path, mode in modes.items():
            path.chmod(mode)


def without_override() -> None:
    """Let also root obey the modes of files, after the program has been started."""
    if os.geteuid() == 0:
        ctypes.CDLL(None, use_errno=True).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0)


def full(size: int) -> Callable[[], None]:
    """No file may grow beyond `size` bytes."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def told_once(outcome: Outcome) -> bool:
    """Whether the refusal is one sentence, with a code, and no traceback."""
    refusals = [line for line in outcome.err.splitlines() if line.startswith("dao: ")]
    return len(refusals) == 1 and refusals[0].endswith("]") and "Traceback" not in outcome.err


@pytest.mark.parametrize("step", STEPS)
def test_H96_read_only_disk(folder: Path, step: str) -> None:
    """Refused by name, everything is as it was, and it works when the disk can be written again."""
    before = steps_workspace.everything(folder)
    with read_only(folder):
        refused = run(folder, step, without_override)

    assert told_once(refused), refused.err + refused.out
    assert refused.status in {1, 2}
    assert before == steps_workspace.everything(folder)
    done = run(folder, step)
    assert done.status == (1 if step == "a draft" else 0), done.err + done.out


@pytest.mark.parametrize("step", STEPS)
def test_H96_full_disk(folder: Path, step: str) -> None:
    """The write fails in the middle: what was there is whole, nothing is left over, and there is no second try."""
    before = steps_workspace.everything(folder)

    refused = run(folder, step, full({"a draft": 200}.get(step, 4096)))

    assert told_once(refused), refused.err + refused.out
    assert refused.status in {1, 2}
    assert before == steps_workspace.everything(folder)
    done = run(folder, step)
    assert done.status == (1 if step == "a draft" else 0), done.err + done.out
