"""`proposals.text_safety`: text is what it looks like."""

from __future__ import annotations

import pytest

from proposals.document import read_document
from proposals.text_safety import decode, label_findings, text_findings
from tests.proposals.sample import GOOD, changed, line_of


def codes(text: str) -> list[tuple[str, str, int | None]]:
    """Give what is found in a text of several lines."""
    return [(finding.code, finding.reason, finding.line) for finding in text_findings(text.split("\n"))]


def test_ordinary_text_of_many_scripts_passes() -> None:
    """Chinese, Persian with joiners, emoji and composed accents are text like any other."""
    assert [] == codes("互助提案\n«می\u200cخواهم»\n👩\u200d🚀 café\nשלום")


@pytest.mark.parametrize("character", [chr(c) for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))])
def test_H28_bidirectional_controls(character: str) -> None:
    """Embeddings, overrides and isolates are E_BIDI wherever they stand, told by code point."""
    raw = changed(("title: Keeper", f"title: {character}Keeper"))
    finding = read_document(raw).findings[0]

    assert ("E_BIDI", 3, f"U+{ord(character):04X}") == (finding.code, finding.line, finding.facts["character"])
    assert [("E_BIDI", "", 2)] == codes(f"a\nb{character}c")


@pytest.mark.parametrize(
    ("character", "reason"),
    [
        ("\t", "control"), ("\x00", "control"), ("\x1b", "control"), ("\x7f", "control"), ("\x85", "control"),
        ("\u2028", "control"), ("\uffff", "control"), ("\u200b", "invisible"), ("\u00ad", "invisible"),
        ("\u2060", "invisible"), ("\ufeff", "invisible"), ("\u3164", "invisible"), ("\U000e0041", "invisible"),
        ("e\u0301", "nfc"), ("\u212b", "nfc"),
    ],
)  # fmt: skip
def test_characters_that_nobody_sees_are_refused(character: str, reason: str) -> None:
    """Controls, zero-width and tag characters, and what is not composed: E_TEXT with the line."""
    assert [("E_TEXT", reason, 2)] == codes(f"a\nb{character}c")


@pytest.mark.parametrize("character", ["\u200d", "\u200c", "\u200e", "\u00a0", "\u3000", "\ufe0f", "\U000e0100"])
def test_labels_hold_less_than_prose(character: str) -> None:
    """Joiners, marks, selectors and other blanks may stand in prose, and not in titles, headings and tables."""
    assert [] == codes(f"a{character}b")
    assert ["label"] == [finding.reason for finding in label_findings(f"a{character}b", line=1, place="title")]
    for old, new in (("title: Keeper", f"title: Keep{character}er"), ("| incentive", f"| in{character}centive")):
        raw = changed((old, new))
        found = [(finding.code, finding.reason, finding.line) for finding in read_document(raw).findings]
        assert [("E_TEXT", "label", line_of(raw, new))] == found
    assert () == read_document(changed(("The bot stops.", f"The{character}bot stops."))).findings


@pytest.mark.parametrize(
    ("raw", "reason", "line"),
    [
        (b"\xef\xbb\xbf" + GOOD, "bom", 1),
        (GOOD.replace(b"\n", b"\r\n"), "line_end", 1),
        (GOOD.replace(b"stops.", b"stops.\r"), "line_end", line_of(GOOD, "The bot stops")),
        (GOOD.replace(b"stops.", b"stops\xff."), "utf8", line_of(GOOD, "The bot stops")),
        (GOOD.replace(b"stops.", b"stops\xed\xa0\x80."), "utf8", line_of(GOOD, "The bot stops")),
    ],
)
def test_bytes_are_utf8_with_unix_line_ends(raw: bytes, reason: str, line: int) -> None:
    """Other bytes are refused once, and the rest of the text is read all the same."""
    assert [("E_TEXT", reason, line)] == [
        (finding.code, finding.reason, finding.line) for finding in read_document(raw).findings
    ]


def test_text_is_decoded_as_it_is() -> None:
    """Good bytes give their text and nothing else."""
    assert ("é\n", []) == decode("é\n".encode())
