"""The two tables that bind: Budget, whose rows become calls, and Milestones, which release parts.

Decides that there is exactly one of each, in its section, and what each row says. Everything in the document that could
pass for a second one is refused (`E_PARSE`). Does not decide which assets and Safes there are (`compile`), and leaves
it to lint whether a milestone is described well enough.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from chain.finding import Finding
from proposals import times
from proposals.action import Action, read_action
from proposals.errors import ProposalsError
from proposals.grant import Grant, is_grant, read_grant, tranches_of
from proposals.outline import Line, Outline, Row, Table, is_delimiter, split_cells, without_containers
from proposals.parts import is_release
from proposals.payment import PaymentSentence
from proposals.price import PriceRule, is_priced, read_priced
from proposals.problems import attempt, problem

BUDGET, MILESTONES = "Budget", "Milestones"
BUDGET_COLUMNS = ("Part", "Payment", "Release", "Purpose")
BUDGET_OPTIONS = ("Not before", "Not after")
MILESTONE_COLUMNS = ("Milestone", "Deliverable", "Due", "Evidence", "Reviewer")
NONE = ("", "-")
"""How a cell says that there is nothing."""

_COLUMNS = {BUDGET: BUDGET_COLUMNS, MILESTONES: MILESTONE_COLUMNS}


class TableError(ProposalsError):
    """A row that does not read (`E_PARSE`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetRow:
    """One payment or other call; the rows of one part number are that part's calls, in the order of the rows."""

    part: int
    """1-based."""
    action: Action
    release: str = ""
    """A milestone's id, or empty when nothing but the vote is waited for."""
    purpose: str = ""
    not_before: int = 0
    """Unix seconds; 0 for none."""
    not_after: int = 0
    price: PriceRule | None = None
    """Where the row asks in dollars: how the payment's amount came about."""
    grant: Grant | None = None
    """Where it is one of a grant's tranches: the grant that the row of the table says."""
    line: int = 0

    @property
    def payment(self) -> PaymentSentence | None:
        """The action, if it is a payment."""
        return self.action if isinstance(self.action, PaymentSentence) else None

    @property
    def asks(self) -> tuple[tuple[str, str], ...]:
        """What it takes out of the fund, as far as the row says it: (amount, symbol), none or one."""
        if isinstance(self.action, PaymentSentence):
            return ((self.action.amount, self.action.symbol),)
        return () if self.action.coins is None else (self.action.coins,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """What must be shown before a part is released."""

    id: str
    deliverable: str
    due: int | None
    """Unix seconds; None when no date is given."""
    evidence: str
    reviewers: tuple[str, ...]
    """As written: handles, names, addresses, or `settings` for those that the space's settings name."""
    line: int = 0


def find_table(outline: Outline, section: str, findings: list[Finding], *, required: bool) -> Table | None:
    """Return the one table of a section; note a missing, second, misplaced or look-alike one."""
    there = [table for table in outline.tables if table.section == section]
    for table in there[1:]:
        facts = {"section": section, "first": there[0].columns.line}
        findings.append(problem("E_PARSE", "table_twice", table.columns.line, section, **facts))
    findings.extend(_look_alikes(outline, section))
    if not there:
        heading = next((heading.line for heading in outline.headings if heading.text == section), None)
        if required and heading is not None:
            findings.append(problem("E_PARSE", "table_missing", heading, section, section=section))
        return None
    columns, allowed = there[0].columns.cells, _COLUMNS[section] + (BUDGET_OPTIONS if section == BUDGET else ())
    if len(set(columns)) < len(columns) or not set(_COLUMNS[section]) <= set(columns) <= set(allowed):
        facts = {"section": section, "expected": " | ".join(_COLUMNS[section]), "found": " | ".join(columns)}
        findings.append(problem("E_PARSE", "table_columns", there[0].columns.line, section, **facts))
        return None
    return there[0]


def read_budget(table: Table, findings: list[Finding]) -> list[BudgetRow]:
    """Read the rows that read; note the others, and rows of one part that contradict each other."""
    rows: list[BudgetRow] = []
    is_whole = True
    for row in table.rows:
        cells = dict(zip(table.columns.cells, row.cells, strict=False))
        fits = len(row.cells) == len(table.columns.cells) and _is_plain(row, findings, BUDGET)
        read = _read_budget_row(cells, row, findings) if fits else []
        is_whole = is_whole and bool(read)
        rows += read
    # part numbers of a table that lost rows would only repeat the bad news
    if is_whole:
        findings.extend(_part_findings(rows))
    return rows


def grant_rows(grant: Grant, row: BudgetRow) -> list[BudgetRow]:
    """Return the rows of a grant's tranches: like one row, but each a part of its own with its day and amount."""
    return [
        replace(row, part=row.part + number, action=payment, not_before=not_before, grant=grant)
        for number, (not_before, payment) in enumerate(tranches_of(grant))
    ]


def read_milestones(table: Table, findings: list[Finding]) -> list[Milestone]:
    """Read the rows that read; note the others, and ids that occur twice."""
    milestones: dict[str, Milestone] = {}
    for row in table.rows:
        cells = dict(zip(table.columns.cells, row.cells, strict=False))
        if len(row.cells) != len(table.columns.cells) or not _is_plain(row, findings, MILESTONES):
            continue
        name = cells["Milestone"]
        if not is_release(name):
            findings.append(problem("E_PARSE", "milestone", row.line, MILESTONES, milestone=name))
            continue
        if name in milestones:
            facts = {"milestone": name, "first": milestones[name].line}
            findings.append(problem("E_PARSE", "milestone_twice", row.line, MILESTONES, **facts))
            continue
        due = None
        if cells["Due"] not in NONE:
            due = attempt(findings, row.line, f"milestone {name}", read_due, cells["Due"])
        reviewers = tuple(part.strip(" ") for part in cells["Reviewer"].split(",") if part.strip(" ") not in NONE)
        texts = {key: "" if cells[key] in NONE else cells[key] for key in ("Deliverable", "Evidence")}
        milestones[name] = Milestone(
            id=name, deliverable=texts["Deliverable"], due=due, evidence=texts["Evidence"],
            reviewers=reviewers, line=row.line,
        )  # fmt: skip
    return list(milestones.values())


def read_due(text: str) -> int:
    """Read a milestone's date: a day, or an instant with an offset."""
    return times.parse_instant(text) if "T" in text else times.parse_day(text)


def release_findings(rows: list[BudgetRow], milestones: list[Milestone]) -> Iterator[Finding]:
    """Yield releases that no milestone defines, and milestones that would release two parts."""
    known = {milestone.id for milestone in milestones}
    first: dict[str, int] = {}
    for row in rows:
        if not row.release:
            continue
        if row.release not in known:
            yield problem("E_PARSE", "release_unknown", row.line, BUDGET, part=row.part, release=row.release)
        elif first.setdefault(row.release, row.part) != row.part:
            facts = {"part": row.part, "release": row.release, "first": first[row.release]}
            yield problem("E_PARSE", "release_twice", row.line, BUDGET, **facts)


def _read_budget_row(cells: dict[str, str], row: Row, findings: list[Finding]) -> list[BudgetRow]:
    """Read one line of the table: one row, or those of a grant's tranches; none where it does not read."""
    if is_grant(cells["Payment"]):
        return _read_grant_rows(cells, row, findings)
    place = f"part {cells['Part']}"
    before = len(findings)
    part = attempt(findings, row.line, place, _read_part_number, cells["Part"])
    sentence, price = attempt(findings, row.line, place, _read_action, cells["Payment"]) or (None, None)
    release = "" if cells["Release"] in NONE else cells["Release"]
    if release and not is_release(release):
        findings.append(problem("E_PARSE", "milestone", row.line, place, milestone=release))
    window = []
    for column in BUDGET_OPTIONS:
        text = cells.get(column, "")
        window.append(0 if text in NONE else attempt(findings, row.line, place, times.parse_instant, text) or 0)
    if len(findings) > before or part is None or sentence is None:
        return []
    read = BudgetRow(
        part=part, action=sentence, release=release, purpose=_purpose(cells), not_before=window[0], not_after=window[1],
        price=price, line=row.line,
    )  # fmt: skip
    return [read]


def _read_grant_rows(cells: dict[str, str], row: Row, findings: list[Finding]) -> list[BudgetRow]:
    """Read a vesting grant; its parts, `2-13`, are as many as its tranches, and nothing else says when they are due."""
    place, (first, dash, last) = f"part {cells['Part']}", cells["Part"].partition("-")
    part = attempt(findings, row.line, place, _read_part_number, first)
    grant = attempt(findings, row.line, place, read_grant, cells["Payment"])
    filled = [name for name in ("Release", *BUDGET_OPTIONS) if cells.get(name, "") not in NONE]
    for name in filled:
        findings.append(problem("E_PARSE", "vesting_column", row.line, place, column=name, found=cells[name]))
    if part is None or grant is None or filled:
        return []
    bare = BudgetRow(part=part, action=grant.payment, purpose=_purpose(cells), line=row.line)
    rows = grant_rows(grant, bare)
    expected = part_range(rows)
    if dash + last != expected.removeprefix(first):
        findings.append(problem("E_PARSE", "vesting_parts", row.line, place, found=cells["Part"], expected=expected))
        return []
    return rows


def part_range(rows: list[BudgetRow]) -> str:
    """Spell the parts of a grant's rows: `2-13`, or `2` for one alone."""
    return str(rows[0].part) if len(rows) == 1 else f"{rows[0].part}-{rows[-1].part}"


def _purpose(cells: dict[str, str]) -> str:
    return "" if cells["Purpose"] in NONE else cells["Purpose"]


def _read_action(text: str) -> tuple[Action, PriceRule | None]:
    return read_priced(text) if is_priced(text) else (read_action(text), None)


def _read_part_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and text[0] != "0" and len(text) <= 4):
        raise TableError("E_PARSE", "part_number", found=text)
    return int(text)


def _part_findings(rows: list[BudgetRow]) -> Iterator[Finding]:
    latest: BudgetRow | None = None
    for row in rows:
        expected = (latest.part, latest.part + 1) if latest else (1,)
        if row.part not in expected:
            facts = {"found": row.part, "expected": " or ".join(map(str, expected))}
            yield problem("E_PARSE", "part_order", row.line, f"part {row.part}", **facts)
        elif latest and row.part == latest.part:
            for field in ("release", "not_before", "not_after"):
                if getattr(row, field) != getattr(latest, field):
                    facts = {"part": row.part, "column": field.replace("_", " ").capitalize(), "first": latest.line}
                    yield problem("E_PARSE", "part_disagrees", row.line, f"part {row.part}", **facts)
        if row.not_after and row.not_after <= row.not_before:
            place = f"part {row.part}"
            facts = {"part": row.part, "not_before": row.not_before, "not_after": row.not_after}
            yield problem("E_TIME", "window", row.line, place, **facts)
        latest = row


def _is_plain(row: Row, findings: list[Finding], place: str) -> bool:
    """Whether no cell holds a backslash: it would move the borders of cells for some readers and not for others."""
    if any("\\" in cell for cell in row.cells):
        findings.append(problem("E_PARSE", "cell", row.line, place))
        return False
    return True


def _look_alikes(outline: Outline, section: str) -> Iterator[Finding]:
    """Yield lines outside the section's own table that a reader could take for one of its tables."""
    own = {row.line for table in outline.tables for row in (table.columns, *table.rows)}
    for line in outline.lines:
        if line.kind == "code" or "|" not in line.text:
            continue
        inner = without_containers(line.text)
        titles = {outline.columns.get(cell, cell).casefold() for cell in split_cells(inner)}
        if line.section != section and {title.casefold() for title in _COLUMNS[section][:2]} <= titles:
            yield problem("E_PARSE", "table_place", line.number, line.section, section=section)
        elif line.section == section and line.number not in own and _is_stray(line, inner):
            yield problem("E_PARSE", "table_stray", line.number, section, section=section)


def _is_stray(line: Line, inner: str) -> bool:
    return line.kind != "table" and (inner.startswith("|") or is_delimiter(inner))
