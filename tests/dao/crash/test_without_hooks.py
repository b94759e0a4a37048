"""Commands as a shell starts them, killed from outside by whoever watches the journal's file: nothing in them knows."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

from dao.cli import main
from dao.store.journal import Journal
from tests.dao.cli import steps_workspace
from tests.dao.crash.nursery import KILLED, ROOT
from tests.dao.crash.serving import serving
from tests.dao.store.dump import dump

MOMENTS = (0, 0.02, 0.15)
"""Seconds from the first change of the file to the death; at once is mostly before the commit has ended."""


def mark(path: Path) -> tuple[int, bytes]:
    """What of the file changes with every commit: its time, and SQLite's own count of commits."""
    with path.open("rb") as file:
        return path.stat().st_mtime_ns, file.read(100)[24:28]


def killed_after_a_change(folder: Path, seconds: float, *words: str) -> tuple[int, str]:
    """Run a command and kill it some time after the journal's file has changed; its status and what it printed."""
    before = mark(folder / "journal.sqlite")
    command = [sys.executable, "-m", "dao", *words, "--dir", str(folder), "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        while process.poll() is None and mark(folder / "journal.sqlite") == before:
            time.sleep(0.0005)
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        out, _ = process.communicate()
    return process.returncode, out


def test_a_count_that_is_killed_again_and_again(tmp_path: Path) -> None:
    """Within a commit, which is then rolled back, or some time after it: close, powers and result come once each."""
    quiet = steps_workspace.build(tmp_path / "quiet")
    for words in (("vote", "cast", "IIP-2", "For", "--key", "eve"), ("devnet", "wait", "73h")):
        assert 0 == main([*words, "--dir", str(quiet)])
    killed = steps_workspace.copy_of(quiet, tmp_path / "killed")
    assert 0 == main(["tally", "IIP-2", "--dir", str(quiet)])

    status, out, sizes = KILLED, "", list[int]()
    with serving(killed):
        while status == KILLED:
            status, out = killed_after_a_change(killed, MOMENTS[len(sizes) % len(MOMENTS)], "tally", "IIP-2")
            with Journal(killed / "journal.sqlite") as journal:  # what was cut off is rolled back here
                sizes.append(len(journal))
            assert len(sizes) < 30, sizes

    assert 2 < len(sizes), "nobody was killed"
    assert sorted(sizes) == sizes
    assert "passed" == json.loads(out)["verdict"]
    assert dump(quiet / "journal.sqlite") == dump(killed / "journal.sqlite")
    assert (quiet / "checkpoint").read_bytes() == (killed / "checkpoint").read_bytes()
