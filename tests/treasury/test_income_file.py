"""`treasury.income_file`: each line of a list of income, or the first that is wrong, with its number."""

from __future__ import annotations

import pytest

from treasury.income_file import COLUMNS, ROWS_MAX, IncomeFileError, IncomeRow, read_income_file

DECIMALS = {"ETH": 18, "MUT": 2}
HEAD = ",".join(COLUMNS).encode() + b"\n"
HASH = "0x" + "07" * 32


def refused(data: bytes) -> tuple[str, object]:
    """Reason and line of a refusal."""
    with pytest.raises(IncomeFileError) as caught:
        read_income_file(data, DECIMALS)
    assert "E_INCOME_FILE" == caught.value.code
    return caught.value.reason, caught.value.facts.get("line")


def test_lines_are_read_with_their_numbers() -> None:
    """A mark of byte order before them, blank lines between them and line ends of Windows change nothing."""
    lines = f"{HASH},ETH,0.5\r\n\r\n{HASH},MUT,1.25\r\n".encode()
    expected = [IncomeRow(2, b"\x07" * 32, "ETH", 5 * 10**17), IncomeRow(4, b"\x07" * 32, "MUT", 125)]

    assert expected == read_income_file(HEAD + lines, DECIMALS)
    assert expected == read_income_file(b"\xef\xbb\xbf" + HEAD + lines, DECIMALS)
    assert [] == read_income_file(HEAD, DECIMALS)


@pytest.mark.parametrize(("line", "reason"), [
    (f"{HASH},ETH", "cells"), (f"{HASH},ETH,1,2", "cells"), (f"{HASH}00,ETH,1", "transaction"),
    (f"0X{HASH[2:]},ETH,1", "transaction"), (f"{HASH},DAI,1", "asset"), (f"{HASH},eth,1", "asset"),
    (f"{HASH},MUT,0", "amount"), (f"{HASH},MUT,-1", "amount"), (f"{HASH},MUT,0.001", "amount"),
    (f"{HASH},MUT,1e3", "amount"), (f"{HASH},MUT,", "amount"), (f"{HASH},MUT,NaN", "amount"),
])  # fmt: skip
def test_a_line_that_is_wrong_is_named(line: str, reason: str) -> None:
    """It and no line before it."""
    assert (reason, 3) == refused(HEAD + f"{HASH},ETH,1\n{line}\n".encode())


def test_other_files_are_refused_whole() -> None:
    """Other columns, no text, quotes that never end, and more lines than anybody books by hand."""
    assert ("columns", None) == refused(b"")
    assert ("columns", None) == refused(b"hash,asset,amount\n")
    assert ("text", None) == refused(HEAD + b"\xff")
    assert ("text", None) == refused(HEAD + b'"0x')
    assert ("many", None) == refused(HEAD + f"{HASH},ETH,1\n".encode() * (ROWS_MAX + 1))
