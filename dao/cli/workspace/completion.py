"""`dao completion`: the script that lets a shell complete commands and options, and the answers that it then asks for.

Typer writes the scripts and speaks the shells' protocols. Here only what is offered is decided: commands with their
sentences out of the table, so that pressing Tab imports no command, and a command's own options once it is named.
"""

from __future__ import annotations

import os
from typing import Annotated

import typer

from dao.cli.answer import Answer
from dao.errors import UsageError

EXAMPLES = (
    "dao completion bash >> ~/.bashrc",
    "dao completion zsh > ~/.zfunc/_dao",
    "dao completion fish > ~/.config/fish/completions/dao.fish",
)

SHELLS = ("bash", "zsh", "fish", "powershell")
VARIABLE = "_DAO_COMPLETE"
"""Set by the shell's script; holds the protocol and what is asked."""


def command(
    shell: Annotated[str, typer.Argument(help="bash, zsh, fish or powershell.", metavar="SHELL")],
) -> Answer:
    """Print the script that makes a shell complete `dao`; it changes nothing by itself."""
    if shell not in SHELLS:
        raise UsageError("E_USAGE", "shell", shell=shell, shells=SHELLS)
    from typer._completion_shared import get_completion_script

    script = get_completion_script(prog_name="dao", complete_var=VARIABLE, shell=shell)
    return Answer({"shell": shell, "script": script}, [script])


def answer_shell() -> int:
    """Answer what the shell's script asked in the environment; whoever pressed Tab sees nothing of what goes wrong."""
    from typer._completion_classes import completion_init
    from typer.completion import shell_complete

    from dao.cli.frame import Group

    completion_init()
    try:
        return shell_complete(Group(), {}, "dao", VARIABLE, os.environ[VARIABLE])
    except Exception:
        return 1
