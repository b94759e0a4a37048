"""`dao.cli.text`: layout, and colour only where it is wanted."""

from __future__ import annotations

import sys

import pytest

from chain.finding import Finding
from dao.cli import text


@pytest.mark.parametrize(
    ("terminal", "variables", "coloured"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (True, {"TERM": "dumb"}, False),
    ],
)
def test_colour_only_on_a_terminal_that_wants_it(
    monkeypatch: pytest.MonkeyPatch, *, terminal: bool, variables: dict[str, str], coloured: bool
) -> None:
    """NO_COLOR, a dumb terminal and a pipe each get plain text."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)

    assert ("\x1b[31mno\x1b[0m" if coloured else "no") == text.paint("no", "red")


def test_rows_are_aligned() -> None:
    """Values start in one column."""
    assert ["  a      1", "  long   2"] == list(text.rows([("a", "1"), ("long", "2")]))


def test_long_words_are_not_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hash stays whole, so that it can be copied."""
    monkeypatch.setenv("COLUMNS", "40")
    word = "0x" + "ab" * 32

    assert word in "\n".join(text.wrapped(f"The transaction {word} was refused by the Safe.", "  ")).split()


def test_a_finding_is_told_with_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Level, code, place and line stand above the sentence."""
    monkeypatch.setenv("COLUMNS", "200")
    finding = Finding(code="E_IO_READ", reason="missing", place="part \x1b[1m", line=3, facts={"path": "x"})

    head, *sentences = text.told(finding)

    assert "error    E_IO_READ  part \\u{1b}[1m, line 3" == head
    assert sentences[0].startswith("         There is no file x;")


@pytest.mark.parametrize(("number", "expected"), [(0, "no errors"), (1, "1 error"), (2, "2 errors")])
def test_counted(number: int, expected: str) -> None:
    """Numbers agree with their noun."""
    assert expected == text.counted(number, "error")
