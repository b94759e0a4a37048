"""Vesting on paper: HTML and iCalendar, each by its own standard and safe in the program that opens it.

Decides spelling alone: what a row holds was computed before, and every word is handed in. HTML is escaped and loads
nothing, and a calendar's lines are escaped and folded as RFC 5545 §3.1 and §3.3.11 say. The same rows give the same
bytes. Tables for spreadsheets are `dao.cli.spreadsheet`'s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from html import escape as escape_html
from typing import NamedTuple

from dao.sentences import escape
from proposals.times import spell_instant

_OCTETS = 75
"""Of a line in a calendar, without its end."""

_STYLE = """\
body { font: 14px/1.5 ui-sans-serif, system-ui, "Segoe UI", "Noto Sans", "Noto Sans CJK TC", Arial, sans-serif;
  margin: 2rem auto; max-width: 52rem; padding: 0 1rem; color: #1f2328; background: #ffffff; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.05rem; margin-top: 2rem; } table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .25rem .5rem; border-bottom: 1px solid #d1d9e0; vertical-align: top; }
th { border-bottom-color: #59636e; } .number { text-align: right; font-variant-numeric: tabular-nums; }
.soft { color: #59636e; overflow-wrap: anywhere; } thead { display: table-header-group; } tr { break-inside: avoid; }"""


class Table(NamedTuple):
    """A heading, and rows of cells under names."""

    title: str
    names: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: frozenset[int] = frozenset()
    """Columns that are aligned at their end."""


class Event(NamedTuple):
    """One date of a calendar."""

    at: int
    key: str
    """What it belongs to; two things that unlock alike are two events."""
    summary: str
    note: str


def write_html(lang: str, title: str, notes: Sequence[str], tables: Sequence[Table]) -> bytes:
    """Spell a page that needs nothing else: no script, no picture, no font from anywhere."""
    lines = [
        "<!doctype html>",
        f'<html lang="{_text(lang)}"><head><meta charset="utf-8"><title>{_text(title)}</title>',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<style>\n{_STYLE}\n</style></head><body>",
        f"<h1>{_text(title)}</h1>",
        *(f'<p class="soft">{_text(note)}</p>' for note in notes),
        *(line for table in tables for line in _table(table)),
        "</body></html>\n",
    ]
    return "\n".join(lines).encode()


def _table(table: Table) -> Iterator[str]:
    if table.title:
        yield f"<h2>{_text(table.title)}</h2>"
    yield "<table><thead>" + _row(table.names, table.numbers, "th") + "</thead><tbody>"
    for row in table.rows:
        yield _row(row, table.numbers, "td")
    yield "</tbody></table>"


def _row(cells: Sequence[str], numbers: frozenset[int], tag: str) -> str:
    kinds = (' class="number"' if place in numbers else "" for place in range(len(cells)))
    told = (f"<{tag}{kind}>{_text(cell)}</{tag}>" for kind, cell in zip(kinds, cells, strict=True))
    return f"<tr>{''.join(told)}</tr>"


def _text(text: str) -> str:
    return escape_html(escape(text))


def write_ics(name: str, events: Sequence[Event], stamp: int) -> bytes:
    """Spell a calendar (RFC 5545) of moments in UTC; an event keeps its id as long as it says the same, so that a
    calendar which is taken again is not doubled.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//mutual-dao//vesting//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_value(name)}",
    ]
    for event in events:
        told = "\n".join((name, str(event.at), event.key, event.summary, event.note))
        lines += [
            "BEGIN:VEVENT",
            f"UID:{hashlib.sha256(told.encode()).hexdigest()[:32]}@mutual-dao",
            f"DTSTAMP:{_moment(stamp)}",
            f"DTSTART:{_moment(event.at)}",
            f"SUMMARY:{_value(event.summary)}",
            f"DESCRIPTION:{_value(event.note)}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    return b"".join(folded for line in (*lines, "END:VCALENDAR") for folded in _folded(line))


def _moment(time: int) -> str:
    return spell_instant(time).replace("-", "").replace(":", "")


def _value(text: str) -> str:
    safe = escape(text.replace("\n", " "))
    return safe.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _folded(line: str) -> Iterator[bytes]:
    """Cut a line into pieces of at most 75 octets, never inside of a character; each but the first begins blank."""
    piece = b""
    for char in line:
        octets = char.encode()
        if len(piece) + len(octets) > _OCTETS:
            yield piece + b"\r\n"
            piece = b" "
        piece += octets
    yield piece + b"\r\n"
