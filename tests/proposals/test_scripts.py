"""`proposals.scripts` and the rest of the hostile-text firewall: titles that people write pass, imitations do not."""

from __future__ import annotations

import pytest

from proposals.lint import lint
from proposals.scripts import confusable_words, graphemes
from tests.proposals.sample import changed, line_of

ORDINARY = [
    "IIP-12 一次性撥款", "DAO 金庫報告", "HAKKA 持有者", "DAO金庫與Safe多簽", "互助基金 Q3 預算（草案）",
    "保険プールの報告 v2", "ㄅㄆㄇ與 Latin 與漢字", "한국어 DAO 제안", "Бюджет на март", "Δ of the pool",
    "Přehled pokladny", "5µs per call", "1ª fase", "Kasse des DAO und 金庫", "O'Hara’s grant", "α-test phase",
]  # fmt: skip
IMITATED = [
    "Yеs",
    "vitаlik.eth",
    "Fоr",
    "НАККА holders",
    "рay the keeper",
    "Еvе",
    "ΤΟΚΕΝ sale",
    "Ｄao treasury",
    "а.eth and ое.eth",
]


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_labels_pass(text: str) -> None:
    """Latin beside Han is ordinary in a title, in one word or in several; so is a text in one other script."""
    assert [] == list(confusable_words(text))
    assert [] == [
        finding.code
        for finding in lint(changed(("title: Keeper for the forward call", f"title: {text}")))[0]
        if finding.code.startswith("E_")
    ]


@pytest.mark.parametrize("text", IMITATED)
def test_H29_look_alike_letters_in_a_label(text: str) -> None:
    """A word of mixed scripts, or one that borrows only Latin's shapes, is E_CONFUSABLE on its line, by code point."""
    assert [] != list(confusable_words(text))
    for old, new in (("title: Keeper", f"title: Keeper {text}"), ("| incentive", f"| incentive {text}")):
        raw = changed((old, new))
        found = [finding for finding in lint(raw)[0] if finding.code == "E_CONFUSABLE"]
        assert {("error", line_of(raw, new.split(" ")[0] + " " + new.split(" ")[1]))} == {
            (finding.level, finding.line) for finding in found
        }
        assert str(found[0].facts["character"]).startswith("U+")


@pytest.mark.parametrize("name", ["vitаlik.eth", "Uniswаp.org"])
def test_H29_names_in_prose(name: str) -> None:
    """A name on the net is looked at in prose, too; other words there may be in any script."""
    raw = changed(("The bot stops.", f"Ask {name} about λ-calculus and сор."))

    assert [("E_CONFUSABLE", line_of(raw, "Ask"))] == [(finding.code, finding.line) for finding in lint(raw)[0]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Keeper", 6),
        ("一次性撥款", 5),
        ("é", 1),
        ("e\u0301", 1),
        ("🇹🇼🇯🇵", 2),
        ("👍🏽", 1),
        ("👩\u200d🚀", 1),
        ("", 0),
    ],
)
def test_lengths_are_what_a_reader_counts(text: str, expected: int) -> None:
    """Marks, flags, skin tones and joined emoji are one character each."""
    assert expected == graphemes(text)


def test_title_is_counted_by_characters_that_people_see() -> None:
    """44 letters with an accent that has no composed form are 44, and 45 are too many."""
    for count, expected in ((44, []), (45, ["IIP-P07"])):
        raw = changed(("title: Keeper for the forward call", f"title: {'q̃' * count}"))
        assert expected == [finding.code for finding in lint(raw)[0]]


def test_summary_in_chinese_is_counted_by_characters() -> None:
    """200 characters of Han are as long as 100 words, and 201 are more."""
    for count, expected in ((200, []), (201, ["IIP-B06"])):
        assert expected == [finding.code for finding in lint(changed(("Pay a keeper.", "付" * count)))[0]]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("[run](javascript:alert)", "E_LINK"),
        ("[run](java&#115;cript:alert)", "E_LINK"),
        ("[run](DATA:text/html;base64,x)", "E_LINK"),
        ("![x](https://forum.example.org/pixel.png)", "E_IMAGE"),
        ("![x](//tracker.example/p)", "E_IMAGE"),
        ("![x][pixel]", "E_IMAGE"),
    ],
)
def test_links_that_run_and_images_that_tell(words: str, code: str) -> None:
    """Active links and images from elsewhere are errors, escaped or not; a picture beside the document is none."""
    raw = changed(("The bot stops.", words))

    assert (code, line_of(raw, words)) in [(found.code, found.line) for found in lint(raw)[0] if found.level == "error"]
    assert [] == lint(changed(("The bot stops.", "![a chart](images/chart.svg) and `![x](//y)`")))[0]
