"""How one fact is spelled on one line that a terminal can show.

Facts are strangers' text: control characters, terminal escapes and bidirectional overrides are shown, never sent, and
nothing long floods the screen. Nothing here raises, because a fact must not hide the sentence that it stands in.

A few facts are words of ours, as the state of a proposal or what a setting should be. They come in English, because
the rooms that find them know no language; `FACT.name.…` of the catalogues has the same words in every language, and a
fact is told by the first English template of its name that it matches as a whole.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache

from dao.sentences.catalogues import FACT, catalogue, filled, word
from dao.sentences.languages import LANGUAGES

_TEXT_LIMIT = 400
"""Characters of one fact; a title of ten megabytes is not repeated back."""
_BYTES_LIMIT = 96
"""Bytes of one fact; signatures and hashes are shown whole."""
_ITEMS_LIMIT = 12
_TIME_MAX = 253_402_300_799
"""The end of the year 9999."""

_SPACES: Mapping[str, str] = {"state": "STATE", "states": "STATE"}
"""Under which code the words of a fact stand, where that is not `FACT.name`."""


def spell(value: object, lang: str = LANGUAGES[0]) -> str:
    """Spell one fact on one line: addresses with their checksum, other bytes as hex, text escaped, long things cut."""
    match value:
        case str():
            if len(value) <= _TEXT_LIMIT:
                return escape(value)
            return _word("characters", lang, text=escape(value[:_TEXT_LIMIT]), count=str(len(value)))
        case bytes():
            return _spell_bytes(value, lang)
        case None:
            return _word("none", lang)
        case bool():
            return _word("true" if value else "false", lang)
        case Mapping():
            return listed((f"{spell(key, lang)}: {spell(item, lang)}" for key, item in value.items()), lang)
        case list() | tuple() | set() | frozenset():
            items = value if isinstance(value, list | tuple) else sorted(value, key=repr)
            return listed((spell(item, lang) for item in items), lang)
        case _:
            return _spell_other(value, lang)


def told(name: str, value: object, lang: str) -> str:
    """Spell a fact by its name: a word of ours in the reader's language, everything else as it is."""
    if lang != LANGUAGES[0] and isinstance(value, str):
        return phrase(name, value, lang) or spell(value, lang)
    return spell(value, lang)


def phrase(name: str, value: str, lang: str) -> str | None:
    """Say a fact that is words of ours, or a list of such words; None where it is not."""
    for key, pattern in _patterns(_SPACES.get(name) or ".".join(("FACT", name))):
        match = pattern.fullmatch(value)
        if match is not None:
            return _retold(word(key, lang), match.groupdict(), lang)
    items = [phrase(name, item, lang) for item in value.split(", ")] if ", " in value else [None]
    return None if None in items else listed((str(item) for item in items), lang)


def _retold(template: str, parts: Mapping[str, str], lang: str) -> str:
    return filled(template, lambda part, _: told(part, parts.get(part, "?"), lang))


def spell_time(value: object, lang: str = LANGUAGES[0]) -> str:
    """Spell Unix seconds as RFC 3339 in UTC; whatever is no such time, as it is."""
    if type(value) is not int or not 0 <= value <= _TIME_MAX:
        return spell(value, lang)
    return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def escape(text: str) -> str:
    """Show every character that a terminal would obey or hide as its code point in braces, like u{202e}."""
    return "".join(f"\\u{{{ord(char):x}}}" if _is_unsafe(char) else char for char in text)


def listed(items: Iterable[str], lang: str = LANGUAGES[0]) -> str:
    """Join spelled items as the language does; of many only the first are told, and how many more there are."""
    known, comma = list(items), _word("comma", lang)
    if len(known) > _ITEMS_LIMIT:
        return _word("more", lang, listed=comma.join(known[:_ITEMS_LIMIT]), count=str(len(known) - _ITEMS_LIMIT))
    return comma.join(known)


@cache
def _patterns(prefix: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The English templates below a key, each as the pattern of what it says."""
    english = catalogue(LANGUAGES[0])
    return tuple((key, _pattern(english[key])) for key in english if key.startswith(f"{prefix}."))


def _pattern(template: str) -> re.Pattern[str]:
    spelled, at = "", 0
    for match in FACT.finditer(template):
        literal = match[0][0] if match[1] is None else ""
        spelled += re.escape(template[at : match.start()] + literal)
        spelled += f"(?P<{match[1]}>.+?)" if match[1] else ""
        at = match.end()
    return re.compile(spelled + re.escape(template[at:]), re.DOTALL)


def _word(reason: str, lang: str, **facts: str) -> str:
    return filled(word(".".join(("SPELL", reason)), lang), lambda name, _: facts[name])


def _is_unsafe(char: str) -> bool:
    """Controls, formats (bidirectional, zero-width, tags), surrogates, private use, unassigned, line separators."""
    return unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def _spell_bytes(value: bytes, lang: str) -> str:
    if len(value) == 20:
        from chain.address import checksum

        return checksum(value)
    if len(value) > _BYTES_LIMIT:
        return _word("bytes", lang, bytes=f"0x{value[:_BYTES_LIMIT].hex()}", count=str(len(value)))
    return f"0x{value.hex()}"


def _spell_other(value: object, lang: str) -> str:
    """Integers of any size and our own values by their `str`; whatever cannot be spelled, by its type."""
    try:
        return spell(str(value), lang)
    except Exception:
        return type(value).__name__
