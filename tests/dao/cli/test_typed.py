"""What is asked at a terminal, at a real one: a pseudo-terminal, with the command in a process of its own."""

from __future__ import annotations

import os
import pty
import select
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from dao.keys import Keyring

ROOT = Path(__file__).resolve().parents[3]
SECRET = "correct horse"
PATIENCE = 60
"""Seconds until a test gives up."""

NORA = "0xEbb2EbB5f64C277f58ba08d4E53217B9D6F88472"
TYPED = [
    ("What is the title", "A: B\n"),
    ("What is the title", "A second keeper\n"),
    ("in one sentence?", "Pay a second keeper for a month.\n"),
    ("Who writes it", "Dora\n"),
    ("Who writes it", "Dora (@dora)\n"),
    ("Where is it discussed", "http://forum.example.org/t/3\n"),
    ("Where is it discussed", "https://forum.example.org/t/3\n"),
    ("What is paid", "\n"),
    ("What is paid", f"0.5 ETH to devnet:{NORA}\n"),
    ("What else is paid?", f"1 DAI to devnet:{NORA}\n"),
    ("What else is paid?", f"0.25 ETH to devnet:{NORA} after m1\n"),
    ("What else is paid?", "\n"),
    ("m1 due", "next week\n"),
    ("m1 due", "2026-03-01\n"),
]
"""The questions of `dao draft` in their order, most of them answered wrongly at first."""


def type_at(arguments: list[str], answers: Sequence[tuple[str, str | bytes]], cwd: Path) -> tuple[int, str]:
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
                    os.write(terminal, answer if isinstance(answer, bytes) else answer.encode())
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
    assert not answers, seen
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


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose settings are in force, with nothing in it."""
    from dao.cli import main

    folder = tmp_path_factory.mktemp("founded") / "club"
    where = ("--dir", str(folder))
    names = ("--space", "club.devnet", "--owner", "ann", "--holder", "eve=9")
    assert 0 == main(["init", "--devnet", "--start", "2026-01-05T00:00:00Z", *names, *where])
    assert 0 == main(["settings", "sign", "--key", "ann", *where])
    assert 0 == main(["settings", "found", *where])
    return folder


def test_a_draft_asks_for_what_was_not_given(founded: Path) -> None:
    """Each slip is told and asked again; the draft is the one that the options make, and lints."""
    from dao.cli import main

    status, screen = type_at(["draft", "--dir", "club"], TYPED, founded.parent)

    told = " ".join(screen.split())
    assert 0 == status, screen
    assert "[E_" not in told
    for slip in ("has a colon", "None of the authors (Dora) can be reached", "is not an https address",
                 "`` is not a payment", "DAI", "`next week`"):  # fmt: skip
        assert slip in told
    for _, answer in TYPED:
        screen = screen.replace(answer.strip(), "")
    assert 80 >= max(map(len, screen.splitlines())), "what was typed aside"
    file = founded / "iips" / "iip-1.md"
    raw = file.read_bytes()
    file.unlink()
    said = ("--title", "A second keeper", "--description", "Pay a second keeper for a month.", "--author",
            "Dora (@dora)", "--discussions-to", "https://forum.example.org/t/3")  # fmt: skip
    pays = ("--pay", f"0.5 ETH to devnet:{NORA}", "--pay", f"0.25 ETH to devnet:{NORA} after m1", "--due", "2026-03-01")
    assert 0 == main(["draft", *said, *pays, "--dir", str(founded)])
    assert raw == file.read_bytes()
    file.unlink()


def test_a_draft_asks_for_nothing_that_was_given(founded: Path) -> None:
    """Only the payment is missing, and only it is asked."""
    said = ("--title", "A title", "--description", "A description.", "--author", "@dora",
            "--discussions-to", "https://forum.example.org/t/3")  # fmt: skip

    status, screen = type_at(
        ["draft", *said, "--dir", "club", "--out", "iip-1.md"],
        [("What is paid", f"1 ETH to {NORA}\n"), ("What else", "\n")],
        founded.parent,
    )

    assert (0, 2) == (status, screen.count("?")), screen
    (founded.parent / "iip-1.md").unlink()


@pytest.mark.parametrize(("leave", "after"), [("\x03", 2), ("\x04", 2), ("\x04", 11), ("\x03", 13)])
def test_whoever_leaves_a_draft_leaves_nothing(founded: Path, leave: str, after: int) -> None:
    """Ctrl-C and the end of the input, at any question: no file, no byte of the workspace changed."""
    before = {file: file.read_bytes() for file in founded.rglob("*") if file.is_file()}

    status, screen = type_at(["draft", "--dir", "club"], [*TYPED[:after], (TYPED[after][0], leave)], founded.parent)

    assert (130, True) == (status, "[E_INTERRUPTED]" in screen), screen
    assert before == {file: file.read_bytes() for file in founded.rglob("*") if file.is_file()}
    assert [founded] == list(founded.parent.iterdir())


def test_bytes_that_are_no_text_are_asked_again(founded: Path) -> None:
    """A terminal that sends Latin-1 is told so."""
    status, screen = type_at(
        ["draft", "--dir", "club"],
        [("What is the title", b"Gr\xfc\xdfe\n"), ("What is the title", "Tür\n"), ("in one sentence?", "\x04")],
        founded.parent,
    )

    assert (130, True) == (status, "no UTF-8 text" in screen), screen


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (("--due", "2026-03-01"), "There are 1 days and 0 milestones"),
        (("--part", "1"), "There are 0 payments and 1 numbers of parts"),
        (("--out", "club/dao.toml"), "There is a file club/dao.toml already"),
        (("--pay", "much"), "`much` is not a payment"),
        (("--dir", "nowhere"), "[E_WORKSPACE]"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_asked(
    founded: Path, given: tuple[str, ...], problem: str
) -> None:
    """Nobody types five answers for nothing."""
    status, screen = type_at(["draft", "--dir", "club", *given], [], founded.parent)

    assert status in (1, 64), screen
    assert problem in " ".join(screen.split())
    assert "?" not in screen


def test_without_a_terminal_a_draft_asks_nothing(founded: Path) -> None:
    """With the answer in a pipe nobody is asked, though somebody is there: the first that misses is told."""
    line = f"{sys.executable} -m dao draft --dir club --json | cat"
    process, terminal = pty.fork()
    if process == 0:  # pragma: no cover - the child is another program
        os.chdir(founded.parent)
        os.environ.update(PYTHONPATH=str(ROOT), DAO_LANG="en", TERM="dumb")
        os.execv("/bin/sh", ["sh", "-c", line])
    seen = b""
    while select.select([terminal], [], [], PATIENCE)[0]:
        try:
            data = os.read(terminal, 4096)
        except OSError:
            break
        if not data:
            break
        seen += data
    os.waitpid(process, 0)
    os.close(terminal)

    assert b"Missing option '--title'. Nothing was done; `dao draft --help` shows" in seen
