"""Where the values of a JSON text stand: the line of each, by its path.

Decides nothing about the values. For text that `chain.json_text.loads` has taken: what is no JSON gives no lines worth
having. A path is spelled as the readers of our formats name a place: `funds[1].assets[2].symbol`, lists from 1, and
the whole text is the empty path.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[\]{},:]|[^\s\[\]{},:"]+')
_CLOSING = {"{": "}", "[": "]"}


class _Token(NamedTuple):
    text: str
    line: int


def value_lines(text: str) -> dict[str, int]:
    """Map the path of every value to the 1-based line on which it begins, or its key where it has one."""
    found: dict[str, int] = {}
    tokens = list(_tokens(text))
    if tokens:
        _read(tokens, 0, "", found)
    return found


def line_of(text: str, path: str) -> int | None:
    """Return the line of the value at a path, or of the nearest one that holds it; None where there is no text."""
    lines = value_lines(text)
    while path and path not in lines:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return lines.get(path)


def _tokens(text: str) -> Iterator[_Token]:
    line, counted = 1, 0
    for match in _TOKEN.finditer(text):
        line += text.count("\n", counted, match.start())
        counted = match.start()
        yield _Token(match[0], line)


def _read(tokens: Sequence[_Token], at: int, path: str, found: dict[str, int]) -> int:
    """Note the value at `at` and all below it; return the place behind it."""
    opening, line = tokens[at]
    found.setdefault(path, line)
    if opening not in _CLOSING:
        return at + 1
    at += 1
    number = 0
    while tokens[at].text != _CLOSING[opening]:
        if tokens[at].text == ",":
            at += 1
        elif opening == "[":
            number += 1
            at = _read(tokens, at, f"{path}[{number}]", found)
        else:
            key = json.loads(tokens[at].text)
            below = f"{path}.{key}" if path else key
            found[below] = tokens[at].line
            at = _read(tokens, at + 2, below, found)
    return at + 1
