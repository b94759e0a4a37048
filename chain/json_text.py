"""JSON text, strictly: one meaning for every reader, or a refusal.

`loads` refuses what two parsers read differently: repeated keys, `NaN`, `-0`, numbers out of range, fractions unless
asked for, a byte order mark, lone surrogates, NUL, text that is not UTF-8, and nesting that some parser would not
survive. `canonical` writes RFC 8785 (JCS), so that a text can be signed and named by its bytes. What the keys mean is
decided by the rooms.

Sources: RFC 8259, RFC 7493 (I-JSON), RFC 8785.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import NoReturn

from chain.errors import ChainError

MAX_BYTES = 1 << 20
MAX_DEPTH = 64
"""Objects and arrays inside each other."""

MAX_DIGITS = 100
"""Characters of one number: uint256 has 78 digits."""

MAX_SAFE_INTEGER = (1 << 53) - 1
"""Above it a double is not exact, so RFC 8785 has no text that every reader takes for the same number."""

# the least number that rounds to an infinite double, half a unit above the greatest; and the exponent below which every
# number rounds to zero
_DOUBLE_END = Decimal((1 << 1024) - (1 << 970))
_DOUBLE_LEAST = -324
_DOUBLE_DIGITS = 308
"""Of the largest double; beyond, decimal arithmetic itself would overflow."""

# escapes that can smuggle in a NUL or half of a surrogate pair; an escaped backslash before them is sorted out later
_SUSPICIOUS = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
# a string (one without an end reaches to the end of the text, so that no quote is tried twice), or a bracket
_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
_STEPS = {"[": 1, "{": 1, "]": -1, "}": -1}


class JsonError(ChainError):
    """Text that is not JSON with one meaning (`E_PARSE`, `E_JSON_DUPKEY`, `E_JSON_NUMBER`, `E_TEXT`, `E_LIMIT`), or
    not the canonical text of its value (`E_CANONICAL`).
    """


def loads(data: bytes | str, *, max_bytes: int = MAX_BYTES, allow_floats: bool = False) -> object:
    """Read one JSON document.

    Numbers are `int`; with `allow_floats` those with a fraction or an exponent are `Decimal`, digit for digit as
    written, and refused only where a double would be infinite. Every refusal is a `JsonError`.
    """
    text = _decode(data, max_bytes)
    check_depth(text)
    plain = text.isascii() and "\\u" not in text
    decoder = _DECODERS[allow_floats, plain]
    try:
        value: object = decoder.decode(text)
    except json.JSONDecodeError as error:
        raise JsonError("E_PARSE", "json", line=error.lineno, column=error.colno) from None
    if _SUSPICIOUS.search(text):
        _walk(value, _check_text)
    return value


def canonical(value: object) -> str:
    """Return the RFC 8785 text of a value of `dict`, `list`, `str`, `int`, `bool` and `None`.

    There are no fractions, and no integers beyond 2**53 - 1 (`E_JSON_NUMBER`): money travels as decimal text.
    """
    return json.dumps(_sorted(value, 0), ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def loads_canonical(data: bytes | str, *, max_bytes: int = MAX_BYTES) -> object:
    """Read a JSON document that is byte for byte the canonical text of its value; otherwise `E_CANONICAL`."""
    value = loads(data, max_bytes=max_bytes)
    text = data if isinstance(data, str) else data.decode("utf-8")
    expected = canonical(value)
    if text != expected:
        at = next((i for i, (a, b) in enumerate(zip(text, expected, strict=False)) if a != b), len(expected))
        raise JsonError("E_CANONICAL", "json", offset=at)
    return value


def _decode(data: bytes | str, max_bytes: int) -> str:
    if len(data) > max_bytes:
        raise JsonError("E_LIMIT", "json_bytes", size=len(data), limit=max_bytes)
    try:
        if isinstance(data, str):
            data.encode("utf-8")
            text = data
        else:
            text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise JsonError("E_TEXT", "json_utf8", offset=error.start) from None
    except UnicodeEncodeError as error:
        raise JsonError("E_TEXT", "json_surrogate", text=ascii(error.object[error.start :][:80])) from None
    if text.startswith("\ufeff"):
        raise JsonError("E_TEXT", "json_bom")
    if "\0" in text:
        raise JsonError("E_TEXT", "json_nul", text=text[:80])
    return text


def check_depth(text: str) -> None:
    """Refuse nesting beyond `MAX_DEPTH` before a parser recurses into it (`E_LIMIT`)."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    depth = 0
    for match in _BRACKETS.finditer(text):
        depth += _STEPS.get(match[0], 0)
        if depth > MAX_DEPTH:
            raise JsonError("E_LIMIT", "json_depth", limit=MAX_DEPTH, offset=match.start())


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    entries = dict(pairs)
    if len(entries) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise JsonError("E_JSON_DUPKEY", key=key)
            seen.add(key)
    return entries


