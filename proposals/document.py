"""A proposal's document: front matter, sections, and the two tables that bind.

Lossless: the bytes stay as they came, and the body is byte for byte what stands below the closing `---` line, from the
first character after its newline to the end of the file; that text is the `body` that people sign. Decides what a
document says, once for everybody: `parse_document` raises the first thing that is wrong, lint shows all of what
`read_document` found. Does not decide whether it is a good document (lint), or what it pays (`compile`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from chain.finding import Finding
from proposals import front_matter, languages, payment, tables, text_safety
from proposals.front_matter import PAYING_TYPES, FrontMatter, Header
from proposals.outline import Heading, Outline, read_outline
from proposals.problems import problem, raise_first
from proposals.tables import BUDGET, MILESTONES, BudgetRow, Milestone

MAX_FILE = 256 * 1024
"""Bytes."""
MAX_LINES = 10_000
MAX_LINE = 10_000
"""Characters: no search within a line can then take long."""
SECTIONS = (
    "Summary", "Motivation", "Specification", BUDGET, MILESTONES, "Reporting", "Unwinding", "Risks", "Copyright",
)  # fmt: skip
"""In order. Which ones a type must have is rule IIP-B01."""

_TABLE_PLACES = (BUDGET, "part ")
"""Where findings about Budget stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A level-2 heading and the text below it, up to the next one."""

    title: str
    text: str
    line: int
    """1-based line of the heading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document that was read without any objection."""

    raw: bytes
    front: FrontMatter
    body: str
    """Exactly what stands below the front matter."""
    sections: tuple[Section, ...]
    budget: tuple[BudgetRow, ...]
    milestones: tuple[Milestone, ...]
    outline: Outline

    def section(self, title: str) -> Section | None:
        """Return the section of that title, if there is one."""
        return next((section for section in self.sections if section.title == title), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What could be read, and everything that was wrong: the view that lint works on."""

    raw: bytes
    lines: tuple[str, ...] = ()
    headers: tuple[Header, ...] = ()
    values: dict[str, object]
    """The headers' values that read, by key."""
    body: str = ""
    outline: Outline = field(default_factory=Outline)
    sections: tuple[Section, ...] = ()
    budget: tuple[BudgetRow, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    findings: tuple[Finding, ...]
    is_whole: bool = False
    """Whether front matter and body could be told apart; otherwise only `findings` says anything."""
    language: str = "en"
    """Of its sections; their titles are the English ones in `outline` and `sections`."""


def parse_document(raw: bytes) -> Document:
    """Read a document; raise `DocumentError` for the first thing that is wrong with its form."""
    reading = read_document(raw)
    raise_first(reading.findings)
    return Document(
        raw=raw,
        front=front_matter.front_matter(reading.values),
        body=reading.body,
        sections=reading.sections,
        budget=reading.budget,
        milestones=reading.milestones,
        outline=reading.outline,
    )


def read_document(raw: bytes) -> Reading:
    """Read whatever bytes as far as they go; never raises."""
    if len(raw) > MAX_FILE:
        return Reading(raw=raw, values={}, findings=(problem("E_LIMIT", "file", 1, found=len(raw), limit=MAX_FILE),))
    text, findings = text_safety.decode(raw)
    lines = text.split("\n")
    if len(lines) > MAX_LINES:
        findings.append(problem("E_LIMIT", "lines", MAX_LINES, found=len(lines), limit=MAX_LINES))
        return Reading(raw=raw, values={}, findings=tuple(findings))
    findings.extend(text_safety.text_findings(lines))
    long = [(number, len(line)) for number, line in enumerate(lines, 1) if len(line) > MAX_LINE]
    if long:
        findings.extend(problem("E_LIMIT", "line", number, found=found, limit=MAX_LINE) for number, found in long)
        return Reading(raw=raw, values={}, findings=tuple(findings))
    headers, body_index, more = front_matter.split_front(lines)
    findings.extend(more)
    if body_index is None:
        return Reading(raw=raw, lines=tuple(lines), values={}, findings=tuple(findings))
    findings.extend(front_matter.key_findings(headers, close=body_index))
    values = front_matter.read_values(headers, findings)
    for header in headers:
        findings.extend(text_safety.label_findings(header.value, line=header.line, place=header.key))

    outline, frame = languages.read_as_english(read_outline(lines[body_index:], body_index + 1))
    findings.extend(outline.findings)
    findings.extend(_section_findings(outline))
    for line in outline.lines:
        if line.kind in ("heading", "table"):
            findings.extend(text_safety.label_findings(line.text, line=line.number, place=line.section))
    budget, milestones = _read_tables(outline, str(values.get("type", "")), findings)
    findings.extend(_requested_findings(headers, values, budget, findings))
    return Reading(
        raw=raw, lines=tuple(lines), headers=tuple(headers), values=values, body="\n".join(lines[body_index:]),
        outline=outline, sections=_sections(outline), budget=tuple(budget), milestones=tuple(milestones),
        findings=tuple(findings), is_whole=True, language=frame.tag,
    )  # fmt: skip


def _read_tables(outline: Outline, kind: str, findings: list[Finding]) -> tuple[list[BudgetRow], list[Milestone]]:
    budget: list[BudgetRow] = []
    milestones: list[Milestone] = []
    table = tables.find_table(outline, MILESTONES, findings, required=kind == "Funding")
    if table:
        milestones = tables.read_milestones(table, findings)
    before = len(findings)
    table = tables.find_table(outline, BUDGET, findings, required=kind in PAYING_TYPES)
    if table:
        budget = tables.read_budget(table, findings)
        if len(findings) == before:
            findings.extend(tables.release_findings(budget, milestones))
    return budget, milestones


def _section_findings(outline: Outline) -> list[Finding]:
    """Return text before the first heading, and sections that are unknown, repeated, out of order or level 1."""
    findings = []
    first = next((line for line in outline.lines if line.kind != "blank"), None)
    if first is not None and first.kind != "heading":
        findings.append(problem("E_PARSE", "heading_first", first.number))
    seen: dict[str, Heading] = {}
    latest = -1
    for heading in outline.headings:
        facts: dict[str, object] = {"section": heading.text}
        reason = ""
        if heading.level == 1:
            reason = "section_level"
        elif heading.level > 2:
            continue
        elif heading.text not in SECTIONS:
            reason, facts = "section_unknown", facts | {"allowed": ", ".join(SECTIONS)}
        elif heading.text in seen:
            reason, facts = "section_twice", facts | {"first": seen[heading.text].line}
        elif SECTIONS.index(heading.text) < latest:
            reason, facts = "section_order", facts | {"after": SECTIONS[latest]}
        if reason:
            findings.append(Finding(code="E_PARSE", reason=reason, line=heading.line, place=heading.text, facts=facts))
            continue
        seen[heading.text] = heading
        latest = SECTIONS.index(heading.text)
    return findings


def _sections(outline: Outline) -> tuple[Section, ...]:
    heads = [heading for heading in outline.headings if heading.level == 2]
    if not heads:
        return ()
    offset = outline.lines[0].number
    ends = [heading.line for heading in heads[1:]] + [offset + len(outline.lines)]
    return tuple(
        Section(
            title=heading.text,
            text="\n".join(line.text for line in outline.lines[heading.line - offset + 1 : end - offset]).strip("\n"),
            line=heading.line,
        )
        for heading, end in zip(heads, ends, strict=True)
    )


def _requested_findings(
    headers: list[Header], values: dict[str, object], budget: list[BudgetRow], findings: list[Finding]
) -> list[Finding]:
    """Compare what is requested with what the Budget pays, per asset and exactly, if all of both was read."""
    lines = {header.key: header.line for header in reversed(headers)}
    asks = values.get("requested", ())
    unread = "requested" in lines and not asks
    if unread or not isinstance(asks, tuple) or any(finding.place.startswith(_TABLE_PLACES) for finding in findings):
        return []
    asked, paid = payment.totals(asks), payment.totals(ask for row in budget for ask in row.asks)
    line = lines.get("requested", lines.get("type", 1))
    return [
        problem(
            "E_TEXT_PAYLOAD", "requested", line, "requested",
            asset=symbol, requested=asked.get(symbol, "0"), budget=paid.get(symbol, "0"),
        )
        for symbol in {**asked, **paid}
        if asked.get(symbol) != paid.get(symbol)
    ]  # fmt: skip
