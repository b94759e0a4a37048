"""`proposals.tables`: one Budget, one Milestones, and rows that say one thing."""

from __future__ import annotations

import pytest

from chain.finding import Finding
from proposals.document import parse_document, read_document
from proposals.problems import DocumentError
from proposals.times import parse_instant
from tests.proposals.sample import ADA, BOB, GOOD, changed, line_of

BUDGET_HEAD = "| Part | Payment | Release | Purpose |\n|---|---|---|---|\n"
FIRST = "| 1 | 0.5 ETH to eth:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed | - | start |"
SECOND = "| 1 | 25,000 MUT to 0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359 | - | incentive |"
THIRD = "| 2 | 2 ETH to eip155:1:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed | m1 | delivery |"
MILESTONE = "| m1 | Bot runs for 30 days | 2026-04-30 | Transaction list | @carol, @dave |"


def found(raw: bytes) -> list[tuple[str, str]]:
    """Give code and reason of everything that was found."""
    return [(finding.code, finding.reason) for finding in read_document(raw).findings]


def with_window(first: str, second: str = "-", third: str = "-") -> bytes:
    """Give the good document with a `Not after` column."""
    return changed(
        (BUDGET_HEAD, "| Part | Payment | Release | Purpose | Not after |\n|---|---|---|---|---|\n"),
        (FIRST, f"{FIRST} {first} |"),
        (SECOND, f"{SECOND} {second} |"),
        (THIRD, f"{THIRD} {third} |"),
    )


def test_rows_are_read() -> None:
    """Rows keep their order, amounts lose their grouping, and `-` is nothing."""
    document = parse_document(GOOD)
    rows = [(row.part, row.payment.amount, row.payment.to, row.release, row.purpose) for row in document.budget]

    assert [
        (1, "0.5", ADA, "", "start"), (1, "25000", BOB, "", "incentive"), (2, "2", ADA, "m1", "delivery"),
    ] == rows  # fmt: skip
    assert [("m1", "Bot runs for 30 days", 1_777_507_200, "Transaction list", ("@carol", "@dave"))] == [
        (each.id, each.deliverable, each.due, each.evidence, each.reviewers) for each in document.milestones
    ]


def test_windows_are_optional_columns() -> None:
    """Times are instants with an offset, empty cells are no limit."""
    raw = with_window("2026-12-31T00:00:00Z", "2026-12-31T08:00:00+08:00")
    end = parse_instant("2026-12-31T00:00:00Z")

    assert [end, end, 0] == [row.not_after for row in parse_document(raw).budget]


def test_columns_may_stand_in_any_order() -> None:
    """Cells are found by their column's name."""
    row = "| all | 1 | - | 2.5 ETH to 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed |"
    table = f"| Purpose | Part | Release | Payment |\n|---|---|---|---|\n{row}"
    raw = changed((BUDGET_HEAD + "\n".join([FIRST, SECOND, THIRD]), table), ("2.5 ETH, 25000 MUT", "2.5 ETH"))

    assert [("all", 1, ADA)] == [(row.purpose, row.part, row.payment.to) for row in parse_document(raw).budget]


@pytest.mark.parametrize(
    ("old", "new", "code", "reason"),
    [
        ("| 2 | 2 ETH", "| 3 | 2 ETH", "E_PARSE", "part_order"),
        ("| 2 | 2 ETH", "| 02 | 2 ETH", "E_PARSE", "part_number"),
        ("| 2 | 2 ETH", "| ２ | 2 ETH", "E_PARSE", "part_number"),
        ("| 2 | 2 ETH", "| | 2 ETH", "E_PARSE", "part_number"),
        ("| 2 | 2 ETH to", "| 2 | 2 ETH for", "E_PARSE", "payment"),
        ("| 2 | 2 ETH", "| 2 | 2e0 ETH", "E_AMOUNT", "form"),
        ("| 2 | 2 ETH", "| 2 | 2,0 ETH", "E_AMOUNT", "separators"),
        ("| m1 | delivery", "| m2 | delivery", "E_PARSE", "release_unknown"),
        ("| m1 | delivery", "| M1 | delivery", "E_PARSE", "milestone"),
        ("| m1 | delivery", "| m1 | del\\|ivery", "E_PARSE", "row_cells"),
        ("| m1 | delivery", "| m1 | deli\\very", "E_PARSE", "cell"),
        ("| - | incentive |", "| m1 | incentive |", "E_PARSE", "part_disagrees"),
        ("| m1 | Bot", "| M1 | Bot", "E_PARSE", "milestone"),
        ("| m1 | Bot", "| - | Bot", "E_PARSE", "milestone"),
        ("| 2026-04-30 |", "| April |", "E_TIME", "day"),
        ("| 2026-04-30 |", "| 2026-04-30T00:00:00 |", "E_TIME", "naive"),
        ("| Purpose |", "| Why |", "E_PARSE", "table_columns"),
        ("| Purpose |", "| Purpose | Purpose |", "E_PARSE", "row_cells"),
        ("| Deliverable |", "| deliverable |", "E_PARSE", "table_columns"),
        (MILESTONE, f"{MILESTONE}\n{MILESTONE}", "E_PARSE", "milestone_twice"),
        (SECOND, THIRD.replace("| 2 |", "| 1 |", 1), "E_PARSE", "part_disagrees"),
    ],
)  # fmt: skip
def test_other_rows_are_refused(old: str, new: str, code: str, reason: str) -> None:
    """Each fault has its own reason and stands first."""
    assert (code, reason) in found(changed((old, new)))
    with pytest.raises(DocumentError):
        parse_document(changed((old, new)))


