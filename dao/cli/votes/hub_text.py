"""How the numbers and names of a hub's answer are spelled: for machines without loss, for people on one line.

Decides what is shown of an exact score, a double and a choice's name by `dao audit` and by `dao tally` of a file; what
they are is the counting's.
"""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

from dao.sentences import escape, language, listed
from governance.hub_answer import HubAnswer

LIMIT = 512 * 2**20
"""Bytes of a file: a million votes are about 200 MB."""
_DIGITS = 12
"""Digits after the point of a fraction that has no end, for people."""


def json_number(fact: object) -> object:
    """A fact as JSON: doubles as numbers, what is exact as text."""
    match fact:
        case float():
            return fact if math.isfinite(fact) else None
        case Fraction():
            return spelled(fact)
        case Decimal():
            return str(fact)
        case bytes():
            return "0x" + fact.hex()
        case tuple():
            return list(fact)
    return fact


def spelled(number: Fraction) -> str:
    """Decimal text, or `p/q` where that has no end."""
    places = _places(number.denominator)
    if places is None:
        return f"{number.numerator}/{number.denominator}"
    return _decimal(number, places)


def _decimal(number: Fraction, places: int) -> str:
    """Decimal text with no more digits than `places`, rounded half to even."""
    digits = str(abs(scaled := round(number * 10**places))).rjust(places + 1, "0")
    text = f"{digits[:-places]}.{digits[-places:]}".rstrip("0").rstrip(".") if places else digits
    return f"-{text}" if scaled < 0 else text


def _places(denominator: int) -> int | None:
    """Digits after the point that a fraction with this denominator needs; None if it has no end."""
    twos = (denominator & -denominator).bit_length() - 1
    denominator >>= twos
    fives = 0
    while denominator % 5 == 0:
        denominator //= 5
        fives += 1
    return max(twos, fives) if denominator == 1 else None


def one_line(name: str) -> str:
    """A choice's name in at most 40 characters; one that hides something is spelled out."""
    cut = " ".join(name.split())[:40]
    return cut if cut.isprintable() else escape(cut)


def shown(number: object) -> str:
    """A score for people: whole where that is short, else to `_DIGITS` digits."""
    if not isinstance(number, Fraction):
        return str(number)
    places = _places(number.denominator)
    return _decimal(number, places) if places is not None and places <= 2 * _DIGITS else "≈" + _decimal(number, _DIGITS)


def names(numbers: tuple[int, ...], answer: HubAnswer) -> str:
    """The names of these choices, joined as the reader's language does."""
    return listed((one_line(answer.choices[number - 1]) for number in numbers), language())
