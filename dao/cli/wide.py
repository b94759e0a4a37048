"""Text in the columns of a terminal: how wide it is, and where a line may break.

Decides by Unicode's East Asian Width alone: wide and full-width characters take two columns, combining marks none,
everything else one. A line breaks at blanks and, beside a wide character, between any two characters that punctuation
does not hold together; a word of narrow characters, as an address or a path, is never broken.
"""

from __future__ import annotations

import re
import unicodedata
from collections import deque
from collections.abc import Iterator

_BLANKS = re.compile(r"([\t\n\x0b\x0c\r ]+)")
_NOT_FIRST = frozenset("。，、；：！？」』）〕】》〉”’…—・,.;:!?)]}%")
"""Never at the beginning of a line."""
_NOT_LAST = frozenset("「『（〔【《〈“‘([{$")
"""Never at the end of a line."""


def width(text: str) -> int:
    """Count the columns that a text takes."""
    if text.isascii():
        return len(text)
    return sum(_width(char) for char in text)


def ljust(text: str, columns: int) -> str:
    """Fill a text with blanks at its end."""
    return text + " " * (columns - width(text))


def rjust(text: str, columns: int) -> str:
    """Fill a text with blanks at its beginning."""
    return " " * (columns - width(text)) + text


def wrap(text: str, columns: int, indent: str = "", below: str = "") -> list[str]:
    """Break a text into lines of at most `columns`, as `textwrap` does but by width; `below` indents all but the first.

    A piece that is wider than a line stands on one of its own.
    """
    lines: list[str] = []
    pieces = deque(_pieces(text))
    while pieces:
        start = below if lines else indent
        room, line = columns - width(start), ""
        if lines and pieces[0].isspace():
            pieces.popleft()
        while pieces and (width(line) + width(pieces[0]) <= room or (not line and width(pieces[0]) > room)):
            line += pieces.popleft()
        if line.strip():
            lines.append(start + line.rstrip(" "))
    return lines


def _width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _pieces(text: str) -> Iterator[str]:
    """What a line takes whole: runs of blanks, words, and parts of words that hold wide characters."""
    for run in _BLANKS.split(text.expandtabs()):
        if not run or run.isascii():
            yield from [" " * len(run) if run.isspace() else run] if run else []
            continue
        start = 0
        for at in range(1, len(run)):
            if _may_break(run[at - 1], run[at]):
                yield run[start:at]
                start = at
        yield run[start:]


def _may_break(before: str, after: str) -> bool:
    if before in _NOT_LAST or after in _NOT_FIRST or unicodedata.combining(after):
        return False
    return _width(before) == 2 or _width(after) == 2
