"""`dao.cli.wide`: columns that a text takes, and lines that break where the script allows it."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dao.cli import text, wide

TEXTS = st.text("ab漢字。，「」（）“”` -\u0301", max_size=80)


@pytest.mark.parametrize(
    ("told", "columns"),
    [
        ("", 0),
        ("abc", 3),
        ("漢字", 4),
        ("。「", 4),
        ("ｶﾅ", 2),
        ("ＡＢ", 4),
        ("é", 1),
        ("e\u0301", 1),
        ("“ok”", 4),
        ("👍", 2),
    ],
)
def test_width(told: str, columns: int) -> None:
    """Wide and full-width characters take two columns, combining marks none, everything else one."""
    assert columns == wide.width(told)


@given(
    st.text("ab.-é \t\n", max_size=80), st.integers(1, 30), st.sampled_from(["", "  "]), st.sampled_from(["", "   "])
)
def test_narrow_text_is_wrapped_as_textwrap_does(told: str, columns: int, indent: str, below: str) -> None:
    """For text without wide characters nothing changes: the standard library is the oracle."""
    expected = textwrap.wrap(
        told,
        columns,
        initial_indent=indent,
        subsequent_indent=below,
        break_long_words=False,
        break_on_hyphens=False,
    )

    assert expected == wide.wrap(told, columns, indent, below)


@given(TEXTS, st.integers(8, 30))
def test_lines_fit_and_lose_nothing(told: str, columns: int) -> None:
    """Lines are as wide as the terminal at most, unless one piece is wider; only blanks are lost between them."""
    lines = wide.wrap(told, columns)

    assert "".join(told.split()) == "".join("".join(lines).split())
    assert all(wide.width(line) <= columns or " " not in line.strip() for line in lines)


@given(TEXTS, st.integers(8, 30))
def test_punctuation_stays_with_its_text(told: str, columns: int) -> None:
    """No line that was broken between characters begins with closing punctuation or ends with opening punctuation."""
    lines = wide.wrap("".join(told.split()), columns)

    assert all(line[0] not in "。，；：！？」』）”" for line in lines[1:])
    assert all(line[-1] not in "「『（“" for line in lines[:-1])


def test_chinese_breaks_between_characters() -> None:
    """A sentence without blanks fills its lines, an address in it stays whole, and a mark hangs on to its word."""
    word = "0x" + "ab" * 9

    assert ["提案由地址", word, "發布，請看"] == wide.wrap(f"提案由地址{word}發布，請看", 20)
    assert ["一二三四", "五。六七"] == wide.wrap("一二三四五。六七", 8)
    assert ["一二三", "「四」"] == wide.wrap("一二三「四」", 8)


def test_rows_and_columns_are_aligned_by_width() -> None:
    """Values begin in one column of the terminal whatever the script of the labels."""
    assert ["  版本    1.4.1", "  nonce   0"] == list(text.rows([("版本", "1.4.1"), ("nonce", "0")]))
    assert ["  合計  10", "  a      2"] == list(text.columns([("合計", "10"), ("a", "2")], right=[1]))


def test_long_chinese_values_continue_below(monkeypatch: pytest.MonkeyPatch) -> None:
    """A value of wide characters that does not fit is wrapped by its width."""
    monkeypatch.setenv("COLUMNS", "20")

    assert ["  版本   一二三四五", "         六七八"] == list(text.rows([("版本", "一二三四五六七八")]))
