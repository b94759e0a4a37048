"""What the demo shows: headings, sentences of the catalogue, and aligned rows, in colour where a terminal takes it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from chain.errors import CodedError
from dao.sentences import language, sentence

_BOLD, _DIM, _GREEN, _RED, _CYAN, _PLAIN = "\033[1m", "\033[2m", "\033[32m", "\033[31m", "\033[36m", "\033[0m"


class Stage:
    """Prints line by line, while things happen."""

    def __init__(self) -> None:
        self._lang = language()
        self._scene = 0
        self._colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ

    def scene(self, code: str) -> None:
        """Begin the next scene."""
        self._scene += 1
        told = f"{self._scene}. {sentence(code, '', {}, self._lang)}"
        print(f"\n{self._paint(_BOLD, told)}")

    def say(self, code: str, **facts: object) -> None:
        """Say one sentence of the catalogue."""
        print(f"   {sentence(code, '', facts, self._lang)}")

    def good(self, code: str, **facts: object) -> None:
        """Say that something was checked and is so."""
        print(f" {self._paint(_GREEN, '✓')} {sentence(code, '', facts, self._lang)}")

    def refused(self, code: str, error: CodedError, **facts: object) -> None:
        """Say what was tried, and the sentence that refused it."""
        print(f" {self._paint(_RED, '✗')} {sentence(code, '', facts, self._lang)}")
        told = sentence(error.code, error.reason, error.facts, self._lang)
        print(f"   {self._paint(_RED, error.code)}  {told}")

    def rows(self, rows: Iterable[Sequence[str]], *, right: frozenset[int] = frozenset()) -> None:
        """Show rows in aligned columns; columns in `right` end at one place."""
        table = [list(map(str, row)) for row in rows]
        widths = [max(len(row[n]) for row in table) for n in range(len(table[0]))]
        for row in table:
            cells = [
                cell.rjust(width) if n in right else cell.ljust(width)
                for n, (cell, width) in enumerate(zip(row, widths, strict=True))
            ]
            print(f"   {self._paint(_DIM, '│')} {'  '.join(cells).rstrip()}")

    def _paint(self, colour: str, text: str) -> str:
        return f"{colour}{text}{_PLAIN}" if self._colour else text


def moment(seconds: int) -> str:
    """Spell a Unix time as UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
