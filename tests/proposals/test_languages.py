"""One IIP in several languages: frame, amounts and punctuation are read as the English ones, and ask for the same."""

from __future__ import annotations

import pytest

from chain.errors import CodedError
from proposals.compile import compile_parts
from proposals.document import parse_document
from proposals.draft import draft
from proposals.imported import read_source
from proposals.languages import FRAMES
from proposals.lint import lint
from proposals.outline import read_outline
from proposals.payment import read_amount, read_asks
from proposals.text_safety import label_findings
from tests.proposals.sample import ASSETS, GOOD, SAFE, TEXT, line_of
from tests.proposals.test_draft import VALUES

HANT = TEXT
for english, chinese in (
    ("title: Keeper for the forward call", "title: IIP 管理員：一次性撥款".replace("：", " ")),
    ("description: Pays a keeper who calls forward every week", "description: 付錢給每週呼叫 forward 的人，共三期。"),
    ("requested: 2.5 ETH, 25000 MUT", "requested: 2.5 ETH、2.5萬 MUT"),
    ("## Summary\n\nPay a keeper.", "## 摘要\n\n付錢給管理員。"), ("## Motivation\n\nNobody", "## 動機\n\nNobody"),
    ("## Specification", "## 規格"), ("## Budget", "## 預算"), ("## Milestones", "## 里程碑"),
    ("## Unwinding", "## 收尾"), ("## Risks\n\nThe bot stops.", "## 風險\n\n機器人“停止”。"),
    ("## Copyright", "## 著作權"),
    ("| Part | Payment | Release | Purpose |", "| 分項 | 付款 | 條件 | 用途 |"),
    ("25,000 MUT to", "2.5萬 MUT 給"), ("| Milestone | Deliverable | Due | Evidence | Reviewer |",
                                       "| 里程碑 | 交付成果 | 期限 | 證據 | 審查人 |"),
    ("Bot runs for 30 days", "機器人運作三十天"), ("| start |", "| 開始 |"),
):  # fmt: skip
    assert 1 == HANT.count(english), english
    HANT = HANT.replace(english, chinese)
CHINESE = HANT.encode()


def test_chinese_document_is_the_same_proposal() -> None:
    """Sections, columns, 萬 and punctuation of Chinese read as the English document, and make the same parts."""
    fund = {"chain_id": 1, "safe": SAFE, "assets": ASSETS}
    english, chinese = parse_document(GOOD), parse_document(CHINESE)

    assert [each.title for each in english.sections] == [each.title for each in chinese.sections]
    assert compile_parts(english, **fund) == compile_parts(chinese, **fund)
    assert english.front.requested == chinese.front.requested
    assert [] == lint(CHINESE, name="iip-12.zh-Hant.md", original=GOOD, **fund)[0]
    assert ["IIP-P06"] == [finding.code for finding in lint(CHINESE, name="iip-12.zh-Hans.md")[0]]


@pytest.mark.parametrize(
    ("old", "new", "reason", "words"),
    [
        ("2.5萬 MUT 給", "2.6萬 MUT 給", "row", "| 1 | 2.6萬"),
        ("| m1 | delivery", "| - | delivery", "row", "| 2 | 2 ETH"),
        ("2026-04-30", "2026-05-30", "milestone", "| m1 | 機"),
        ("@carol, @dave", "@carol, @eve", "milestone", "| m1 | 機"),
        ("author: Ada (@ada)", "author: Eve (@eve)", "header", "author"),
        ("requires: 3, 7", "requires: 3, 8", "header", "requires"),
        ("created: 2026-01-31", "created: 2026-01-30", "header", "created"),
    ],
)
def test_translation_that_asks_for_something_else(old: str, new: str, reason: str, words: str) -> None:
    """Whatever binds and differs is E_TRANSLATION on the translation's line; prose may differ."""
    assert old in HANT
    raw = HANT.replace(old, new).encode()
    found = [finding for finding in lint(raw, original=GOOD)[0] if finding.code == "E_TRANSLATION"]

    assert {(reason, line_of(raw, words))} <= {(finding.reason, finding.line) for finding in found}
    prose = HANT.replace("付錢給管理員。", "付給管理員一筆錢。").encode()
    assert [] == lint(prose, original=GOOD)[0]


def test_rows_that_a_translation_lacks() -> None:
    """A row more or less is told once."""
    row = next(line for line in HANT.splitlines(keepends=True) if line.startswith("| 1 | 0.5 ETH"))
    found = lint(HANT.replace(row, "").encode(), original=GOOD)[0]

    assert "rows" in [finding.reason for finding in found if finding.code == "E_TRANSLATION"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1萬", "10000"), ("2.5万", "25000"), ("1億", "100000000"), ("1.23456億", "123456000"), ("0.00005萬", "0.5"),
     ("1,000萬", "10000000"), ("1.234567891億", "123456789.1"), ("1亿", "100000000")],
)  # fmt: skip
def test_myriads_are_exact(text: str, expected: str) -> None:
    """The point moves four or eight places, and nothing is rounded."""
    assert expected == read_amount(text)


@pytest.mark.parametrize("text", ["萬", "1萬億", "1萬萬", "0萬", "1 萬", "1,5萬", "１萬", "1萬5", "1e4萬"])
def test_other_spellings_are_refused(text: str) -> None:
    """One unit at the end of a plain amount, and no other way to count."""
    with pytest.raises(CodedError, match="E_AMOUNT"):
        read_amount(text)


def test_lists_of_amounts_may_use_chinese_commas() -> None:
    """、 and ， stand between two sums as `, ` does."""
    assert (("2.5", "ETH"), ("10000", "MUT"), ("1", "DAI")) == read_asks("2.5 ETH、1萬 MUT，1 DAI")


@pytest.mark.parametrize("frame", FRAMES[1:], ids=lambda frame: frame.tag)
def test_drafts_in_every_language(frame: object) -> None:
    """A draft in a language reads back in it, lints clean, and is the source of another."""
    tag = frame.tag  # type: ignore[attr-defined]  # a frame
    raw = draft(**VALUES, language=tag)

    assert parse_document(draft(**VALUES)).budget[0].action == parse_document(raw).budget[0].action
    assert [] == lint(raw, name=f"iip-1.{tag}.md", original=draft(**VALUES))[0]
    assert "## 風險" in raw.decode() or "## 风险" in raw.decode()
    assert set(VALUES["sections"]) - {"Budget"} <= set(read_source(raw).sections)


def test_frames_name_everything_once() -> None:
    """Each frame has all sections and columns, under names that a label may have."""
    first = FRAMES[1]
    for frame in FRAMES[1:]:
        assert set(first.sections.values()) == set(frame.sections.values())
        assert set(first.columns.values()) == set(frame.columns.values())
        for name in (*frame.sections, *frame.columns):
            assert [] == list(label_findings(name, line=1, place=""))


def test_languages_are_not_mixed() -> None:
    """A section of another language is unknown, and a second Budget is refused under its own words."""
    mixed = HANT.replace("## 風險", "## 风险").encode()
    assert ["section_unknown", ""] == [finding.reason for finding in lint(mixed)[0]]
    twin = HANT.replace("機器人“停止”。", "| 分項 | 付款 |\n|---|---|\n| 1 | 2 |").encode()
    assert "table_place" in [finding.reason for finding in lint(twin)[0]]
    assert () == read_outline(["## 摘要"], 1).findings
