"""What a Safe Transaction Service lists as come into a Safe: rows of income, to be held to the chain.

Decides which of its rows speak of a fund's Safe and assets, and nothing else: the service is never believed, and no row
is income before a receipt proves it. A page of its answer or the list in one is read; whether other pages follow does
not matter, for nothing here says that a list is whole.

    {"results": [{"type", "to", "transactionHash", "value"}]}     must be there
    {"tokenAddress"}                                              of an ERC20_TRANSFER; an ETHER_TRANSFER has none

Source: Safe Transaction Service API v1, `safes/{address}/incoming-transfers` and `transfers`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from chain import json_text
from chain.address import checksum
from chain.json_fields import read_address, read_bytes, read_uint
from treasury.income_file import MAX_BYTES, ROWS_MAX, IncomeFileError, IncomeRow

_COIN, _TOKEN, _ITEM = "ETHER_TRANSFER", "ERC20_TRANSFER", "ERC721_TRANSFER"


class Transfers(NamedTuple):
    """What such an answer says of one fund."""

    rows: list[IncomeRow]
    """Each with its place in the list, from 1, as its line."""
    elsewhere: int
    """Rows that are not this fund's: outgoing, of nothing, of an asset that it does not name."""


def is_json(data: bytes) -> bool:
    """Whether a file of income is a service's answer and no CSV."""
    return data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def read_transfers(data: bytes, safe: bytes, symbols: Mapping[bytes | None, str]) -> Transfers:
    """Read the rows that came into `safe` in an asset of the fund; `symbols` are by token address, None for coins.

    Raises `IncomeFileError` for another form, `SafeError` or `AddressError` for a value of a row that cannot be, and
    the refusals of `chain.json_text`.
    """
    value = json_text.loads(data, max_bytes=MAX_BYTES)
    listed = value.get("results") if isinstance(value, dict) else value
    if not isinstance(listed, list):
        raise IncomeFileError("E_INCOME_FILE", "page")
    if len(listed) > ROWS_MAX:
        raise IncomeFileError("E_INCOME_FILE", "many", found=len(listed), limit=ROWS_MAX)
    found = [_row(line, each, safe, symbols) for line, each in enumerate(listed, 1)]
    rows = [row for row in found if row is not None]
    return Transfers(rows, len(found) - len(rows))


def _row(line: int, value: object, safe: bytes, symbols: Mapping[bytes | None, str]) -> IncomeRow | None:
    kind = value.get("type") if isinstance(value, dict) else None
    if not isinstance(value, dict) or kind not in (_COIN, _TOKEN, _ITEM):
        raise IncomeFileError("E_INCOME_FILE", "kind", line=line, expected=[_COIN, _TOKEN, _ITEM])
    place = f"results[{line - 1}]"
    if kind == _ITEM or read_address(value.get("to"), f"{place}.to") != safe:
        return None
    transaction = read_bytes(value.get("transactionHash"), f"{place}.transactionHash")
    if len(transaction) != 32:
        raise IncomeFileError("E_INCOME_FILE", "transaction", line=line, found=value["transactionHash"])
    token = read_address(value.get("tokenAddress"), f"{place}.tokenAddress") if kind == _TOKEN else None
    if kind == _COIN and value.get("tokenAddress") is not None:
        raise IncomeFileError("E_INCOME_FILE", "coin", line=line, safe=checksum(safe))
    amount = read_uint(value.get("value"), f"{place}.value")
    return IncomeRow(line, transaction, symbols[token], amount) if amount and token in symbols else None
