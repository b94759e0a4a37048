"""Notes and foreign proposals as material for a draft: plain Markdown, or a file of an EIP-style repository.

Decides where each header and section of the source belongs here: nothing of its text is dropped, and headers without a
place are named. Tables that bind are read as in a document. The draft made of it is a new document with a number, a day
and a sum of its own; whether it is a good one is decided by lint.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from chain.finding import Finding
from proposals import tables, text_safety
from proposals.document import MAX_FILE, MAX_LINE, MAX_LINES, SECTIONS
from proposals.front_matter import FENCE, TYPES, Header, split_front
from proposals.languages import Frame, read_as_english
from proposals.outline import Line, Outline, heading_text, read_outline
from proposals.problems import problem, raise_first
from proposals.tables import BUDGET, MILESTONES, BudgetRow, Milestone

_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "title": "title", "description": "description", "shortdescription": "description", "author": "author",
        "authors": "author", "author(s)": "author", "discussions-to": "discussions-to", "discussions": "discussions-to",
        "type": "type", "category": "category", "requires": "requires",
    }
)  # fmt: skip
_TYPES: Mapping[str, str] = MappingProxyType({"Standards Track": "Protocol", "Core": "Protocol", "Meta": "Process"})
"""Types of EIP-1 and its kin, by what they are called here."""
_SECTIONS: Mapping[str, str] = MappingProxyType(
    {title.casefold(): title for title in SECTIONS}
    | {
        "abstract": "Summary", "simple summary": "Summary", "sentence summary": "Summary", "introduction": "Summary",
        "security considerations": "Risks", "drawbacks": "Risks", "copyright waiver": "Copyright",
        "technical specification": "Specification", "implementation": "Specification",
    }
)  # fmt: skip
_REST = "Specification"
"""Where sections stand that have no name here, each under a heading of its own."""
_HEADING = re.compile(r"(#{1,6})( |\Z)")


class Imported(NamedTuple):
    """What a source gives to a draft."""

    headers: Mapping[str, str]
    """Values under the keys of our front matter, as they were written."""
    sections: Mapping[str, str]
    """Text under our titles; the tables that bind are taken out of it."""
    budget: tuple[BudgetRow, ...]
    milestones: tuple[Milestone, ...]
    left_out: tuple[str, ...]
    """Keys of headers that have no place here: numbers, states and dates of another repository."""
    language: str = "en"
    """Of the source's sections."""


def read_source(raw: bytes, *, key: str = "iip") -> Imported:
    """Read notes or a foreign proposal; `key` is the header with which our own documents give their number.

    Raises `DocumentError` for bytes that are no safe text and for tables that do not read, with the source's line.
    """
    if len(raw) > MAX_FILE:
        raise_first([problem("E_LIMIT", "file", 1, found=len(raw), limit=MAX_FILE)])
    text, findings = text_safety.decode(raw)
    lines = text.split("\n")
    raise_first([*findings, *_sizes(lines), *text_safety.text_findings(lines)])
    headers, start, found = split_front(lines) if lines[0] == FENCE else ([], 0, [])
    raise_first(found if start is None else ())
    values, left_out = _read_headers(headers, key)
    outline, frame = read_as_english(read_outline(lines[start or 0 :], (start or 0) + 1))
    table_findings: list[Finding] = []
    budget_table = tables.find_table(outline, BUDGET, table_findings, required=False)
    milestone_table = tables.find_table(outline, MILESTONES, table_findings, required=False)
    budget = tables.read_budget(budget_table, table_findings) if budget_table else []
    milestones = tables.read_milestones(milestone_table, table_findings) if milestone_table else []
    raise_first(table_findings)
    bound = {
        number
        for table in (budget_table, milestone_table)
        if table
        for number in range(table.columns.line, table.columns.line + len(table.rows) + 2)
    }
    heading = next((each for each in outline.headings if each.level == 1), None)
    if heading is not None and values.setdefault("title", heading.text) == heading.text:
        bound.add(heading.line)  # it says nothing else than the title
    sections = _read_sections(outline, bound, frame)
    return Imported(values, sections, tuple(budget), tuple(milestones), tuple(left_out), frame.tag)


def _sizes(lines: list[str]) -> Iterator[Finding]:
    if len(lines) > MAX_LINES:
        yield problem("E_LIMIT", "lines", MAX_LINES, found=len(lines), limit=MAX_LINES)
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_LINE:
            yield problem("E_LIMIT", "line", number, found=len(line), limit=MAX_LINE)


def _read_headers(headers: list[Header], key: str) -> tuple[dict[str, str], list[str]]:
    values: dict[str, str] = {}
    left_out = []
    is_ours = any(header.key.lower() == key for header in headers)
    for header in headers:
        ours = _HEADERS.get(header.key.lower())
        if ours is None or not header.value or ours in values or (ours == "requires" and not is_ours):
            left_out.append(header.key)
        else:
            values[ours] = header.value
    kind = values.get("type", "")
    values["type"] = _TYPES.get(kind, kind)
    if values["type"] not in TYPES:
        del values["type"]
    if values.get("type") != "Protocol" and values.pop("category", ""):
        left_out.append("category")
    return values, left_out


def _read_sections(outline: Outline, bound: set[int], frame: Frame) -> dict[str, str]:
    """Sort the lines under our titles; what stands before the first section is part of the summary."""
    sections: dict[str, list[str]] = {}
    target, deeper = "Summary", False
    for line in outline.lines:
        if line.number in bound:
            continue
        if line.kind == "heading" and line.text.startswith(("# ", "## ")):
            name = heading_text(line.text)
            known = _SECTIONS.get(name.casefold()) or frame.sections.get(name)
            target, deeper = known or _REST, known is None or bool(sections.get(known))
            if deeper:
                above = sections.setdefault(target, [])
                while above and not above[-1].strip(" "):
                    above.pop()
                above.extend(["", f"### {name}"])
            continue
        sections.setdefault(target, []).append(_deeper(line) if deeper else line.text)
    told = {name: "\n".join(lines).strip("\n") for name, lines in sections.items()}
    return {name: told[name] for name in SECTIONS if told.get(name)}


def _deeper(line: Line) -> str:
    """A heading below one that moved a level down moves with it."""
    match = _HEADING.match(line.text) if line.kind == "heading" else None
    return f"#{line.text}" if match and len(match[1]) < 6 else line.text
