"""What is asked at a terminal, at a real one: a pseudo-terminal, with the command in a process of its own."""

from __future__ import annotations

import os
import pty
import select
import signal
import sys
import time
from pathlib import Path

import pytest

from dao.keys import Keyring

ROOT = Path(__file__).resolve().parents[3]
SECRET = "correct horse"
PATIENCE = 60
"""Seconds until a test gives up."""


def type_at(arguments: list[str], answers: list[tuple[str, str]], cwd: Path) -> tuple[int, str]:
    """Run `dao` at a terminal; type each answer when its question has come. Return the exit status and the screen."""
    process, terminal = pty.fork()
    if process == 0:  # pragma: no cover - the child is another program
        os.chdir(cwd)
        os.environ.update(PYTHONPATH=str(ROOT), COLUMNS="80", DAO_LANG="en", TERM="dumb")
        os.execv(sys.executable, [sys.executable, "-m", "dao", *arguments])
    seen, answered = "", 0
    deadline = time.monotonic() + PATIENCE
    try:
        while time.monotonic() < deadline:
            for question, answer in answers[:1]:
                if question in seen[answered:]:
                    answered = len(seen)
                    answers = answers[1:]
                    os.write(terminal, answer.encode())
            if not select.select([terminal], [], [], 0.1)[0]:
                continue
            try:
                data = os.read(terminal, 4096)
            except OSError:  # the child has let go of its terminal
                break
            if not data:
                break
            seen += data.decode("utf-8", "replace")
        else:
            os.kill(process, signal.SIGKILL)
            pytest.fail(f"still waiting after: {seen[-500:]}")
    finally:
        _, status = os.waitpid(process, 0)
        os.close(terminal)
    assert [] == answers, seen
    return os.waitstatus_to_exitcode(status), seen


def test_a_passphrase_is_typed_twice_and_never_shown(tmp_path: Path) -> None:
    """The key opens with what was typed; the screen has the address and not the passphrase."""
    status, screen = type_at(
        ["keys", "new", "ann", "--dir", "club"],
        [("Passphrase for the keys", f"{SECRET}\n"), ("again", f"{SECRET}\n")],
        tmp_path,
    )

    assert 0 == status, screen
    assert 32 == len(Keyring(tmp_path / "club" / "keys", SECRET).load("ann"))
    assert SECRET not in screen


def test_two_passphrases_that_differ(tmp_path: Path) -> None:
    """Nothing is made of a slip."""
    status, screen = type_at(
        ["keys", "journal", "--dir", "club"],
        [("Passphrase for the keys", "one\n"), ("again", "other\n")],
        tmp_path,
    )

    assert (1, True) == (status, "[E_KEY_FILE]" in screen)
    assert [] == list(tmp_path.iterdir())


def test_what_is_missing_is_asked(tmp_path: Path) -> None:
    """A slip at a question is told and the question put again; the rest are defaults."""
    status, screen = type_at(
        ["init", "--dir", "club"],
        [
            ("Type yes, or no", "maybe\n"),
            ("Type yes, or no", "yes\n"),
            ("What is the space called", "club.eth\n"),
            ("What is the space called", "club.devnet\n"),
            ("Who owns the Safe?", "ann ben\n"),
            ("Who holds votes?", "eve=600 finn=abc\n"),
            ("Who holds votes?", "eve=600\n"),
        ],
        tmp_path,
    )

    assert 0 == status, screen
    assert "Call it club.devnet, say." in " ".join(screen.split())
    assert {"ann.json", "ben.json", "eve.json"} <= {file.name for file in (tmp_path / "club" / "keys").iterdir()}


def test_whoever_goes_away_leaves_nothing(tmp_path: Path) -> None:
    """The end of the input at a question ends the command, and the folder is not made."""
    status, screen = type_at(["init", "--devnet", "--dir", "club"], [("What is the space called", "\x04")], tmp_path)

    assert 130 == status, screen
    assert [] == list(tmp_path.iterdir())


def test_a_passphrase_is_typed_once_for_a_command(tmp_path: Path) -> None:
    """A workspace without a passphrase file asks for it once, though the journal's key and an owner's are opened."""
    from dao.cli import main

    folder = tmp_path / "club"
    assert 0 == main(
        ["init", "--devnet", "--dir", str(folder), "--space", "club.devnet", "--owner", "ann", "--holder", "eve=9"]
    )
    (folder / "keys" / "passphrase").unlink()

    status, screen = type_at(
        ["settings", "sign", "--key", "ann", "--dir", "club"], [("Passphrase of the keys:", "devnet\n")], tmp_path
    )

    assert 0 == status, screen
    assert 1 == screen.count("Passphrase of the keys:")
