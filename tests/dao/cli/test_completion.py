"""`dao completion`: a real bash completes commands and options, and Tab imports no command."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dao.cli.table import COMMANDS, GROUPS
from dao.cli.workspace.completion import SHELLS
from tests.dao.cli.conftest import Outcome

Dao = Callable[..., Outcome]
ROOT = Path(__file__).resolve().parents[3]
COMMAND = Path(sys.executable).parent / "dao"
COMPLETE = """
eval "$("$0" completion bash)"
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_dao_completion "$0"
printf '%s\n' "${COMPREPLY[@]}"
"""


def offered(*words: str) -> list[str]:
    """What bash offers for the last of some words."""
    told = subprocess.run(
        ["bash", "-c", COMPLETE, COMMAND, *words], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "" == told.stderr
    return told.stdout.split()


def test_bash_completes(dao: Dao) -> None:
    """Commands at the root, the second words of a group, options of a command, and files where nothing is offered."""
    firsts = dict.fromkeys(row.words.split()[0] for row in COMMANDS)

    assert list(firsts) == offered("dao", "")
    assert [name for name in firsts if name.startswith("ve")] == offered("dao", "ve")
    assert ["cast", "sign", "receipt", "check"] == offered("dao", "vote", "")
    assert ["--key", "--key-env"] == offered("dao", "vote", "cast", "--key")
    assert "complete -o default" in dao("completion", "bash").out


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_has_a_script(dao: Dao, shell: str) -> None:
    """The script names the command and the variable; with `--json` it stands in the document."""
    outcome = dao("completion", shell, "--json")

    assert (0, shell) == (outcome.status, outcome.document["shell"])
    assert "_DAO_COMPLETE" in outcome.document["script"]


def test_an_unknown_shell_is_named(dao: Dao) -> None:
    """Usage, with those that are known."""
    outcome = dao("completion", "tcsh")

    assert 64 == outcome.status
    assert "bash, zsh, fish, powershell" in outcome.err


def test_tab_imports_no_command() -> None:
    """Completing a first word loads neither a command nor anything heavy, and a broken request says nothing."""
    script = (
        "import sys; from dao.cli import main; status = main([]);"
        "heavy = {'web3', 'sqlalchemy', 'eth_account', 'dao.cli.start.demo'};"
        "print([name for name in sys.modules if name in heavy], status)"
    )
    asked = {**os.environ, "_DAO_COMPLETE": "complete_bash", "COMP_WORDS": "dao ", "COMP_CWORD": "1"}
    told = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=asked, capture_output=True, text=True, check=True
    )
    broken = subprocess.run(
        [sys.executable, "-m", "dao"],
        cwd=ROOT,
        env={**asked, "COMP_CWORD": "x"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert "[] 0" == told.stdout.splitlines()[-1]
    assert (1, "") == (broken.returncode, broken.stderr)


def test_each_group_has_its_sentence() -> None:
    """What completion tells of a group comes from the table."""
    assert {row.words.split()[0] for row in COMMANDS if " " in row.words} <= set(GROUPS)
