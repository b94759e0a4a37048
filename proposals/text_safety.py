"""Text that a person can trust to be what it looks like: encoding, line ends, and characters that hide or turn around.

Decides which characters a document may hold at all (`E_TEXT`, `E_BIDI`), and which more its labels may not hold:
headers, headings and tables, where two texts that look the same would pass for one. Look-alike letters of other
scripts are decided by `scripts`. What is told of a bad character is its code point, never the character.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from chain.finding import Finding

_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Embeddings, overrides and isolates: they reorder the line that they stand in."""
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
"""Everything that a terminal or an editor obeys instead of showing. Tabs count: Markdown gives them a width."""
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb"
    "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff]"
)
"""Zero width or blank, with no use in prose: soft hyphens, fillers, tag characters."""
_INVISIBLE_IN_LABEL = re.compile(
    "[\u00a0\u061c\u1680\u2000-\u200a\u200c-\u200f\u202f\u205f\u3000\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
"""Useful in prose of some scripts (joiners, marks, variation selectors, other blanks), but not in a label."""


def decode(raw: bytes) -> tuple[str, list[Finding]]:
    """Return the text with LF line ends, and what is wrong with the bytes; bad bytes become U+FFFD."""
    findings = []
    if raw.startswith(b"\xef\xbb\xbf"):
        findings.append(Finding(code="E_TEXT", reason="bom", line=1))
        raw = raw[3:]
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        facts = {"offset": error.start}
        findings.append(Finding(code="E_TEXT", reason="utf8", line=line, facts=facts))
        text = raw.decode("utf-8", errors="replace")
    if "\r" in text:
        findings.append(Finding(code="E_TEXT", reason="line_end", line=text[: text.index("\r")].count("\n") + 1))
        text = text.replace("\r\n", "\n").replace("\r", " ")
    return text, findings


def text_findings(lines: list[str]) -> Iterator[Finding]:
    """Yield what no line of a document may hold: one finding for each line and kind."""
    for number, line in enumerate(lines, 1):
        if line.isascii() and line.isprintable():
            continue
        yield from _match(_BIDI, line, number, code="E_BIDI", reason="")
        yield from _match(_CONTROL, line, number, code="E_TEXT", reason="control")
        yield from _match(_INVISIBLE, line, number, code="E_TEXT", reason="invisible")
        if not unicodedata.is_normalized("NFC", line):
            yield Finding(code="E_TEXT", reason="nfc", line=number)


def label_findings(text: str, *, line: int, place: str) -> Iterator[Finding]:
    """Yield what a label may not hold besides."""
    if not text.isascii():
        yield from _match(_INVISIBLE_IN_LABEL, text, line, code="E_TEXT", reason="label", place=place)


def _match(
    pattern: re.Pattern[str], line: str, number: int, *, code: str, reason: str, place: str = ""
) -> Iterator[Finding]:
    match = pattern.search(line)
    if match:
        character = f"U+{ord(match.group()):04X}"
        name = unicodedata.name(match.group(), "control character")
        facts = {"character": character, "name": name.lower(), "column": match.start() + 1}
        yield Finding(code=code, reason=reason, line=number, place=place, facts=facts)
