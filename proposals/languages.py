"""The words that a document's frame has in other languages: sections and the columns of the two tables that bind.

Decides which language a document is written in, by its sections, and reads its frame as the English one; what people
write between is never translated. A document is in one language: sections of another are unknown to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from proposals.outline import Outline


class Frame(NamedTuple):
    """One language's words for the frame, as (English, own) pairs."""

    tag: str
    """BCP 47."""
    sections: Mapping[str, str]
    """English titles by the language's own."""
    columns: Mapping[str, str]

    def section(self, english: str) -> str:
        """Return the language's own title of a section."""
        return next((own for own, name in self.sections.items() if name == english), english)

    def column(self, english: str) -> str:
        """Return the language's own name of a column."""
        return next((own for own, name in self.columns.items() if name == english), english)


ENGLISH = Frame("en", MappingProxyType({}), MappingProxyType({}))
FRAMES = (
    ENGLISH,
    Frame(
        "zh-Hant",
        MappingProxyType({
            "摘要": "Summary", "動機": "Motivation", "規格": "Specification", "預算": "Budget", "里程碑": "Milestones",
            "報告": "Reporting", "收尾": "Unwinding", "風險": "Risks", "著作權": "Copyright",
        }),
        MappingProxyType({
            "分項": "Part", "付款": "Payment", "條件": "Release", "用途": "Purpose", "最早": "Not before",
            "最晚": "Not after", "里程碑": "Milestone", "交付成果": "Deliverable", "期限": "Due", "證據": "Evidence",
            "審查人": "Reviewer",
        }),
    ),
    Frame(
        "zh-Hans",
        MappingProxyType({
            "摘要": "Summary", "动机": "Motivation", "规格": "Specification", "预算": "Budget", "里程碑": "Milestones",
            "报告": "Reporting", "收尾": "Unwinding", "风险": "Risks", "著作权": "Copyright",
        }),
        MappingProxyType({
            "分项": "Part", "付款": "Payment", "条件": "Release", "用途": "Purpose", "最早": "Not before",
            "最晚": "Not after", "里程碑": "Milestone", "交付成果": "Deliverable", "期限": "Due", "证据": "Evidence",
            "审查人": "Reviewer",
        }),
    ),
)  # fmt: skip


def frame(tag: str) -> Frame:
    """Return the frame of a language; the English one for a language that has none."""
    return next((each for each in FRAMES if each.tag == tag), ENGLISH)


def frame_of(titles: Iterable[str]) -> Frame:
    """Return the frame that knows most of a document's sections; the first of equals, and so English for none."""
    titles = list(titles)
    return max(FRAMES, key=lambda each: sum(title in each.sections for title in titles))


def read_as_english(outline: Outline) -> tuple[Outline, Frame]:
    """Give an outline with English sections and columns, and the frame that it was written in."""
    own = frame_of(heading.text for heading in outline.headings if heading.level == 2)
    if own is ENGLISH:
        return outline, own
    title = own.sections
    headings = [each._replace(text=title.get(each.text, each.text)) for each in outline.headings if each.level == 2]
    others = [each for each in outline.headings if each.level != 2]
    tables = [
        each._replace(
            section=title.get(each.section, each.section),
            columns=each.columns._replace(cells=tuple(own.columns.get(cell, cell) for cell in each.columns.cells)),
        )
        for each in outline.tables
    ]
    return (
        replace(
            outline,
            lines=tuple(line._replace(section=title.get(line.section, line.section)) for line in outline.lines),
            headings=tuple(sorted([*headings, *others], key=lambda each: each.line)),
            tables=tuple(tables),
            columns=own.columns,
        ),
        own,
    )
