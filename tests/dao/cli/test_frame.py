"""`dao.cli` and `dao.cli.frame`: one JSON document, one exit status in every outcome, and nothing loaded too early."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dao.cli import frame
from dao.cli.table import BARE, COMMANDS, Command
from tests.dao.cli import sample_command
from tests.dao.cli.conftest import Outcome

Dao = Callable[..., Outcome]
ROOT = Path(__file__).resolve().parents[3]

ENDINGS = [
    ("true", 0, None),
    ("false", 1, None),
    ("refused", 1, "E_AMOUNT"),
    ("unchecked", 2, "E_IO_READ"),
    ("usage", 64, "E_IO_READ"),
    ("interrupted", 130, "E_INTERRUPTED"),
    ("bug", 70, "E_BUG"),
]


@pytest.fixture
def sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add a command `dao sample` that can end in every way."""
    row = Command("sample", "Start", "End in some way.")
    monkeypatch.setitem(sys.modules, row.module, sample_command)
    monkeypatch.setattr(frame, "COMMANDS", (*COMMANDS, row))


@pytest.mark.usefixtures("sample")
@pytest.mark.parametrize(("way", "status", "code"), ENDINGS)
def test_json_is_one_document_however_a_command_ends(dao: Dao, way: str, status: int, code: str | None) -> None:
    """With `--json`, stdout is one JSON document, and what the command printed is on stderr."""
    outcome = dao("sample", way, "--json")

    assert status == outcome.status
    assert code == outcome.document.get("error", {}).get("code")
    assert "on the way" in outcome.err


@pytest.mark.usefixtures("sample")
@pytest.mark.parametrize(("way", "status", "code"), ENDINGS)
def test_people_read_text_however_a_command_ends(dao: Dao, way: str, status: int, code: str | None) -> None:
    """Without `--json`, a refusal is one line on stderr that ends with its code, and never a traceback."""
    outcome = dao("sample", way)

    assert status == outcome.status
    assert ("" if code is None else f"[{code}]") == outcome.err.strip().rpartition(" ")[2]
    assert outcome.err.count("\n") <= 1
    assert "Traceback" not in outcome.err


@pytest.mark.usefixtures("sample")
def test_a_document_that_is_not_json_is_our_bug(dao: Dao) -> None:
    """NaN has no JSON spelling; nothing half-written stands before the error."""
    outcome = dao("sample", "unspeakable", "--json")

    assert (70, "E_BUG") == (outcome.status, outcome.document["error"]["code"])


