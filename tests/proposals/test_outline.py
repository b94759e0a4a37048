"""`proposals.outline`: what this reader sees is what a renderer shows, or it is refused."""

from __future__ import annotations

import pytest

from proposals.outline import is_delimiter, read_outline, split_cells, without_containers


def reasons(text: str) -> list[str]:
    """Give the reasons of what is found in a body."""
    return [finding.reason for finding in read_outline(text.split("\n"), 1).findings]


def headings(text: str) -> list[tuple[int, str, int]]:
    """Give level, words and line of every heading."""
    return [tuple(heading) for heading in read_outline(text.split("\n"), 1).headings]  # type: ignore[misc]


def test_headings_are_read() -> None:
    """Levels count the `#`; closing ones are no words (CommonMark 0.31 examples 62 to 79)."""
    text = "# foo\n### foo ###\n## foo #  \n# foo#\n## \n#\n### ###\n##   foo   "

    expected = [(1, "foo"), (3, "foo"), (2, "foo"), (1, "foo#"), (2, ""), (1, ""), (3, ""), (2, "foo")]
    assert expected == [(level, words) for level, words, _ in headings(text)]


def test_code_is_no_text() -> None:
    """Nothing inside a fence is a heading, a table or markup, and only its own fence ends it."""
    code = "````sh\n## a\n| b |\n<b>\n```\n~~~~\n```` `\n    ````\n````"

    assert [] == reasons(code)
    assert [(2, "end", 11)] == headings(f"{code}\n\n## end")
    assert [] == reasons("~~~ ```\n<b>\n~~~~~  \ntext")
    assert [] == headings("``` ```\n") == headings("```\n``` ```\n## a\n```")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("```\n## a", "fence_open"),
        ("- ```\n  a\n  ```", "fence"),
        (" ```", "fence"),
        ("> ~~~", "fence"),
        ("1. > - ```sh", "fence"),
        ("a\n===", "setext"),
        ("a\n---", "setext"),
        ("- a\n-", "setext"),
        (" ## a", "heading_indent"),
        ("   #", "heading_indent"),
        ("##a", "heading"),
        ("#hash", "heading"),
        ("####### a", "heading"),
        ("a <b> c", "html"),
        ("`<b>`", "html"),
        ("</p>", "html"),
        ("<?php", "html"),
        ("<!DOCTYPE html>", "html"),
        ("    <b>", "html"),
        ("<javascript:alert(1)>", "html"),
        ("<https://x.org <b", "html"),
        ("<!-- note -->", "html_comment"),
        ("a\n| b |\n|---|\n", "table_blank"),
        ("| b |\n|---|\na", "table_blank"),
        ("| b |\n|---|\n```\n```", "table_blank"),
        ("| b |", "table_shape"),
        ("| b |\n| c |", "table_shape"),
        ("| b |\n|---|---|", "row_cells"),
        ("| b |\n|---|\n| c | d |", "row_cells"),
        ("| b |\n|---|\n| c", "row_cells"),
    ],
)
def test_what_renderers_could_see_differently_is_refused(text: str, reason: str) -> None:
    """Each construction has its own reason, and is found once at least."""
    assert {reason} == set(reasons(text))


@pytest.mark.parametrize(
    "text",
    [
        "a\n\n---\n\nb",
        "a < b, 1 <2, x<=y, <3",
        "<https://forum.example.org/t/1> and <ada@example.org>",
        "a `code` b ```more``` c",
        "## a\n| b |\n|---|\n\ntext",
        "- a\n  - b\n\n1. c\n> d",
        "    indented code",
        "a\n##",
        "|:--|--:|\n|:-:|---|",
    ],
)
def test_ordinary_markdown_passes(text: str) -> None:
    """Rules, autolinks, lists, quotes and comparisons are no offence."""
    assert [] == reasons(text)


def test_tables_know_their_section() -> None:
    """A table belongs to the level-2 heading above it, whatever other headings stand between."""
    first = ["## A", "", "### B", "", "| c | d |", "|---|:-:|", "| 1 | |", ""]
    outline = read_outline([*first, "## E", "", "| f |", "|-|"], 5)

    assert [("A", ("c", "d"), 9), ("E", ("f",), 15)] == [
        (table.section, table.columns.cells, table.columns.line) for table in outline.tables
    ]
    assert [(("1", ""), 11)] == [tuple(row) for row in outline.tables[0].rows]


def test_cells_are_split_at_every_pipe() -> None:
    """Outer pipes may be missing, inner ones always part."""
    assert ("a", "b", "") == split_cells("| a |b | |")
    assert ("a", "b") == split_cells("a | b")
    assert is_delimiter("--- | :-:")
    assert not is_delimiter("---")
    assert not is_delimiter("| a | --- |")


def test_containers_are_taken_off() -> None:
    """Quotes and lists in any depth leave what they hold."""
    assert "| a |" == without_containers("> - 1. > | a |")
    assert "a" == without_containers("a")


@pytest.mark.parametrize("text", ["## " + " " * 9_000 + "#a", "- " * 5_000, "> " * 5_000, "<" * 9_999, "[a](" * 2_500])
def test_long_lines_do_not_take_long(text: str) -> None:
    """Lines at the limit are read, whatever they are made of."""
    assert 1 == len(read_outline([text], 1).lines)
