"""Numbers and names: which IIPs a journal knows, and how `IIP-1` and `IIP-1/2` are read.

Decides that of several proposals of one number the latest is meant. Whether a proposal is what it says is decided by
the numbered checks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import starmap
from typing import NamedTuple

from chain.errors import CodedError
from dao.errors import DaoError, UsageError
from dao.record.case import Get, Row, cid_of
from dao.store.journal import Journal
from governance.commitment import read_commitment
from governance.messages import read_envelope
from proposals.document import parse_document


class UnknownNameError(DaoError):
    """A name of the right form that this workspace does not know (`E_PROPOSAL`, `E_FUND`)."""


class Numbered(NamedTuple):
    """One IIP of a journal."""

    number: int
    title: str
    """Of its latest document; empty where that cannot be read."""
    proposals: tuple[bytes, ...]
    """Ids in journal order; the last one is meant when the IIP is named."""


def read_iip(text: str, prefix: str) -> int:
    """Read `IIP-1`, with the space's own prefix in capitals or not; a part (`IIP-1/2`) is not looked at."""
    match = re.fullmatch(rf"{re.escape(prefix)}-([1-9][0-9]{{0,8}})(?:/[1-9][0-9]{{0,3}})?", text, re.ASCII | re.I)
    if match is None:
        raise UsageError("E_USAGE", "iip", name=text, prefix=prefix)
    return int(match[1])


def numbers(journal: Journal) -> dict[int, Numbered]:
    """Every IIP that the journal has a document or a proposal of, in the order of its number."""
    return numbers_of(starmap(Row, enumerate(journal.leaves)), journal.get)


def numbers_of(rows: Iterable[Row], get: Get) -> dict[int, Numbered]:
    """As `numbers`, of leaves in their order; those of other kinds may be left out."""
    titles: dict[int, str] = {}
    proposals: dict[int, list[bytes]] = {}
    for row in rows:
        if row.leaf.kind == "document":
            titles[_int(row.leaf.body["iip"])] = _title(get, row)
        elif row.leaf.kind == "proposal":
            number = _number(get, row)
            if number is not None:
                proposals.setdefault(number, []).append(bytes(row.leaf.body["id"]))  # type: ignore[call-overload]
    known = sorted(titles.keys() | proposals.keys())
    return {number: Numbered(number, titles.get(number, ""), tuple(proposals.get(number, ()))) for number in known}


def find(journal: Journal, text: str, prefix: str) -> Numbered:
    """Find the IIP that a person named."""
    return find_among(numbers(journal), text, prefix)


def find_among(known: Mapping[int, Numbered], text: str, prefix: str) -> Numbered:
    """As `find`, among those that are known."""
    number = read_iip(text, prefix)
    if number not in known:
        raise UnknownNameError("E_PROPOSAL", "unknown", name=f"{prefix}-{number}")
    return known[number]


def _title(get: Get, row: Row) -> str:
    try:
        return parse_document(get(cid_of(row, "document"))).front.title
    except CodedError:
        return ""


def _number(get: Get, row: Row) -> int | None:
    try:
        return read_commitment(read_envelope(get(cid_of(row, "envelope"))).message.get("plugins")).iip
    except CodedError:
        return None


def _int(value: object) -> int:
    assert isinstance(value, int), "the leaf's schema says so"
    return value