def _object_with_unicode(pairs: list[tuple[str, object]]) -> dict[str, object]:
    entries = _object(pairs)
    _check_twins(entries)
    return entries


def _check_twins(entries: dict[str, object]) -> None:
    """Refuse keys that look the same: equal after NFC normalisation, but not equal."""
    if "".join(entries).isascii():
        return
    seen: set[str] = set()
    for key in entries:
        normal = unicodedata.normalize("NFC", key)
        if normal in seen:
            raise JsonError("E_TEXT", "json_twin_keys", key=key)
        seen.add(normal)


def _integer(digits: str) -> int:
    if digits == "-0":
        raise JsonError("E_JSON_NUMBER", "minus_zero", number=digits)
    if len(digits) > MAX_DIGITS:
        raise JsonError("E_JSON_NUMBER", "digits", number=digits[:40], limit=MAX_DIGITS)
    return int(digits)


def _fraction(digits: str) -> Decimal:
    if len(digits) > MAX_DIGITS:
        raise JsonError("E_JSON_NUMBER", "digits", number=digits[:40], limit=MAX_DIGITS)
    try:
        number = Decimal(digits)
    except InvalidOperation:  # an exponent of twenty digits
        raise JsonError("E_JSON_NUMBER", "range", number=digits) from None
    if number.is_zero():
        if number.is_signed():
            raise JsonError("E_JSON_NUMBER", "minus_zero", number=digits)
    elif number.adjusted() > _DOUBLE_DIGITS or number.copy_abs() >= _DOUBLE_END or number.adjusted() < _DOUBLE_LEAST:
        raise JsonError("E_JSON_NUMBER", "range", number=digits)
    return number


def _no_fraction(digits: str) -> NoReturn:
    raise JsonError("E_JSON_NUMBER", "fraction", number=digits[:40])


def _no_constant(word: str) -> NoReturn:
    raise JsonError("E_JSON_NUMBER", "constant", number=word)


_DECODERS = {
    (floats, plain): json.JSONDecoder(
        object_pairs_hook=_object if plain else _object_with_unicode,
        parse_int=_integer,
        parse_float=_fraction if floats else _no_fraction,
        parse_constant=_no_constant,
    )
    for floats in (False, True)
    for plain in (False, True)
}


def _walk(value: object, check: Callable[[str], None]) -> None:
    if isinstance(value, str):
        check(value)
    elif isinstance(value, list):
        for inner in value:
            _walk(inner, check)
    elif isinstance(value, dict):
        for key, inner in value.items():
            check(key)
            _walk(inner, check)


def _check_text(text: str) -> None:
    if "\0" in text:
        raise JsonError("E_TEXT", "json_nul", text=text[:80])
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise JsonError("E_TEXT", "json_surrogate", text=ascii(text[:80])) from None


def _sorted(value: object, depth: int) -> object:
    """Copy `value` with its keys in the order of RFC 8785 §3.2.3, refusing all that `loads` would not give back."""
    if value is None or type(value) is bool:
        return value
    if type(value) is str:
        _check_text(value)
        return value
    if type(value) is int:
        if abs(value) > MAX_SAFE_INTEGER:
            raise JsonError("E_JSON_NUMBER", "unsafe", number=value, limit=MAX_SAFE_INTEGER)
        return value
    if depth == MAX_DEPTH:
        raise JsonError("E_LIMIT", "json_value_depth", limit=MAX_DEPTH)
    if type(value) is list:
        return [_sorted(inner, depth + 1) for inner in value]
    if type(value) is dict and all(type(key) is str for key in value):
        for key in value:
            _check_text(key)
        _check_twins(value)
        # UTF-16 code units, big-endian, compare as bytes: an emoji (surrogates D83D…) stands before U+FF5E
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return {key: _sorted(value[key], depth + 1) for key in keys}
    raise JsonError("E_CANONICAL", "json_kind", kind=type(value).__name__)
