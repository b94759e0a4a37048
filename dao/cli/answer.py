"""What a command gives back, and the only place that writes it to stdout and stderr.

Decides the machine interface: with `--json`, stdout is exactly one JSON document, in every outcome. Which outcome it
is, and what the document holds, is the command's.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import NamedTuple

TRUE, FALSE, UNCHECKED, USAGE, BUG, INTERRUPTED = 0, 1, 2, 64, 70, 130
"""Exit statuses: true, refused or false, could not be checked, wrong usage, our bug, and the shell's for Ctrl-C."""


class Answer(NamedTuple):
    """The outcome of a command that ran to its end, also when the outcome is a refusal."""

    document: object
    """What `--json` prints: JSON values only, money and power as decimal strings."""
    lines: Iterable[str] = ()
    """What people read when there is no `--json`; a generator costs nothing when it is not read."""
    status: int = TRUE


def show(answer: Answer, *, as_json: bool) -> int:
    """Write the answer to stdout and give its exit status."""
    if as_json:
        _write_document(answer.document)
    else:
        for line in answer.lines:
            write_line(line)
    return answer.status


def show_error(code: str, message: str, status: int, *, as_json: bool) -> int:
    """Tell why a command did not run to its end: one sentence on stderr, and with `--json` the document on stdout."""
    if as_json:
        _write_document({"error": {"code": code, "message": message}})
    print(f"dao: {message} [{code}]", file=sys.stderr)
    return status


def _write_document(document: object) -> None:
    """Write canonical UTF-8 whatever the terminal's encoding: JSON text is ASCII here, and floats must be finite."""
    write_line(json.dumps(document, ensure_ascii=True, allow_nan=False, indent=2))


def write_line(line: str) -> None:
    """Write one line to stdout; characters that stdout's encoding lacks are escaped rather than fatal."""
    encoding = sys.stdout.encoding or "utf-8"
    print(line.encode(encoding, "backslashreplace").decode(encoding))
