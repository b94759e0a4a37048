"""Look-alike letters: words whose letters come from scripts that no language writes together.

Decides by UTS 39's highly restrictive level, word by word: Latin with Han and one of Kana, Bopomofo or Hangul is
ordinary here (`DAO金庫`), Latin with Cyrillic or Greek is not (`vitаlik.eth`). A word of another script that borrows
nothing but Latin's shapes, among Latin words, is told as well. Which texts are looked at is the caller's; a whole text
in another script is nobody's imitation, and passes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from chain.finding import Finding

_TOGETHER = tuple(frozenset({"LATIN", "HAN", *more}) for more in (("HIRAGANA", "KATAKANA"), ("BOPOMOFO",), ("HANGUL",)))
_HAN = frozenset({"CJK", "IDEOGRAPHIC", "KANGXI"})
_COMMON = frozenset({"MICRO", "FEMININE", "MASCULINE", "MODIFIER", "ORDINAL"})
"""Letters that every script may borrow."""
_WORD = re.compile(r"[^\W_]+(?:\.[^\W_]+)*")
"""Letters and digits, with the dots between the labels of a name."""
_LATIN_SHAPES = frozenset(
    "АВЕКМНОРСТУХаеорсухѕіјһԁԛԝӏ"  # Cyrillic
    "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧονιυρ"  # Greek
    "ՕօսոցԼ"  # Armenian
)


def confusable_words(text: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield each word that could pass for another one, with the scripts of its letters."""
    if text.isascii():
        return
    words = [(match.group(), _scripts(match.group())) for match in _WORD.finditer(text)]
    is_among_latin = any("LATIN" in scripts for _, scripts in words)
    for word, scripts in words:
        is_mixed = len(scripts) > 1 and not any(scripts <= allowed for allowed in _TOGETHER)
        if is_mixed or (is_among_latin and "LATIN" not in scripts and _borrows_all(word)):
            yield word, scripts


def confusable_findings(text: str, *, line: int, place: str) -> Iterator[Finding]:
    """Yield `E_CONFUSABLE` for each such word of a label: what shows it is its code points, never the word."""
    for word, scripts in confusable_words(text):
        odd = next(letter for letter in word if not letter.isascii() and letter.isalpha())
        facts = {
            "character": f"U+{ord(odd):04X}",
            "name": unicodedata.name(odd, "unnamed").lower(),
            "scripts": " + ".join(sorted(script.capitalize() for script in scripts)),
        }
        yield Finding(code="E_CONFUSABLE", line=line, place=place, facts=facts)


def graphemes(text: str) -> int:
    """Count what a reader sees as characters: a letter with its marks, an emoji with its modifiers, a flag, are one.

    Follows UAX 29 as far as titles and descriptions of a document go, where joiners are refused anyway.
    """
    count, flag = 0, False
    after_joiner = False
    for character in text:
        is_flag = "\U0001f1e6" <= character <= "\U0001f1ff"
        extends = (
            unicodedata.category(character) in ("Mn", "Me", "Mc")
            or character in "\u200c\u200d"
            or "\U0001f3fb" <= character <= "\U0001f3ff"
        )
        if not (count and (extends or after_joiner or (is_flag and flag))):
            count += 1
        flag = is_flag and not flag
        after_joiner = character == "\u200d"
    return count


def _borrows_all(word: str) -> bool:
    """Whether a word of at least two letters has nothing but shapes that Latin has, too."""
    letters = [letter for letter in word if letter.isalpha()]
    return len(letters) > 1 and all(letter in _LATIN_SHAPES for letter in letters)


def _scripts(word: str) -> frozenset[str]:
    return frozenset(script for letter in word if letter.isalpha() and (script := _script(letter)))


@cache
def _script(letter: str) -> str:
    """The script of a letter by its Unicode name, which begins with it; empty for what all scripts share."""
    if letter.isascii():
        return "LATIN"
    first = re.split(r"[ -]", unicodedata.name(letter, "UNNAMED"), maxsplit=1)[0]
    return "" if first in _COMMON else "HAN" if first in _HAN else first
