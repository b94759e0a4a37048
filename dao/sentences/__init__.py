"""Sentences: from a code, a reason and facts to one line that a person can read and a terminal can show.

The catalogues are flat TOML tables, one directory a language and one file a room, read when the first sentence is
needed. A key is `CODE.reason` or `CODE`; a template names facts in braces. Nothing here raises, because a missing word
must not hide the refusal that it should explain: an unknown key falls back to English, then to the code with its facts.
Facts are strangers' text: control characters, terminal escapes and bidirectional overrides are shown, never sent.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

__all__ = ["LANGUAGES", "advice", "escape", "language", "sentence", "spell", "spell_time"]

LANGUAGES = ("en",)
"""Tags of the languages that have a catalogue, the fallback first."""

_SENTENCE_END = re.compile(r"(?<=[.!?]) +(?=[A-Z])|(?<=[。！？])(?=.)")
"""Between two sentences; a template is split before its facts are filled in."""

_TEXT_LIMIT = 400
"""Characters of one fact; a title of ten megabytes is not repeated back."""
_BYTES_LIMIT = 96
"""Bytes of one fact; signatures and hashes are shown whole."""
_ITEMS_LIMIT = 12
_TIME_MAX = 253_402_300_799
"""The end of the year 9999."""

_FACT = re.compile(r"\{\{|\}\}|\{([a-z][a-z0-9_]*)(:time)?\}")
"""A fact in braces, or a doubled brace, which stands for one brace. `{eta:time}` is a Unix time, told as UTC."""


def sentence(code: str, reason: str, facts: Mapping[str, object], lang: str = "en") -> str:
    """Say what happened: in `lang` if it has the words, else in English, else as the code and its facts."""
    template = _template(code, reason, lang)
    if template is not None:
        return _FACT.sub(lambda match: _fill(match, facts), template)
    told = ", ".join(f"{escape(str(name))}={spell(value)}" for name, value in facts.items())
    return f"{code}{f' ({reason})' if reason else ''}{f': {told}' if told else ''}"


def advice(code: str, reason: str, facts: Mapping[str, object], lang: str = "en") -> str | None:
    """Say how to go on, which is the last of the template's sentences if it has several; None if nothing is advised."""
    told = _SENTENCE_END.split(_template(code, reason, lang) or "")
    return _FACT.sub(lambda match: _fill(match, facts), told[-1]) if told[1:] else None


def language() -> str:
    """Give the language of the environment: `DAO_LANG` if there is a catalogue for it, else English."""
    asked = os.environ.get("DAO_LANG", "").lower()
    return next((tag for tag in LANGUAGES if tag.lower() == asked), LANGUAGES[0])


@cache
def catalogue(lang: str) -> Mapping[str, str]:
    """Read every file of one language as one table; a language without files is an empty one."""
    import tomllib

    table: dict[str, str] = {}
    if lang in LANGUAGES:
        for file in sorted((Path(__file__).parent / lang).glob("*.toml")):
            table.update(tomllib.loads(file.read_text("utf-8")))
    return table


def spell(value: object) -> str:
    """Spell one fact on one line: addresses with their checksum, other bytes as hex, text escaped, long things cut."""
    match value:
        case str():
            return escape(value if len(value) <= _TEXT_LIMIT else f"{value[:_TEXT_LIMIT]}… ({len(value)} characters)")
        case bytes():
            return _spell_bytes(value)
        case None:
            return "none"
        case bool():
            return "true" if value else "false"
        case Mapping():
            return _join(f"{spell(key)}: {spell(item)}" for key, item in value.items())
        case list() | tuple() | set() | frozenset():
            items = value if isinstance(value, list | tuple) else sorted(value, key=repr)
            return _join(spell(item) for item in items)
        case _:
            return _spell_other(value)


def escape(text: str) -> str:
    """Show every character that a terminal would obey or hide as its code point in braces, like u{202e}."""
    return "".join(f"\\u{{{ord(char):x}}}" if _is_unsafe(char) else char for char in text)


def _template(code: str, reason: str, lang: str) -> str | None:
    for table in (catalogue(lang), catalogue(LANGUAGES[0])):
        template = table.get(f"{code}.{reason}") or table.get(code)
        if template is not None:
            return template
    return None


def _fill(match: re.Match[str], facts: Mapping[str, object]) -> str:
    if match[1] is None:
        return match[0][0]
    if match[1] not in facts:
        return "?"
    return spell_time(facts[match[1]]) if match[2] else spell(facts[match[1]])


def spell_time(value: object) -> str:
    """Spell Unix seconds as RFC 3339 in UTC; whatever is no such time, as it is."""
    if type(value) is not int or not 0 <= value <= _TIME_MAX:
        return spell(value)
    return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _is_unsafe(char: str) -> bool:
    """Controls, formats (bidirectional, zero-width, tags), surrogates, private use, unassigned, line separators."""
    return unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def _spell_bytes(value: bytes) -> str:
    if len(value) == 20:
        from chain.address import checksum

        return checksum(value)
    if len(value) > _BYTES_LIMIT:
        return f"0x{value[:_BYTES_LIMIT].hex()}… ({len(value)} bytes)"
    return f"0x{value.hex()}"


def _spell_other(value: object) -> str:
    """Integers of any size and our own values by their `str`; whatever cannot be spelled, by its type."""
    try:
        return spell(str(value))
    except Exception:
        return type(value).__name__


def _join(items: Iterable[str]) -> str:
    listed = list(items)
    if len(listed) > _ITEMS_LIMIT:
        return f"{', '.join(listed[:_ITEMS_LIMIT])} and {len(listed) - _ITEMS_LIMIT} more"
    return ", ".join(listed)