def test_milestone_releases_one_part_only() -> None:
    """Two parts that wait for one milestone are refused."""
    raw = changed((THIRD, f"{THIRD}\n{THIRD.replace('| 2 |', '| 3 |', 1)}"), ("2.5 ETH, 25000", "4.5 ETH, 25000"))

    assert [("E_PARSE", "release_twice")] == found(raw)


@pytest.mark.parametrize(
    ("first", "second", "third", "code", "reason"),
    [
        ("2026-12-31", "-", "-", "E_TIME", "naive"),
        ("2026-12-31T00:00:00", "-", "-", "E_TIME", "naive"),
        ("1798675200000", "-", "-", "E_TIME", "milliseconds"),
        ("2026-12-31T00:00:00Z", "-", "-", "E_PARSE", "part_disagrees"),
    ],
)
def test_other_windows_are_refused(first: str, second: str, third: str, code: str, reason: str) -> None:
    """Naive times, milliseconds, and rows of one part with different limits."""
    assert [(code, reason)] == found(with_window(first, second, third))


def test_window_ends_after_its_start() -> None:
    """A part that may only be paid before it may be paid is refused."""
    raw = changed(
        ("| Purpose |\n|---|", "| Purpose | Not before | Not after |\n|---|---|---|"),
        (FIRST, f"{FIRST} - | - |"), (SECOND, f"{SECOND} - | - |"),
        (THIRD, f"{THIRD} 2026-06-01T00:00:00Z | 2026-06-01T00:00:00Z |"),
    )  # fmt: skip

    assert [("E_TIME", "window")] == found(raw)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (THIRD, f"{THIRD}\n\n{BUDGET_HEAD}{FIRST}", "table_twice"),
        (THIRD, f"{THIRD}\n\n> {BUDGET_HEAD}", "table_stray"),
        (THIRD, f"{THIRD}\n\n - | 1 | 5 ETH |", "table_stray"),
        (THIRD, f"{THIRD}\n\nPart | Payment\n--- | ---\n1 | 5 ETH", "table_stray"),
        ("The bot stops.", f"{BUDGET_HEAD}{FIRST}", "table_place"),
        ("The bot stops.", "> | Payment | Part |\n> |---|---|", "table_place"),
        ("The bot stops.", "payment | part | why\n:-- | :-- | :--", "table_place"),
        ("The bot stops.", "| Milestone | Deliverable |\n|---|---|", "table_place"),
        ("## Risks\n", "## Budget\n\nMore.\n\n## Risks\n", "section_twice"),
        ("## Risks\n", "### Risks\n\n# Budget\n", "section_level"),
        ("## Risks\n", "Budget\n------\n\n## Risks\n", "setext"),
        ("## Risks\n", " ## Budget\n\n## Risks\n", "heading_indent"),
        ("The bot stops.", "<table><tr><td>1</td></tr></table>", "html"),
        ("The bot stops.", "<!-- Budget -->", "html_comment"),
        ("iip: 12", "iip: 012", "iip"),
        ("iip: 12", "iip: 12\niip: 12", "duplicate_key"),
    ],
)
def test_H108_second_truths(old: str, new: str, reason: str) -> None:
    """A second Budget table in any dress, raw HTML, `012` and repeated keys are E_PARSE."""
    raw = changed((old, new))
    with pytest.raises(DocumentError) as refused:
        parse_document(raw)

    assert ("E_PARSE", True) == (refused.value.code, ("E_PARSE", reason) in found(raw))


def test_tables_in_code_are_examples() -> None:
    """What stands in fenced code binds nobody, and does not stand in for the table either."""
    example = f"```\n{BUDGET_HEAD}{FIRST}\n```"
    inside = changed((f"{BUDGET_HEAD}{FIRST}\n{SECOND}\n{THIRD}", f"```\n{BUDGET_HEAD}{FIRST}\n```"))

    assert [] == found(changed(("The bot stops.", example)))
    assert [("E_PARSE", "table_missing")] == [pair for pair in found(inside) if pair[0] == "E_PARSE"]


def test_other_tables_are_free() -> None:
    """Tables with other columns may stand in other sections, not below Budget."""
    table = "| Risk | Answer |\n|---|---|\n| a | b |"

    assert [] == found(changed(("The bot stops.", table)))
    assert [("E_PARSE", "table_twice")] == found(changed((THIRD, f"{THIRD}\n\n{table}")))


def test_findings_name_line_and_part() -> None:
    """A fault of a row is told with the row's line and part."""
    raw = changed(("2 ETH to eip155", "2e0 ETH to eip155"))
    finding: Finding = read_document(raw).findings[0]

    assert (line_of(raw, "2e0 ETH"), "part 2") == (finding.line, finding.place)
