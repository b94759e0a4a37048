"""A file of income that somebody kept by hand: which transactions brought what, to be held to the chain.

Decides the form (CSV of `transaction`, `asset`, `amount`, in whole units of an asset that the fund names) and nothing
else: no row is income before a receipt proves it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from typing import NamedTuple

from chain import amount
from chain.amount import AmountError
from treasury.errors import TreasuryError

COLUMNS = ("transaction", "asset", "amount")
MAX_BYTES = 4 * 2**20
ROWS_MAX = 10_000

_HASH = re.compile(r"0x[0-9a-f]{64}\Z", re.ASCII)


class IncomeFileError(TreasuryError):
    """A file of income in another form (`E_INCOME_FILE`)."""


class IncomeRow(NamedTuple):
    """One row, as it was written."""

    line: int
    transaction: bytes
    asset: str
    """Symbol."""
    amount: int
    """Base units, more than 0."""


def read_income_file(data: bytes, decimals: Mapping[str, int]) -> list[IncomeRow]:
    """Read the rows; `decimals` are those of the fund's assets by symbol. `IncomeFileError` names the line."""
    try:
        text = data.decode("utf-8-sig")
        lines = csv.reader(text.splitlines(), strict=True)
        head = next(lines, [])
        if tuple(head) != COLUMNS:
            raise IncomeFileError("E_INCOME_FILE", "columns", found=", ".join(head), expected=",".join(COLUMNS))
        rows = [_row(lines.line_num, cells, decimals) for cells in lines if any(cells)]
    except (UnicodeDecodeError, csv.Error):
        raise IncomeFileError("E_INCOME_FILE", "text") from None
    if len(rows) > ROWS_MAX:
        raise IncomeFileError("E_INCOME_FILE", "many", found=len(rows), limit=ROWS_MAX)
    return rows


def _row(line: int, cells: list[str], decimals: Mapping[str, int]) -> IncomeRow:
    if len(cells) != len(COLUMNS):
        raise IncomeFileError("E_INCOME_FILE", "cells", line=line, found=len(cells), expected=len(COLUMNS))
    transaction, asset, spelled = cells
    if not _HASH.match(transaction):
        raise IncomeFileError("E_INCOME_FILE", "transaction", line=line, found=transaction)
    if asset not in decimals:
        raise IncomeFileError("E_INCOME_FILE", "asset", line=line, found=asset, known=list(decimals))
    try:
        units = amount.parse(spelled, decimals[asset])
    except AmountError:
        units = 0
    if not units:
        raise IncomeFileError("E_INCOME_FILE", "amount", line=line, found=spelled)
    return IncomeRow(line, bytes.fromhex(transaction[2:]), asset, units)
