"""`proposals.front_matter`: what the author says, and nothing that YAML would read otherwise."""

from __future__ import annotations

import pytest

from proposals.document import parse_document, read_document
from proposals.problems import DocumentError
from tests.proposals.sample import GOOD, changed, line_of


def refusals(raw: bytes) -> list[tuple[str, str, int | None]]:
    """Give code, reason and line of everything that was found."""
    return [(finding.code, finding.reason, finding.line) for finding in read_document(raw).findings]


def test_headers_are_read() -> None:
    """Each header has its own kind of value."""
    front = parse_document(GOOD).front

    assert (12, "Funding", None, 1_769_817_600) == (front.iip, front.type, front.category, front.created)
    assert ((3, 7), (("2.5", "ETH"), ("25000", "MUT"))) == (front.requires, front.requested)
    assert ("Ada (@ada), bob.eth", "https://forum.example.org/t/keeper/34") == (front.author, front.discussions_to)


def test_draft_has_no_number() -> None:
    """`draft` stands for a number that is not given yet."""
    assert parse_document(changed(("iip: 12", "iip: draft"))).front.iip is None


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("iip: 12", "iip: 012", "iip"),
        ("iip: 12", "iip: 0", "iip"),
        ("iip: 12", "iip: １２", "iip"),
        ("iip: 12", "iip: Draft", "iip"),
        ("iip: 12", "iip: 1234567890", "iip"),
        ("iip: 12", "iip: 1000001", "iip"),
        ("type: Funding", "type: funding", "type"),
        ("type: Funding", "type: Funding\ncategory: Core", "category_extra"),
        ("requires: 3, 7", "requires: 7, 3", "requires_order"),
        ("requires: 3, 7", "requires: 3, 3", "requires_order"),
        ("requires: 3, 7", "requires: 3,7", "requires"),
        ("requires: 3, 7", "requires: IIP-3", "requires"),
        ("requires: 3, 7", "requires: 3, 12", "requires_self"),
        ("requires: 3, 7", "requires:", "empty_value"),
        ("requires: 3, 7", "requires", "front_line"),
        ("requires: 3, 7", "requires:3", "front_line"),
        ("requires: 3, 7", "  - 3", "front_line"),
        ("requires: 3, 7", "", "front_line"),
        ("requires: 3, 7", "# note", "front_line"),
        ("requires: 3, 7", "requires: 3, 7\nrequires: 3, 7", "duplicate_key"),
        ("requires: 3, 7", "Requires: 3, 7", "unknown_key"),
        ("requires: 3, 7", "status: Passed", "derived_key"),
        ("created: 2026-01-31\nrequires: 3, 7", "requires: 3, 7\ncreated: 2026-01-31", "key_order"),
        ("title: Keeper for", "title: Keeper: for", "colon"),
        ("title: Keeper", "title: <b>Keeper", "html"),
    ],
)  # fmt: skip
def test_other_headers_are_refused(old: str, new: str, reason: str) -> None:
    """Each fault is E_PARSE with its own reason, and the only thing that is found."""
    assert [("E_PARSE", reason)] == [(code, found) for code, found, _ in refusals(changed((old, new)))]


@pytest.mark.parametrize(
    "key", ["iip", "title", "description", "author", "discussions-to", "type", "created", "requested"]
)
def test_headers_that_a_funding_document_must_have(key: str) -> None:
    """Every one of them is missed, on the line of the closing fence."""
    raw = b"".join(line for line in GOOD.splitlines(keepends=True) if not line.startswith(f"{key}:".encode()))
    missed = [finding for finding in read_document(raw).findings if finding.reason == "missing_key"]

    assert [(key, 10)] == [(finding.facts["key"], finding.line) for finding in missed]


def test_category_goes_with_protocol() -> None:
    """A Protocol document names its category, between type and created."""
    without = changed(("type: Funding", "type: Protocol"))
    with_it = changed(("type: Funding", "type: Protocol\ncategory: Core"))

    assert [("E_PARSE", "category_missing", 7)] == refusals(without)
    assert "Core" == parse_document(with_it).front.category


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "front_open"),
        (b"\n" + GOOD, "front_open"),
        (GOOD.removeprefix(b"---\n"), "front_open"),
        (b"--- \n" + GOOD.removeprefix(b"---\n"), "front_open"),
        (GOOD.replace(b"MUT\n---\n", b"MUT\n"), "front_close"),
        (b"---", "front_close"),
    ],
)
def test_fences_are_three_dashes(raw: bytes, reason: str) -> None:
    """Without its fences a document is not taken apart."""
    assert [("E_PARSE", reason, 1)] == refusals(raw)


@pytest.mark.parametrize(
    "value", ["&a x", "*a", "!!python/object x", "[a, a]", "{a: b}", "|", ">", "'x'", '"x"', "%x", "`x`", "- x", "a #b"]
)
def test_H36_yaml_means_nothing_here(value: str) -> None:
    """Anchors, tags, lists and quotes are refused, so that a YAML reader cannot see another document."""
    raw = changed(("author: Ada (@ada), bob.eth", f"author: {value}"))

    assert [("E_PARSE", "yaml", 5)] == refusals(raw)
    bomb = changed(("requires: 3, 7", "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]"))
    assert {"unknown_key"} == {reason for _, reason, _ in refusals(bomb)}


def test_H35_titles_are_short_before_they_are_read() -> None:
    """Ten megabytes are refused by their size alone, and a long header by its own limit."""
    huge = changed(("title: Keeper", "title: " + "K" * 10_000_000))
    long = changed(("title: Keeper", "title: " + "K" * 1_000))

    assert [("E_LIMIT", "file", 1)] == refusals(huge)
    assert ("E_LIMIT", "header", 3) == refusals(long)[0]
    with pytest.raises(DocumentError, match="E_LIMIT"):
        parse_document(huge)


def test_first_of_two_values_counts_for_lint_only() -> None:
    """A repeated header names the line of the first one, and the strict reader takes neither."""
    raw = changed(("title: Keeper", "title: Other\ntitle: Keeper"))

    assert {"key": "title", "first": 3} == dict(read_document(raw).findings[0].facts)
    with pytest.raises(DocumentError, match="duplicate_key"):
        parse_document(raw)
    assert 4 == line_of(raw, "title: Keeper")
