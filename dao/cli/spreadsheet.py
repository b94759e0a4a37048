"""Rows as a file for spreadsheets.

Decides how a table is spelled (RFC 4180, UTF-8) and that no cell of it is computed: whatever a spreadsheet might take
for a formula begins with an apostrophe (CWE-1236; OWASP, "CSV Injection"), and what cannot be seen is spelled out.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from dao.sentences import escape

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""A tab or a line's end before them is spelled out by `escape` first."""


def write_csv(names: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Spell a table; `names` is its first row."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows([_cell(text) for text in row] for row in (names, *rows))
    return out.getvalue().encode()


def _cell(text: str) -> str:
    safe = escape(text)
    return f"'{safe}" if safe.lstrip().startswith(_FORMULA) else safe
