"""A Markdown renderer as second reader: whatever passes our door, both see the same headings and the same tables."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from proposals.document import parse_document, read_document
from proposals.tables import BUDGET, BUDGET_COLUMNS, MILESTONE_COLUMNS, MILESTONES
from tests.proposals import strategies
from tests.proposals.sample import GOOD, TEXT

RENDERER = MarkdownIt("commonmark").enable("table")

LINES = [
    "", "", "", "text", "- a", "  - b", "* ", "+", "1. c", "2) d", "> q", ">", "> > r", "```", "```sh", "~~~", "````",
    "   ```", "    ```", "- ```", "  ```", "    x", "     y", "| a | b |", "|---|---|", "a | b", "--- | ---", "> ---",
    "> | Part | Payment |", "- | Part | Payment |", "### h3", "# h1", "#### h4 ####", " ### h", "  - ## Budget", "***",
    "---", "===", "- - -", "`code", "``` x ```", "[a]: b", "[a]: <b> 'c", "\\", "text\\", "&lt;b&gt;", "![x](y)", "|",
    "## Budget", "<https://a.b>", "<a@b.c>", "a <b", "\u3000", "*em", "    | a |", "  | a |", "| Part | Payment |",
    "```\\`", "~~~ ```", "``` ~~~", "- ~~~", "1.", "1. ```", "-\t", "+ # x", "  ===", "x\u2028y", "| a |\\", "`` ` ``",
    "[^1]: n", "||", "| 1 | 2 |", "> |---|---|", "Part | Payment", "\\## Budget", "`", "&#35;# Budget", "[a]:",
]  # fmt: skip
PLACES = ["The bot stops.\n", "A bot calls it every week.\n", "## Budget\n", "delivery |\n", "CC0.\n"]


class Seen(NamedTuple):
    """What a renderer shows of a body; lines count from 0."""

    headings: list[tuple[int, str, int]]
    """At top level."""
    tables: list[tuple[str, int, int, set[str]]]
    """Anywhere: its section, first line, number of rows (-1 inside a list or quote), and columns."""
    html: list[str]


def seen_by_renderer(body: str) -> Seen:
    """Take a body apart with markdown-it."""
    seen = Seen([], [], [])
    tokens = RENDERER.parse(body)
    section = ""
    for index, token in enumerate(tokens):
        if token.type == "heading_open" and token.level == 0:
            words = tokens[index + 1].content
            seen.headings.append((int(token.tag[1]), words, token.map[0] if token.map else -1))
            section = words if token.tag == "h2" else section
        if token.type == "table_open":
            start, end = token.map or (-1, -1)
            close = next(at for at in range(index, len(tokens)) if tokens[at].type == "thead_close")
            columns = {each.content.casefold() for each in tokens[index:close] if each.type == "inline"}
            seen.tables.append((section, start, end - start - 2 if token.level == 0 else -1, columns))
        seen.html.extend(each.content for each in [token, *(token.children or [])] if each.type.startswith("html"))
    return seen


def assert_same(raw: bytes) -> None:
    """Compare both readers, if ours lets the document pass."""
    reading = read_document(raw)
    if reading.findings:
        return
    seen = seen_by_renderer(reading.body)
    first = reading.outline.lines[0].number
    binding = [
        (table.section, table.columns.line - first, len(table.rows))
        for table in reading.outline.tables
        if table.section in (BUDGET, MILESTONES)
    ]

    assert [] == seen.html
    assert seen.headings == [(each.level, each.text, each.line - first) for each in reading.outline.headings]
    assert binding == [table[:3] for table in seen.tables if table[0] in (BUDGET, MILESTONES)]
    for section, _, _, columns in seen.tables:
        for own, names in ((BUDGET, BUDGET_COLUMNS), (MILESTONES, MILESTONE_COLUMNS)):
            assert section == own or not {name.casefold() for name in names[:2]} <= columns


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """Draw the good document with lines of every construction put into its prose or around its tables."""
    lines = draw(st.lists(st.sampled_from(LINES), min_size=1, max_size=8))
    place = draw(st.sampled_from(PLACES))
    return TEXT.replace(place, place + "\n".join(lines) + "\n").encode()


@given(documents() | strategies.damaged_documents())
@example(GOOD)
def test_reader_and_renderer_see_the_same(raw: bytes) -> None:
    """Of a document without findings, a renderer shows our headings, our binding tables, and no raw HTML."""
    assert_same(raw)


@pytest.mark.parametrize("line", [line for line in LINES if line])
@pytest.mark.parametrize("place", PLACES)
def test_single_lines_are_refused_or_seen_alike(place: str, line: str) -> None:
    """Every construction alone, between empty lines and directly behind text."""
    for before in ("\n", "\ntext\n", "", "\n- a\n"):
        assert_same(TEXT.replace(place, f"{place}{before}{line}\n").encode())


def test_renderer_would_tell() -> None:
    """The comparison is not empty: the renderer finds sections, tables and HTML in what we refuse."""
    seen = seen_by_renderer(parse_document(GOOD).body + "\n<b>\n\n> | a |\n> |---|\n")

    assert (8, 3, ["<b>\n"]) == (len(seen.headings), len(seen.tables), seen.html)
    assert ("Copyright", -1, {"a"}) == (seen.tables[-1][0], *seen.tables[-1][2:])
