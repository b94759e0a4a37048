"""What JavaScript does with numbers and with values that are none: IEEE doubles, and its conversions between types.

Only what `governance.counting.doubles` needs to follow snapshot.js, bit for bit. Sources: ECMA-262, `ToNumber` and
`ToString`; IEEE 754.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from operator import add

_SPACES = "\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200B)))
_DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_BASED = re.compile(r"0(?:[xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)")

Double = float
"""For modules that hold doubles and compute nothing with them."""


def as_json(value: object) -> object:
    """A JSON value as JavaScript holds it: the digits that stand there, rounded to the nearest double."""
    match value:
        case bool():
            return value
        case int() | Decimal():
            return double(value)
        case list():
            return list(map(as_json, value))
        case dict():
            return {key: as_json(item) for key, item in value.items()}
    return value


def double(number: float | Decimal | Fraction) -> float:
    """Round to the nearest double; what is beyond all of them is infinite."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def added(numbers: Iterable[float]) -> float:
    """Add from left to right, rounding each time; `sum()` would be more exact."""
    return reduce(add, numbers, 0.0)


def divided(dividend: float, divisor: float) -> float:
    """Divide, by zero as well."""
    if divisor:
        return dividend / divisor
    if not dividend or math.isnan(dividend):
        return math.nan
    return math.copysign(math.inf, dividend) * math.copysign(1.0, divisor)


def or_zero(number: float) -> float:
    """`number || 0`."""
    return 0.0 if math.isnan(number) else number


def root(number: float) -> float:
    """`Math.sqrt`."""
    return math.nan if number < 0 else math.sqrt(number)


def is_number(value: object) -> bool:
    """`typeof value === "number"`."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def to_number(value: object) -> float:
    """`Number(value)`."""
    match value:
        case None:
            return 0.0
        case int() | float():  # true is 1
            return double(value)
        case str():
            text = value.strip(_SPACES)
            if _DECIMAL.fullmatch(text):
                return float(text)
            if _BASED.fullmatch(text):
                return double(int(text, 0))
            return 0.0 if not text else math.nan
        case list():
            return to_number(to_string(value)) if len(value) < 2 else math.nan  # with a comma it is no number
    return math.nan


def to_string(value: object) -> str:
    """`String(value)`, as far as it tells valid choices apart."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            number = double(value)
            return str(int(number)) if number.is_integer() and abs(number) < 1e21 else repr(number)
        case str():
            return value
        case list():
            return ",".join("" if item is None else to_string(item) for item in value)
    return "null" if value is None else "[object Object]"
