"""Put the real `--help` texts into `docs/reference/cli.md`, between the fences that begin with `$ dao … --help`.

`make docs` runs this; `tests/test_readme.py` compares, so a changed option cannot leave its page behind.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
from pathlib import Path

from dao.cli import main

PAGE = Path(__file__).parent / "reference" / "cli.md"
_BLOCK = re.compile(r"^```text\n\$ dao(?P<words>[a-z ]*) --help\n.*?^```$", re.MULTILINE | re.DOTALL)


def refreshed(page: str) -> str:
    """Give the page with every help block as the command prints it now, at 80 columns."""
    return _BLOCK.sub(lambda block: f"```text\n$ dao{block['words']} --help\n{_help(block['words'].split())}```", page)


def shown(page: str) -> set[str]:
    """Give the words of every command whose help the page shows."""
    return {block["words"].strip() for block in _BLOCK.finditer(page)}


def _help(words: list[str]) -> str:
    os.environ["COLUMNS"] = "80"
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        status = main([*words, "--help"])
    if status:
        raise SystemExit(f"dao {' '.join(words)} --help ended with {status}")
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


if __name__ == "__main__":
    PAGE.write_text(refreshed(PAGE.read_text("utf-8")), "utf-8")
