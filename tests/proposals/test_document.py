"""`proposals.document`: lossless, and one reading for everybody."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chain.errors import CodedError
from proposals.document import SECTIONS, parse_document, read_document
from proposals.problems import DocumentError
from tests.proposals import strategies
from tests.proposals.sample import GOOD, changed, line_of


def test_body_is_what_stands_below_the_front_matter() -> None:
    """Byte for byte, from behind the newline of the closing fence to the end of the file."""
    document = parse_document(GOOD)
    head, _, rest = GOOD.partition(b"MUT\n---\n")

    assert rest == document.body.encode()
    assert GOOD == head + b"MUT\n---\n" + document.body.encode() == document.raw


@pytest.mark.parametrize("end", ["", "\n", "\n\n\n", "\n\n"])
def test_body_keeps_the_end_of_the_file(end: str) -> None:
    """Neither a missing newline nor surplus ones are mended."""
    raw = GOOD.rstrip(b"\n") + end.encode()

    assert raw.endswith(parse_document(raw).body.encode())
    assert parse_document(raw).body.endswith("CC0." + end)


def test_sections_hold_their_text() -> None:
    """A section is its heading, its line and the text up to the next one."""
    document = parse_document(GOOD)
    section = document.section("Unwinding")

    assert section is not None
    assert ("Unspent money returns to the Safe.", line_of(GOOD, "## Unwinding")) == (section.text, section.line)
    assert [title for title in SECTIONS if title != "Reporting"] == [each.title for each in document.sections]
    assert document.section("Reporting") is None


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("## Summary", "Hello.\n\n## Summary", "heading_first"),
        ("## Risks", "## Dangers", "section_unknown"),
        ("## Risks", "## risks", "section_unknown"),
        ("## Risks", "# Risks", "section_level"),
        ("## Risks\n\nThe bot stops.\n\n## Copyright", "## Copyright\n\n## Risks", "section_order"),
        ("## Unwinding", "## Summary", "section_twice"),
    ],
)
def test_other_sections_are_refused(old: str, new: str, reason: str) -> None:
    """Unknown, repeated, misplaced sections and text before the first one."""
    with pytest.raises(DocumentError) as refused:
        parse_document(changed((old, new)))

    assert ("E_PARSE", reason) == (refused.value.code, refused.value.reason)


@pytest.mark.parametrize(
    ("requested", "asset", "asked", "paid"),
    [
        ("2.4 ETH, 25000 MUT", "ETH", "2.4", "2.5"),
        ("2.5 ETH", "MUT", "0", "25000"),
        ("2.5 ETH, 25000 MUT, 1 DAI", "DAI", "1", "0"),
        ("2.500000000000000001 ETH, 25000 MUT", "ETH", "2.500000000000000001", "2.5"),
    ],
)
def test_H45_requested_is_the_sum_of_the_budget(requested: str, asset: str, asked: str, paid: str) -> None:
    """An amount in the header that the table does not pay is E_TEXT_PAYLOAD, per asset and exactly."""
    with pytest.raises(DocumentError) as refused:
        parse_document(changed(("2.5 ETH, 25000 MUT", requested)))

    facts = refused.value.facts
    assert ("E_TEXT_PAYLOAD", asset, asked, paid) == (
        refused.value.code, facts["asset"], facts["requested"], facts["budget"],
    )  # fmt: skip
    parse_document(changed(("2.5 ETH, 25000 MUT", "25,000 MUT, 2.50 ETH")))


def test_document_that_pays_nothing_needs_no_tables() -> None:
    """An Informational document has neither request nor Budget."""
    start, end = GOOD.index(b"## Budget"), GOOD.index(b"## Unwinding")
    text = GOOD[:start] + b"## Budget\n\nNone.\n\n" + GOOD[end:]
    raw = text.replace(b"type: Funding", b"type: Informational").replace(b"requested: 2.5 ETH, 25000 MUT\n", b"")
    document = parse_document(raw)

    assert ((), (), ()) == (document.budget, document.milestones, document.front.requested)


def test_H35_size_is_judged_before_anything_else() -> None:
    """A file over the limit gives one finding, and so does a line that is too long."""
    hostile = [
        (GOOD + b"a" * 300_000, "file"),
        (b"---\n" * 10**6, "file"),
        (GOOD + b"\n" * 10_000, "lines"),
        (GOOD + b"a" * 10_001, "line"),
    ]
    for raw, reason in hostile:
        assert [("E_LIMIT", reason)] == [(finding.code, finding.reason) for finding in read_document(raw).findings]
    parse_document(GOOD + b"a" * 9_000)


@given(strategies.damaged_documents() | st.binary(max_size=300))
@example(b"---\n---")
@example(b"---\n---\n")
def test_reading_never_raises_and_agrees_with_the_strict_door(raw: bytes) -> None:
    """Whatever the bytes: either something is found and nothing is parsed, or the document is lossless."""
    reading = read_document(raw)
    if reading.findings:
        first = reading.findings[0]
        with pytest.raises(CodedError) as refused:
            parse_document(raw)
        found = refused.value
        assert (first.code, first.reason, first.line) == (found.code, found.reason, found.facts["line"])
    else:
        document = parse_document(raw)
        assert raw == document.raw
        assert raw.endswith(b"\n---\n" + document.body.encode())
