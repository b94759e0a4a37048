"""One question at a terminal: put again, with the sentence of the refusal, until the answer can be read.

Decides how a question is told and when asking ends; what is asked, and what may be answered, is the command's.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from chain.errors import CodedError
from dao.cli.text import wrapped
from dao.errors import UsageError
from dao.sentences import language, sentence


def ask(reason: str, check: Callable[[str], object], **facts: object) -> str:
    """Ask `ASK.reason` until `check` raises no refusal, and return the answer without blanks around it.

    Questions go to stderr. The end of the input ends the command, as Ctrl-C does.
    """
    while True:
        *above, last = wrapped(sentence("ASK", reason, facts, language()), "")
        for told in above:
            print(told, file=sys.stderr)
        print(last, end=" ", file=sys.stderr, flush=True)
        try:
            answer = _line()
            check(answer)
        except CodedError as error:
            for told in wrapped(sentence(error.code, error.reason, error.facts, language()), "  "):
                print(told, file=sys.stderr)
        else:
            return answer


def _line() -> str:
    """Read a line; bytes that are no text, in whatever way the terminal hands them over, are refused."""
    try:
        line = sys.stdin.readline()
        line.encode()
    except UnicodeError:
        raise UsageError("E_USAGE", "no_text") from None
    if not line:
        raise KeyboardInterrupt
    return line.strip()
