"""`proposals.imported`: what another file says finds its place, and nothing of it is lost."""

from __future__ import annotations

import pytest

from proposals.draft import draft
from proposals.imported import Imported, read_source
from proposals.lint import lint
from proposals.problems import DocumentError
from tests.proposals.sample import GOOD, changed, line_of

EIP = b"""\
---
eip: 9999
title: Blobs for all
description: More blobs per block
author: Ada (@ada), Bob (@bob)
discussions-to: https://forum.example.org/t/blobs/1
status: Final
type: Standards Track
category: Core
created: 2020-01-01
requires: 1559
---

## Abstract

More blobs.

## Motivation

They are few.

## Specification

Raise the target.

## Rationale

Six is twice three.

### Why not nine

```sh
## no heading, only code
```

## Security Considerations

Bigger blocks.

## Copyright

Waived via CC0.
"""


def drafted(source: Imported, kind: str) -> bytes:
    """Make the draft of a source that has all headers."""
    headers = source.headers
    return draft(
        number=1, title=headers["title"], description=headers["description"], author=headers["author"],
        discussions_to=headers["discussions-to"], created="2026-01-31", sections=source.sections,
        budget=source.budget, milestones=source.milestones, kind=kind, category=headers.get("category"),
    )  # fmt: skip


def test_eip_becomes_a_clean_draft() -> None:
    """Each line of text is kept under a section of ours; numbers and states of the other repository are named."""
    source = read_source(EIP)
    raw = drafted(source, "Protocol")

    assert ("eip", "status", "created", "requires") == source.left_out
    assert ["Summary", "Motivation", "Specification", "Risks", "Copyright"] == list(source.sections)
    assert "### Rationale\n\nSix is twice three.\n\n#### Why not nine" in source.sections["Specification"]
    assert ["IIP-P06"] == [finding.code for finding in lint(raw, name="notes.md")[0]]
    body = EIP.decode().partition("---\n\n")[2]
    kept = [line for line in body.splitlines() if line and not line.startswith("#")]
    assert [] == [line for line in kept if line not in raw.decode().splitlines()]
    assert "## no heading, only code" in raw.decode()


def test_our_own_document_keeps_its_tables() -> None:
    """Rows and milestones of a document of ours are the draft's, and so are the numbers that it requires."""
    source = read_source(GOOD)

    assert ("iip", "created", "requested") == source.left_out
    assert "3, 7" == source.headers["requires"]
    assert (3, 1) == (len(source.budget), len(source.milestones))
    assert "Budget" not in source.sections
    assert [] == lint(drafted(source, "Funding"))[0]


def test_notes_need_no_front_matter() -> None:
    """A title of level 1 is the title, and text before the first section is the summary."""
    source = read_source(b"# A keeper\n\nPay a keeper.\n\n## Costs\n\nLittle.\n")

    assert {"title": "A keeper"} == source.headers
    assert {"Summary": "Pay a keeper.", "Specification": "### Costs\n\nLittle."} == source.sections


def test_second_section_of_one_name_goes_below() -> None:
    """Abstract and Summary both stand in the summary."""
    source = read_source(b"## Summary\n\nOne.\n\n## Abstract\n\nTwo.\n")

    assert {"Summary": "One.\n\n### Abstract\n\nTwo."} == source.sections


@pytest.mark.parametrize(
    ("raw", "code", "line"),
    [
        (b"\xff", "E_TEXT", 1),
        (b"---\ntitle: x\n", "E_PARSE", 1),
        (b"# x\n\n\xe2\x80\xaey\n", "E_BIDI", 3),
        (changed(("25,000 MUT to", "25.000,0 MUT to")), "E_AMOUNT", line_of(GOOD, "| 1 | 25,000")),
        (b"x\n" * 10_001, "E_LIMIT", 10_000),
        (b"x" * 10_001, "E_LIMIT", 1),
        (b"x" * 300_000, "E_LIMIT", 1),
    ],
)
def test_sources_that_are_refused(raw: bytes, code: str, line: int) -> None:
    """Bytes that are no safe text, and tables that do not read, are told with the source's line."""
    with pytest.raises(DocumentError) as refused:
        read_source(raw)

    assert (code, line) == (refused.value.code, refused.value.facts["line"])
