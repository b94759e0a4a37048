"""`tests.secret_scan` finds what it is there to find: in output, in logs and in files, with workers and without."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dao.cli.start.demo import cast
from tests.secret_scan import MARKED, left_behind, secrets_in, secrets_in_bytes

ROOT = Path(__file__).resolve().parents[1]
LEAKS = {
    "prints": "print(cast.key('ann').hex().upper())",
    "logs": "logging.getLogger().warning('at https://%s/', MARKED[0])",
    "writes": "(tmp_path / 'journal.sqlite').write_bytes(b'..' + cast.key('ben') + b'..')",
    "keeps quiet": "(tmp_path / 'journal.sqlite').write_bytes(cast.address('ben'))",
}
HEAD = (
    "import logging\nfrom dao.cli.start.demo import cast\nfrom tests.secret_scan import MARKED\ndef test_it(tmp_path): "
)


@pytest.mark.parametrize(
    ("name", "leaks", "workers"),
    [
        ("prints", True, "0"), ("logs", True, "0"), ("writes", True, "0"), ("keeps quiet", False, "0"),
        ("prints", True, "1"), ("writes", True, "1"),
    ],
)  # fmt: skip
def test_a_leak_fails_the_run(tmp_path: Path, name: str, workers: str, *, leaks: bool) -> None:
    """A whole run of pytest over one leaking test ends with status 1; one that keeps quiet does not."""
    (tmp_path / "test_it.py").write_text(HEAD + LEAKS[name], encoding="utf-8")
    words = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "tests.secret_scan",
        "-n",
        workers,
        "--basetemp",
        tmp_path / "base",
    ]
    told = subprocess.run(
        [*words, "-c", os.devnull, "--rootdir", tmp_path, tmp_path / "test_it.py"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    for file in (tmp_path / "base").rglob("journal.sqlite"):
        file.unlink()  # or the scan of this very run finds it
    (tmp_path / "test_it.py").unlink()

    assert int(leaks) == told.returncode, told.stdout + told.stderr
    assert leaks == ("a secret was printed" in told.stdout or "secret scan:" in told.stdout)
    assert cast.key("ben").hex() not in told.stdout


def test_secrets_are_found_in_any_spelling(tmp_path: Path) -> None:
    """Hex in either case, bytes inside a file; a file that a test wrote to hand a passphrase over is left out."""
    key = cast.journal_key()
    assert 1 == len(secrets_in(f"key 0x{key.hex().upper()}!")) == len(secrets_in_bytes(b"x" + key))
    assert [] == secrets_in("nothing of the kind")
    (tmp_path / "a.car").write_bytes(MARKED[1].encode())
    (tmp_path / "passphrase").write_bytes(MARKED[1].encode())
    found = list(left_behind(tmp_path.rglob("*")))
    (tmp_path / "a.car").unlink()
    (tmp_path / "passphrase").unlink()

    assert [f"{tmp_path / 'a.car'} holds {MARKED[1][:3].encode().hex()}…"] == found
