"""Numbers and names: which IIPs a journal knows, and how `IIP-1` and `IIP-1/2` are read.

Decides that of several proposals of one number the latest is meant. Whether a proposal is what it says is decided by
the numbered checks.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from chain.errors import CodedError
from dao.errors import DaoError, UsageError
from dao.record.case import Row, cid_of
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
    titles: dict[int, str] = {}
    proposals: dict[int, list[bytes]] = {}
    for index, leaf in enumerate(journal.leaves):
        if leaf.kind == "document":
            titles[_int(leaf.body["iip"])] = _title(journal, Row(index, leaf))
        elif leaf.kind == "proposal":
            number = _number(journal, Row(index, leaf))
            if number is not None:
                proposals.setdefault(number, []).append(bytes(leaf.body["id"]))  # type: ignore[call-overload]
    known = sorted(titles.keys() | proposals.keys())
    return {number: Numbered(number, titles.get(number, ""), tuple(proposals.get(number, ()))) for number in known}


def find(journal: Journal, text: str, prefix: str) -> Numbered:
    """Find the IIP that a person named."""
    known = numbers(journal)
    number = read_iip(text, prefix)
    if number not in known:
        raise UnknownNameError("E_PROPOSAL", "unknown", name=f"{prefix}-{number}")
    return known[number]


def _title(journal: Journal, row: Row) -> str:
    try:
        return parse_document(journal.get(cid_of(row, "document"))).front.title
    except CodedError:
        return ""


def _number(journal: Journal, row: Row) -> int | None:
    try:
        return read_commitment(read_envelope(journal.get(cid_of(row, "envelope"))).message.get("plugins")).iip
    except CodedError:
        return None


def _int(value: object) -> int:
    assert isinstance(value, int), "the leaf's schema says so"
    return value
