"""Which languages there are, how their tags are written, and which one is spoken now.

Decides that `--lang` goes before `DAO_LANG`, and that a `DAO_LANG` which nobody knows is English. What is said in a
language stands in its catalogue.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

LANGUAGES = ("en", "zh-Hant", "zh-Hans")
"""Tags of the languages that have a catalogue, the fallback first."""

_TAGS: Mapping[str, str] = {
    **{tag.lower(): tag for tag in LANGUAGES},
    "zh-tw": "zh-Hant",
    "zh-hk": "zh-Hant",
    "zh-cn": "zh-Hans",
    "zh-sg": "zh-Hans",
    "zh": "zh-Hans",
}
"""Tags in lower case, as people write them, with the language that each means."""

_CHOSEN: ContextVar[str | None] = ContextVar("language", default=None)


def language_of(tag: str) -> str | None:
    """Give the language that a tag means, in whatever case; None if there is no catalogue for it."""
    return _TAGS.get(tag.lower())


def language() -> str:
    """Give the language that is spoken: the chosen one, else that of `DAO_LANG`, else English."""
    return _CHOSEN.get() or language_of(os.environ.get("DAO_LANG", "")) or LANGUAGES[0]


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """Speak one of `LANGUAGES` for a while, whatever the environment says."""
    token = _CHOSEN.set(lang)
    try:
        yield
    finally:
        _CHOSEN.reset(token)
