"""Layout of what people read: aligned rows, wrapped sentences, and colour only where a terminal wants it.

Decides how answers look, never what they say. Values from outside are escaped by whoever spells them (`dao.sentences`).
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Literal

from chain.finding import Finding
from dao.cli.wide import ljust, rjust, width, wrap
from dao.sentences import advice, language, sentence
from dao.sentences import told as told_fact

Colour = Literal["red", "yellow", "green", "cyan", "bold"]

_CODES: Mapping[Colour, int] = {"red": 31, "yellow": 33, "green": 32, "cyan": 36, "bold": 1}
_LEVEL_COLOURS: Mapping[str, Colour] = {"error": "red", "warning": "yellow", "info": "cyan"}
_WIDTH_MAX = 100


def paint(text: str, colour: Colour) -> str:
    """Colour `text` if stdout is a terminal and nobody asked for plain text (https://no-color.org)."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not sys.stdout.isatty()
    return text if plain else f"\x1b[{_CODES[colour]}m{text}\x1b[0m"


def say(code: str, reason: str = "", /, **facts: object) -> str:
    """Say a sentence, a label or a heading of the catalogue in the reader's language."""
    return sentence(code, reason, facts, language())


def label(name: str) -> str:
    """Say what a row, a column or a state of an answer is called."""
    return say("LABEL", name.replace(" ", "_"))


def place(name: str) -> str:
    """Say where something is: `part 1`, `call 2.1`, or a name out of the data as it is."""
    return told_fact("place", name, language())


def rows(pairs: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Lay out names and values as two aligned columns; a long value continues below its beginning."""
    start = max((width(name) for name, _ in pairs), default=0) + 5
    for name, value in pairs:
        if start + width(value) <= _width():
            yield ljust(f"  {name}", start) + value
            continue
        head, *more = wrapped(value, " " * start)
        yield ljust(f"  {name}", start) + head[start:]
        yield from more


def wrapped(text: str, indent: str = "", below: str = "") -> Iterator[str]:
    """Wrap one sentence to the terminal, at most 100 columns, without breaking an address or a path; `below` indents
    what continues, where that differs from the beginning.
    """
    yield from wrap(text, _width(), indent, below or indent) or [indent]


def _width() -> int:
    return min(shutil.get_terminal_size().columns, _WIDTH_MAX)


def message(finding: Finding) -> str:
    """Say a finding in the reader's language; sentences may name its place and its line beside its facts."""
    return sentence(finding.code, finding.reason, _about(finding), language())


def fix(finding: Finding) -> str | None:
    """Say only how to go on, where the sentence says it."""
    return advice(finding.code, finding.reason, _about(finding), language())


def _about(finding: Finding) -> dict[str, object]:
    return {"place": finding.place, "line": finding.line or 0, **finding.facts}


def told(finding: Finding, indent: str = "") -> Iterator[str]:
    """Lay out one finding: level, code and place on a line, the sentence below."""
    head = paint(ljust(say("LEVEL", finding.level), 8), _LEVEL_COLOURS[finding.level])
    yield f"{indent}{head} {paint(finding.code, 'bold')}  {_where(finding)}".rstrip()
    yield from wrapped(message(finding), indent + "         ")


def _where(finding: Finding) -> str:
    if not finding.line:
        return place(finding.place)
    return say("WHERE", "place" if finding.place else "", place=finding.place, line=finding.line)


def columns(table: Sequence[Sequence[str]], *, right: Collection[int] = ()) -> Iterator[str]:
    """Lay out rows of cells in aligned columns; those numbered in `right` (from 0) are aligned at their end."""
    widths = [max(map(width, cells)) for cells in zip(*table, strict=True)]
    for row in table:
        padded = enumerate(zip(row, widths, strict=True))
        cells = [rjust(cell, room) if n in right else ljust(cell, room) for n, (cell, room) in padded]
        yield f"  {'  '.join(cells)}".rstrip()


def counted(number: int, noun: str) -> str:
    """Spell a number with its noun: `1 error`, `2 errors`, `no errors`."""
    return say("COUNT", f"{noun}_{('none', 'one')[number] if number < 2 else 'many'}", number=number)
