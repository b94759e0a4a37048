"""Tables for spreadsheets: read back they are what was written, and no program computes a cell of them."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from dao.cli.spreadsheet import write_csv

FIRST = "=+-@＝＋－＠\t\r\n 　\ufeff\u200b'\""
CELLS = st.builds(str.__add__, st.text(FIRST, max_size=4), st.text(max_size=6))


def rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline="")))


@given(st.lists(CELLS, min_size=1, max_size=4))
def test_H33_no_cell_is_computed(cells: list[str]) -> None:
    """Not behind blanks either, nor in the wide forms that East Asian keyboards write."""
    (found,) = rows(write_csv(["a"] * len(cells), [cells]))[1:]

    assert not [cell for cell in found if cell.lstrip().startswith(tuple("=+-@＝＋－＠"))]
    assert not [cell for cell in found if any(ord(letter) < 32 for letter in cell)]


def test_plain_texts_stay() -> None:
    """Quotes, commas and Chinese are spelled as RFC 4180 says, and come back as they were."""
    table = [["name", "amount"], ['a "b", c', "1200"], ["團隊", ""]]

    assert table == rows(write_csv(table[0], table[1:]))
    assert b'name,amount\r\n"a ""b"", c",1200\r\n' == write_csv(table[0], table[1:2])
