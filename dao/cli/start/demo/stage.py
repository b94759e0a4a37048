"""What the demo shows: headings, sentences of the catalogue, and aligned rows, line by line while things happen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chain.errors import CodedError
from dao.cli.text import paint, wrapped
from dao.cli.wide import ljust, rjust, width
from dao.sentences import language, sentence


class Stage:
    """Prints the demo; it decides nothing."""

    def __init__(self) -> None:
        self._lang = language()
        self._scene = 0

    def title(self, code: str) -> None:
        """Say what this is."""
        for line in wrapped(self.told(code)):
            print(paint(line, "bold"))

    def scene(self, code: str) -> None:
        """Begin the next scene."""
        self._scene += 1
        print(f"\n{paint(f'{self._scene}. {self.told(code)}', 'bold')}")

    def say(self, code: str, **facts: object) -> None:
        """Say one sentence of the catalogue."""
        for line in wrapped(self.told(code, **facts), "    "):
            print(line)

    def end(self, code: str, **facts: object) -> None:
        """Say how to go on."""
        print()
        for line in wrapped(self.told(code, **facts)):
            print(line)

    def good(self, code: str, **facts: object) -> None:
        """Say that something was done or checked, and is so."""
        self._marked(paint("✓", "green"), self.told(code, **facts))

    def refused(self, code: str, error: CodedError, **facts: object) -> None:
        """Say what was tried, and the sentence that refused it."""
        self._marked(paint("✗", "red"), self.told(code, **facts))
        told = sentence(error.code, error.reason, error.facts, self._lang)
        print(f"      {paint(error.code, 'red')}")
        for line in wrapped(told, "      "):
            print(line)

    def rows(self, rows: Iterable[Sequence[object]], right: Iterable[int] = ()) -> None:
        """Show rows in aligned columns; those numbered in `right` (from 0) are aligned at their end."""
        table = [[str(cell) for cell in row] for row in rows]
        ends = set(right)
        widths = [max(map(width, cells)) for cells in zip(*table, strict=True)]
        for row in table:
            padded = zip(row, widths, strict=True)
            cells = [rjust(cell, room) if n in ends else ljust(cell, room) for n, (cell, room) in enumerate(padded)]
            print(f"      {'   '.join(cells).rstrip()}")

    def _marked(self, mark: str, told: str) -> None:
        first, *rest = wrapped(told, "    ")
        print(f"  {mark} {first[4:]}")
        for line in rest:
            print(line)

    def both(self, names: Sequence[str]) -> str:
        """Name two people."""
        first, second = names
        return self.told("DEMO_AND", first=first, second=second)

    def told(self, code: str, **facts: object) -> str:
        """Say it without printing it."""
        return sentence(code, "", facts, self._lang)