@pytest.mark.usefixtures("sample")
def test_a_bug_tells_no_secret(dao: Dao, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message of an unexpected exception is not repeated, even where DAO_DEBUG shows the stack."""
    assert sample_command.SECRET not in dao("sample", "bug").err

    monkeypatch.setenv("DAO_DEBUG", "1")
    outcome = dao("sample", "bug")

    assert sample_command.SECRET not in outcome.err
    assert "sample_command.py" in outcome.err


@pytest.mark.usefixtures("sample")
def test_system_exit_does_not_leave_the_frame(dao: Dao) -> None:
    """A library that calls `sys.exit` ends the command, not the caller of `main`, and leaves no empty stdout."""
    assert 3 == dao("sample", "exit").status
    assert "E_BUG" == dao("sample", "exit", "--json").document["error"]["code"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["lnt"], "Did you mean 'lint'?"),
        (["vote"], "Missing command."),
        (["vote", "chek"], "Did you mean 'check'?"),
        (["lint"], "Missing argument 'FILE'."),
        (["premiums", "split"], "Missing argument 'WEI'."),
        (["premiums", "split", "1", "2"], "unexpected extra argument"),
        (["premiums", "split", "1", "--agent-level", "x"], "Invalid value for '--agent-level'"),
        (["--nonsense"], "No such option: --nonsense"),
    ],
)
def test_wrong_usage_is_64_and_says_what_to_read(dao: Dao, arguments: list[str], told: str) -> None:
    """A wrong command line is told in one sentence that names the help, on stderr and as the JSON document."""
    spoken, written = dao(*arguments), dao(*arguments, "--json")

    assert (64, 64) == (spoken.status, written.status)
    assert "E_USAGE" == written.document["error"]["code"]
    assert told in written.document["error"]["message"]
    assert "--help` shows" in written.document["error"]["message"]
    assert "" == spoken.out


def test_H31_a_hostile_argument_is_shown_escaped(dao: Dao) -> None:
    """Terminal escapes in an argument do not come back raw in the refusal."""
    outcome = dao("li\x1b[31mnt")

    assert 64 == outcome.status
    assert "\x1b" not in outcome.err


@pytest.mark.parametrize("arguments", [[], ["-h"], ["--help"]])
def test_overview_lists_every_command(dao: Dao, arguments: list[str]) -> None:
    """`dao` alone and `dao --help` list all commands, in 80 columns."""
    outcome = dao(*arguments)

    assert 0 == outcome.status
    assert all(f"\n  {row.words} " in outcome.out and row.sentence in outcome.out for row in COMMANDS)
    assert max(map(len, outcome.out.splitlines())) <= 80


def test_help_is_a_document_too(dao: Dao) -> None:
    """`--json` holds for help and version as well."""
    assert dao("--help").out.rstrip("\n") == dao("--help", "--json").document["help"]
    assert dao("vote", "check", "--help").out == dao("vote", "check", "--help", "--json").document["help"]
    assert dao("--version").out.strip() == dao("--version", "--json").document["version"]


@pytest.mark.parametrize(
    "line",
    [
        "veto IIP-1 --reason -- --json",
        "--json veto IIP-1 --reason --",
        "fund show --dir -- --json",
        "fund --dir -- --json",
        "veto IIP-1 --key --reason --reason -- --json",
    ],
)
def test_two_dashes_as_a_value(dao: Dao, line: str) -> None:
    """An option takes `--` for its value, so what follows are options still; they hold, and so does the language."""
    told = dao(*line.split(), "--lang", "zh-Hant")

    assert told.document["error"]["code"]
    assert "；" in told.document["error"]["message"]


@pytest.mark.parametrize(
    "line", ["veto --key --reason -- --json", "lint --forum x -- --json", "lnt -- --json", "-- --json"]
)
def test_two_dashes_that_end_the_options(dao: Dao, line: str) -> None:
    """Behind them a word is what it is."""
    told = dao(*line.split())

    assert ("", True) == (told.out, told.err.startswith("dao: "))


def test_json_after_two_dashes_is_a_file_name(dao: Dao) -> None:
    """What stands after `--` is an argument, also when it looks like an option."""
    outcome = dao("lint", "--", "--json")

    assert (2, "") == (outcome.status, outcome.out)
    assert "There is no file --json" in outcome.err


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.words)
def test_every_command_shows_examples(dao: Dao, row: Command) -> None:
    """Each `--help` ends with examples of that command, in 80 columns, and mentions `--json`."""
    outcome = dao(*row.words.split(), "--help")

    assert 0 == outcome.status, outcome.err
    examples = outcome.out.partition("Examples:\n")[2].splitlines()
    assert [] != examples
    group, _, bare = row.words.partition(" ")
    words = group if BARE.get(group) == bare else row.words  # a group may stand for one of its commands
    assert all(example.startswith(f"  dao {words}") for example in examples)
    assert "--json" in outcome.out
    assert max(map(len, outcome.out.splitlines())) <= 80


def python(*arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("arguments", [["--help"], ["vote", "--help"], ["vote", "--json"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    """Listing commands imports no web3, no Safe library, no database, no Rich, and no command."""
    program = f"import sys; from dao.cli import main; main({arguments!r}); print(*sys.modules, file=sys.stderr)"

    loaded = set(python("-c", program).stderr.split())

    heavy = {"web3", "eth_account", "safe_eth", "sqlalchemy", "altair", "rich", "eth"}
    assert set() == loaded & (heavy | {row.module for row in COMMANDS})


def test_python_m_dao_is_the_command() -> None:
    """`python -m dao` runs the same and hands the exit status to the shell."""
    assert 0 == python("-m", "dao", "--version").returncode
    assert 64 == python("-m", "dao", "nonsense").returncode


def test_a_stranger_in_place_of_our_package_stops_everything(tmp_path: Path) -> None:
    """A folder `governance` in the current directory shadows ours, and `dao` refuses before it imports it."""
    (tmp_path / "governance").mkdir()
    (tmp_path / "governance" / "__init__.py").write_text("raise SystemExit('imported')")

    outcome = python("-m", "dao", "vote", "check", "x", "--json", cwd=tmp_path)

    assert 1 == outcome.returncode
    assert "E_INSTALL" == json.loads(outcome.stdout)["error"]["code"]
    assert "imported" not in outcome.stderr


def test_our_own_packages_are_accepted_from_anywhere(tmp_path: Path) -> None:
    """The current directory does not matter as long as the packages are ours."""
    assert 0 == python("-m", "dao", "--help", cwd=tmp_path).returncode


def test_a_closed_pipe_is_no_error() -> None:
    """`dao --help | head -1` ends quietly."""
    read_end, write_end = os.pipe()
    os.close(read_end)
    with os.fdopen(write_end, "w") as closed:
        outcome = subprocess.run(
            [sys.executable, "-m", "dao", "--help"], cwd=ROOT, stdout=closed, stderr=subprocess.PIPE, check=False
        )

    assert (0, b"") == (outcome.returncode, outcome.stderr)


def test_text_survives_a_narrow_encoding() -> None:
    """A terminal without Unicode gets escapes, not a crash."""
    program = "from dao.cli.answer import Answer, show; show(Answer({}, ['提案 ok']), as_json=False)"

    outcome = python("-c", program, PYTHONIOENCODING="ascii")

    assert r"\u63d0\u6848 ok" == outcome.stdout.strip()
