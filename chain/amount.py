"""Amounts: integers in base units inside, decimal text at the edge, and no other bridge between them.

Refused rather than guessed (`E_AMOUNT`): exponents, separators, signs, blanks, more decimals than the asset has,
digits that are not ASCII. Rounding never happens here.
"""

from __future__ import annotations

import re

from chain.errors import ChainError

MAX_DECIMALS = 77
"""10**77 still fits uint256; an ERC-20 that claims more cannot be written as decimals at all."""

_DECIMAL = re.compile(r"(0|[1-9][0-9]*)(?:\.([0-9]+))?\Z", re.ASCII)
_BASE_UNITS = re.compile(r"(?:0|[1-9][0-9]{0,77})\Z", re.ASCII)
_MAX_TEXT = 160
"""Characters; the 78 digits of the greatest amount, a point, and as many decimals as there can be, fit twice."""
_UINT256_MAX = 2**256 - 1


class AmountError(ChainError):
    """Text that is not an amount of this asset (`E_AMOUNT`)."""


def parse(text: object, decimals: int) -> int:
    """Read `12.5` of an asset with `decimals` places as base units: 0 to 2**256 - 1."""
    if not 0 <= decimals <= MAX_DECIMALS:
        raise AmountError("E_AMOUNT", "decimals", decimals=decimals, limit=MAX_DECIMALS)
    match = _DECIMAL.match(text) if isinstance(text, str) and len(text) <= _MAX_TEXT else None
    if match is None:
        raise AmountError("E_AMOUNT", "form", amount=text)
    whole, fraction = match[1], match[2] or ""
    if len(fraction) > decimals:
        raise AmountError("E_AMOUNT", "places", amount=text, decimals=decimals)
    amount = int(whole + fraction.ljust(decimals, "0"))
    if amount > _UINT256_MAX:
        raise AmountError("E_AMOUNT", "range", amount=text)
    return amount


def spell(amount: int, decimals: int) -> str:
    """Spell base units as the shortest decimal text that `parse` reads back to the same number."""
    sign, digits = ("-" if amount < 0 else ""), str(abs(amount)).rjust(decimals + 1, "0")
    if decimals == 0:
        return sign + digits
    whole, fraction = digits[:-decimals], digits[-decimals:].rstrip("0")
    return f"{sign}{whole}.{fraction}" if fraction else sign + whole


def parse_base_units(text: object) -> int:
    """Read a decimal integer from 0 to 2**256 - 1 in its only spelling, as the machine formats carry base units."""
    if not isinstance(text, str) or not _BASE_UNITS.match(text) or (amount := int(text)) > _UINT256_MAX:
        raise AmountError("E_AMOUNT", "base_units", amount=text)
    return amount
