"""`proposals.draft`: a document out of values, which says these values."""

from __future__ import annotations

from typing import Any

import pytest

from chain.errors import CodedError
from proposals.compile import compile_parts
from proposals.document import parse_document
from proposals.draft import budget_row, draft, milestone
from proposals.lint import lint
from proposals.times import parse_day, parse_instant
from tests.proposals.sample import ASSETS, SAFE

TO = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
END = parse_instant("2026-12-31T00:00:00Z")
VALUES: dict[str, Any] = {
    "number": 1,
    "title": "Keeper for the forward call",
    "description": "Pays a keeper who calls forward every week",
    "author": "Ada (@ada)",
    "discussions_to": "https://forum.example.org/t/keeper/34",
    "created": "2026-01-31",
    "sections": {
        "Risks": "The bot stops.",
        "Summary": "Pay a keeper.",
        "Motivation": "Nobody calls it.",
        "Specification": "A bot calls it every week.\n\n### Details\n\n- once",
        "Budget": "All of it in two steps.",
        "Unwinding": "Unspent money returns.",
        "Copyright": "CC0.",
    },
    "budget": [
        budget_row(1, f"0.5 ETH to {TO}", purpose="start"),
        budget_row(1, f"25,000 MUT to eth:{TO}"),
        budget_row(2, f"2 ETH to {TO}", release="m1", purpose="delivery", not_after=END),
    ],
    "milestones": [
        milestone("m1", "Bot runs", due=parse_day("2026-04-30"), evidence="List", reviewers=["@carol", "@dave"]),
    ],
}  # fmt: skip


def test_draft_says_what_was_given() -> None:
    """Headers, rows and milestones read back, the request is the sum, sections stand in order."""
    raw = draft(**VALUES)
    document = parse_document(raw)

    assert (("2.5", "ETH"), ("25000", "MUT")) == document.front.requested
    assert [1, 1, 2] == [row.part for row in document.budget]
    assert [milestone.id for milestone in document.milestones] == ["m1"]
    assert ["Summary", "Motivation", "Specification", "Budget", "Milestones", "Unwinding", "Risks", "Copyright"] == [
        section.title for section in document.sections
    ]
    assert 2 == len(compile_parts(document, chain_id=1, safe=SAFE, assets=ASSETS))


def test_draft_lints_clean() -> None:
    """Not even a warning, with and without the fund, numbered or not."""
    assert [] == lint(draft(**VALUES), name="iips/iip-1.md")[0]
    assert [] == lint(draft(**VALUES), name="iip-1.md", safe=SAFE, assets=ASSETS)[0]
    assert [] == lint(draft(**VALUES | {"number": None}), name="whatever.md")[0]


def test_same_values_give_the_same_bytes() -> None:
    """Nothing depends on time, order of arguments or chance."""
    assert draft(**VALUES) == draft(**dict(reversed(VALUES.items())))


def test_lump_sum_has_an_empty_milestones_table() -> None:
    """A payment that waits for nothing needs no milestone, and lints clean all the same."""
    raw = draft(**VALUES | {"budget": VALUES["budget"][:1], "milestones": []})

    assert () == parse_document(raw).milestones
    assert [] == lint(raw)[0]


def test_document_without_payments() -> None:
    """An Informational document has no tables and no request."""
    raw = draft(**VALUES | {"kind": "Informational", "budget": [], "milestones": [], "requires": [3, 7]})

    assert ((), (3, 7)) == (parse_document(raw).budget, parse_document(raw).front.requires)


@pytest.mark.parametrize(
    "change",
    [
        {"title": "a\nstatus: Passed"},
        {"title": " blanks "},
        {"title": "a: b"},
        {"title": ""},
        {"number": 0},
        {"created": "yesterday"},
        {"sections": {"Sumary": "x"}},
        {"sections": {"Summary": "x\n\n## Risks\n\ny"}},
        {"sections": {"Summary": "<b>x</b>"}},
        {"sections": {"Risks": "| Part | Payment |\n|---|---|"}},
        {"budget": [budget_row(2, f"1 ETH to {TO}")]},
        {"budget": [budget_row(1, f"1 ETH to {TO}", purpose="a | b")]},
        {"budget": [budget_row(1, f"1 ETH to {TO}", purpose="a\n| 2 | 9 ETH |")]},
        {"budget": [budget_row(1, f"1 ETH to {TO}", release="m2")]},
        {"milestones": [milestone("m1", " x", due=None, evidence="", reviewers=[])]},
        {"milestones": [milestone("m1", "x", due=None, evidence="", reviewers=["@a, @b"])]},
        {"milestones": []},
    ],
)
def test_values_that_would_change_on_the_way_are_refused(change: dict[str, Any]) -> None:
    """Line breaks, pipes, headings and blanks do not smuggle anything into a document."""
    with pytest.raises(CodedError):
        draft(**VALUES | change)
