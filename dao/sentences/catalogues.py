"""The catalogues: flat TOML tables, one directory a language and one file a room, read when first needed.

A key is `CODE.reason` or `CODE`; a template names facts in braces, and a doubled brace stands for one brace.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from dao.sentences.languages import LANGUAGES

FACT = re.compile(r"\{\{|\}\}|\{([a-z][a-z0-9_]*)(:time)?\}")
"""A fact in braces, or a doubled brace. `{eta:time}` is a Unix time, told as UTC."""


@cache
def catalogue(lang: str) -> Mapping[str, str]:
    """Read every file of one language as one table; a language without files is an empty one."""
    import tomllib

    table: dict[str, str] = {}
    if lang in LANGUAGES:
        for file in sorted((Path(__file__).parent / lang).glob("*.toml")):
            table.update(tomllib.loads(file.read_text("utf-8")))
    return table


def word(key: str, lang: str) -> str:
    """Give a template as it stands, in English where `lang` lacks it; an unknown key is nothing."""
    return catalogue(lang).get(key) or catalogue(LANGUAGES[0]).get(key, "")


def filled(template: str, fact: Callable[[str, bool], str]) -> str:
    """Fill a template: `fact` tells the fact of a name, and whether it is marked as a time."""
    return FACT.sub(lambda match: match[0][0] if match[1] is None else fact(match[1], bool(match[2])), template)
