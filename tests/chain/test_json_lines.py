"""`chain.json_lines`: the line of every value, against a reader that is asked in another way."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.json_lines import line_of, value_lines

TEXT = """{
  "a": 1,
  "b": [
    {"c": [true,
      "x{,}[\\"y\\\\"]},
    null
  ],
  "d":
    {},
  "e\\u00e9": []
}
"""


def test_lines_of_keys_and_entries() -> None:
    """A value with a key stands on the key's line, an entry of a list on its own."""
    expected = {
        "": 1, "a": 2, "b": 3, "b[1]": 4, "b[1].c": 4, "b[1].c[1]": 4, "b[1].c[2]": 5, "b[2]": 6, "d": 8, "eé": 10,
    }  # fmt: skip

    assert expected == value_lines(TEXT)


@pytest.mark.parametrize(
    ("path", "line"), [("b[1].c[2]", 5), ("b[1].c[9].z", 4), ("b.q", 3), ("nothing", 1), ("a.b.c", 2), ("", 1)]
)
def test_the_nearest_place_is_named(path: str, line: int) -> None:
    """A path that the text lacks is blamed on what would hold it."""
    assert line == line_of(TEXT, path)


def test_no_text_has_no_line() -> None:
    """Where there is nothing, nothing is to blame."""
    assert None is line_of("  \n", "a")


KEYS = st.text(st.characters(exclude_characters=".[]", exclude_categories=("Cs",)), min_size=1, max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=("Cs",)), max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_every_value_has_its_line(value: object) -> None:
    """Laid out one value to a line, the values stand on the lines that counting them gives."""
    text = json.dumps(value, indent=1, ensure_ascii=False)
    found = value_lines(text)

    assert set(paths(value, "")) == found.keys()
    lines = text.split("\n")
    for path, line in found.items():
        if path and not path.endswith("]"):
            assert lines[line - 1].lstrip().startswith(json.dumps(path.rpartition(".")[2], ensure_ascii=False))


def paths(value: object, path: str) -> Iterator[str]:
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for number, inner in enumerate(value, 1):
            yield from paths(inner, f"{path}[{number}]")
