"""Sentences: from a code, a reason and facts to one line that a person can read and a terminal can show.

The words stand in a catalogue a language (`catalogues`), facts are spelled by `spelling`, and `languages` says which
language is spoken. Nothing here raises, because a missing word must not hide the refusal that it should explain: an
unknown key falls back to English, then to the code with its facts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from dao.sentences.catalogues import catalogue, filled
from dao.sentences.languages import LANGUAGES, language, language_of, speaking
from dao.sentences.spelling import escape, listed, spell, spell_time, told

__all__ = [
    "LANGUAGES",
    "advice",
    "escape",
    "language",
    "language_of",
    "listed",
    "sentence",
    "speaking",
    "spell",
    "spell_time",
    "told",
]

_SENTENCE_END = re.compile(r"(?<=[.!?]) +(?=[A-Z])|(?<=[。！？])(?=.)")
"""Between two sentences; a template is split before its facts are filled in."""


def sentence(code: str, reason: str, facts: Mapping[str, object], lang: str = "en") -> str:
    """Say what happened: in `lang` if it has the words, else in English, else as the code and its facts."""
    template = _template(code, reason, lang)
    if template is not None:
        return _fill(template, facts, lang)
    known = ", ".join(f"{escape(str(name))}={spell(value)}" for name, value in facts.items())
    return f"{code}{f' ({reason})' if reason else ''}{f': {known}' if known else ''}"


def advice(code: str, reason: str, facts: Mapping[str, object], lang: str = "en") -> str | None:
    """Say how to go on, which is the last of the template's sentences if it has several; None if nothing is advised."""
    parts = _SENTENCE_END.split(_template(code, reason, lang) or "")
    return _fill(parts[-1], facts, lang) if parts[1:] else None


def _template(code: str, reason: str, lang: str) -> str | None:
    for table in (catalogue(lang), catalogue(LANGUAGES[0])):
        template = table.get(f"{code}.{reason}") or table.get(code)
        if template is not None:
            return template
    return None


def _fill(template: str, facts: Mapping[str, object], lang: str) -> str:
    def fact(name: str, is_time: bool) -> str:  # noqa: FBT001 - called by `filled` alone
        if name not in facts:
            return "?"
        return spell_time(facts[name], lang) if is_time else told(name, facts[name], lang)

    return filled(template, fact)
