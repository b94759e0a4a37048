"""The outline of a body: its headings, sections and pipe tables, read line by line.

Decides where sections begin and which lines are code, and refuses (`E_PARSE`) every construction that this reader and a
Markdown renderer could see differently: indented headings and fences, underlined headings, raw HTML, tables that touch
other text. So what people see under a heading is what is compiled. What tables mean is decided by `tables`; which
sections there must be, by `sections`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from typing import NamedTuple

from chain.finding import Finding
from proposals.problems import problem

_FENCE = re.compile(r"(`{3,})[^`]*\Z|(~{3,}).*\Z")
_LIST_MARKER = r"(?:[-*+]|[0-9]{1,9}[.)]) [ >]*"
_INNER_FENCE = re.compile(rf"(?=[ >*+\-0-9])[ >]*(?:{_LIST_MARKER})*(?:`{{3,}}[^`]*|~{{3,}}.*)\Z", re.ASCII)
_CONTAINERS = re.compile(rf"[ >]*(?:{_LIST_MARKER})*", re.ASCII)
_NO_HEADING = re.compile(r"#{1,6}[^# ]|#{7,}")
_INDENTED_HEADING = re.compile(r" {1,3}#{1,6}(?: |\Z)")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-+) *\Z")
_MARKUP = re.compile(r"<(?!https?://[^<>\s]*>|[A-Za-z0-9.+_-]+@[A-Za-z0-9.-]+>)[A-Za-z/!?][^\s>]{0,30}")
"""`<` before a letter, `/`, `!` or `?`, unless it opens an autolink; in code spans too, because where a span ends is
what renderers disagree about."""
_DELIMITER = re.compile(r":?-+:?\Z")


class Line(NamedTuple):
    """One line of the body."""

    text: str
    number: int
    section: str
    """The level-2 heading above it, or its own text when it is that heading."""
    kind: str
    """`code` inside a fence and for the fence itself, `blank`, `heading`, `table` or `text`."""


class Heading(NamedTuple):
    """One heading that starts in the first column."""

    level: int
    text: str
    line: int


class Row(NamedTuple):
    """One line of a table, split into cells without blanks around them."""

    cells: tuple[str, ...]
    line: int


class Table(NamedTuple):
    """A pipe table that starts in the first column and stands between blank lines."""

    section: str
    columns: Row
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """What was seen."""

    lines: tuple[Line, ...] = ()
    headings: tuple[Heading, ...] = ()
    tables: tuple[Table, ...] = ()
    findings: tuple[Finding, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    """English names of columns by those of the document's language; empty for English."""


def read_outline(texts: list[str], first_number: int) -> Outline:
    """Read the lines of a body whose first line is number `first_number` of its file, counted from 1."""
    lines, findings = _sort_lines(texts, first_number)
    headings = [
        Heading(_heading_level(line.text), heading_text(line.text), line.number)
        for line in lines
        if line.kind == "heading"
    ]
    for line in lines:
        findings.extend(_line_findings(line))
    for above, line in pairwise(lines):
        if above.kind == "text" and _UNDERLINE.match(line.text):
            findings.append(_finding("setext", line))
    tables = []
    for start, run in _table_runs(lines):
        findings.extend(_run_findings(lines, start, run))
        if len(run) > 1 and is_delimiter(run[1].text):
            first, _, *rest = [Row(split_cells(line.text), line.number) for line in run]
            tables.append(Table(run[0].section, first, tuple(rest)))
    return Outline(tuple(lines), tuple(headings), tuple(tables), tuple(findings))


def split_cells(text: str) -> tuple[str, ...]:
    """Split a line of a table at its pipes; the outer pipes may be missing."""
    inner = text.strip(" ").removeprefix("|").removesuffix("|")
    return tuple(cell.strip(" ") for cell in inner.split("|"))


def is_delimiter(text: str) -> bool:
    """Whether a line is the row of dashes under a table's columns."""
    return "|" in text and all(_DELIMITER.match(cell) for cell in split_cells(text))


def without_containers(text: str) -> str:
    """Return what a line holds inside block quotes and lists."""
    return text[_CONTAINERS.match(text).end() :]  # type: ignore[union-attr]  # the pattern matches the empty text


def _sort_lines(texts: list[str], first_number: int) -> tuple[list[Line], list[Finding]]:
    lines: list[Line] = []
    findings: list[Finding] = []
    section, fence, opened = "", "", 0
    for number, text in enumerate(texts, first_number):
        if fence:
            kind = "code"
            if _closes(text, fence):
                fence = ""
        elif match := _FENCE.match(text):
            kind, fence, opened = "code", match.group(1) or match.group(2), number
        else:
            kind = _kind(text)
            if kind == "heading" and _heading_level(text) == 2:
                section = heading_text(text)
        lines.append(Line(text, number, section, kind))
    if fence:
        findings.append(problem("E_PARSE", "fence_open", opened))
    return lines, findings


def _closes(text: str, fence: str) -> bool:
    """Whether a line inside fenced code is its closing fence: the same character, as many or more, nothing else."""
    bare = text.strip(" ")
    return bare == fence[0] * len(bare) and len(bare) >= len(fence) and len(text) - len(text.lstrip(" ")) < 4


def _kind(text: str) -> str:
    if not text.strip(" "):
        return "blank"
    if _heading_level(text):
        return "heading"
    return "table" if text.startswith("|") else "text"


def _heading_level(text: str) -> int:
    """Return 1 to 6 for a heading that starts in the first column, else 0."""
    level = len(text) - len(text.lstrip("#"))
    return level if 1 <= level <= 6 and text[level : level + 1] in ("", " ") else 0


def heading_text(text: str) -> str:
    """Return a heading's words, without the `#` that may close it (CommonMark §4.2)."""
    words = text.lstrip("#").strip(" ")
    opened = words.rstrip("#")
    return opened.rstrip(" ") if opened.endswith(" ") or not opened else words


def _line_findings(line: Line) -> Iterator[Finding]:
    if line.kind == "code":
        return
    if match := _MARKUP.search(line.text):
        reason = "html_comment" if match.group().startswith("<!--") else "html"
        yield _finding(reason, line, found=match.group())
    if line.kind != "text":
        return
    if _INNER_FENCE.match(line.text):
        yield _finding("fence", line)
    if _NO_HEADING.match(line.text):
        yield _finding("heading", line)
    if _INDENTED_HEADING.match(line.text):
        yield _finding("heading_indent", line)


def _table_runs(lines: list[Line]) -> Iterator[tuple[int, list[Line]]]:
    """Yield each run of table lines with the index of its first line."""
    index = 0
    for is_table, group in groupby(lines, key=lambda line: line.kind == "table"):
        run = list(group)
        if is_table:
            yield index, run
        index += len(run)


def _run_findings(lines: list[Line], start: int, run: list[Line]) -> Iterator[Finding]:
    around = lines[max(start - 1, 0) : start] + lines[start + len(run) :][:1]
    if any(line.kind in ("text", "code") for line in around):
        yield _finding("table_blank", run[0])
    if len(run) < 2 or not is_delimiter(run[1].text):
        yield _finding("table_shape", run[0])
        return
    width = len(split_cells(run[0].text))
    for line in run:
        found = len(split_cells(line.text))
        if not line.text.rstrip(" ").endswith("|") or found != width:
            yield _finding("row_cells", line, expected=width, found=found)


def _finding(reason: str, line: Line, **facts: object) -> Finding:
    return problem("E_PARSE", reason, line.number, line.section, **facts)
