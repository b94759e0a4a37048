"""Closed periods: one small file each, naming the leaves that the period ends with, its closing entries and the file
before it.

Decides the form of these files and that the journal still says what they say. They are no leaves and change no books:
the journal's times never fall, so a period that is over cannot change, and a file only makes that easy to check.
Whether the files themselves were exchanged is seen by the hash that the next one keeps.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from chain import log_tree
from chain.finding import Finding
from chain.json_text import canonical, loads
from dao.errors import DaoError
from dao.store.journal import Journal
from governance.space import Settings
from proposals.times import parse_day, spell_day
from treasury.book_lines import Export
from treasury.statements import Period, closing

FOLDER = "closes"
VERSION = 1
MAX_BYTES = 4 * 2**20


class CloseError(DaoError):
    """A period that cannot be closed (`E_PERIOD`)."""


class Closed(NamedTuple):
    """A period's file."""

    path: Path
    data: bytes
    values: dict[str, Any]

    @property
    def digest(self) -> str:
        """SHA-256 of its bytes, in hex."""
        return sha256(self.data).hexdigest()


def closed_in(folder: Path) -> list[Closed]:
    """Every closed period of a workspace, in the order of their ends; raise `CloseError` for a file that is none."""
    found = []
    for path in sorted((folder / FOLDER).glob("*.json")):
        data = path.read_bytes()
        values = loads(data, max_bytes=MAX_BYTES)
        if not isinstance(values, dict) or values.get("version") != VERSION or path.stem != values.get("last"):
            raise CloseError("E_PERIOD", "file", path=str(path))
        found.append(Closed(path, data, values))
    return found


def close(folder: Path, journal: Journal, settings: Settings, export: Export, end: int) -> Closed:
    """What the file of the period up to a moment says; it begins where the one before ended, or with the journal."""
    before = [one for one in closed_in(folder) if one.values["last"] < spell_day(end)]
    first = parse_day(str(before[-1].values["last"])) if before else parse_day(spell_day(journal.leaves[0].time))
    if first >= end:
        raise CloseError("E_PERIOD", "empty", last=spell_day(end), first=spell_day(first))
    values = _values(journal, settings, export, Period(first, end), before[-1].digest if before else None)
    data = (canonical(values) + "\n").encode()
    return Closed(folder / FOLDER / f"{spell_day(end)}.json", data, values)


def check_closes(folder: Path, journal: Journal, settings: Settings, export: Export) -> Iterator[Finding]:
    """What the journal does not say any more of a closed period, and where the chain of files breaks."""
    previous: str | None = None
    for one in closed_in(folder):
        period = Period(parse_day(str(one.values["first"])), parse_day(str(one.values["last"])))
        again = _values(journal, settings, export, period, previous)
        if one.data != (canonical(again) + "\n").encode():
            field = next((key for key in again if again[key] != one.values.get(key)), "version")
            facts = {"path": str(one.path), "field": field}
            yield Finding(code="E_PERIOD", reason="changed", place=str(one.path.name), facts=facts)
        previous = one.digest


def _values(
    journal: Journal, settings: Settings, export: Export, period: Period, previous: str | None
) -> dict[str, Any]:
    leaves = sum(leaf.time < period.last for leaf in journal.leaves)
    entries = [closing(export.lines, fund.name, period) for fund in settings.funds]
    return {
        "version": VERSION,
        "space": settings.space,
        "first": spell_day(period.first),
        "last": spell_day(period.last),
        "leaves": leaves,
        "root": f"0x{log_tree.root(journal.leaf_hashes()[:leaves]).hex()}",
        "previous": previous,
        "closing": [json.loads(json.dumps(entry.to_map())) for entry in entries if entry is not None],
    }
