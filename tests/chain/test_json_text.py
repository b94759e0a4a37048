"""`chain.json_text`: one meaning for every reader, or a refusal."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain import json_text
from chain.json_text import JsonError, canonical, loads, loads_canonical
from tests.chain.refusal import refused

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
_safe_integers = st.integers(-json_text.MAX_SAFE_INTEGER, json_text.MAX_SAFE_INTEGER)
_ascii = st.text(st.characters(min_codepoint=1, max_codepoint=0x7F), max_size=8)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | _safe_integers | texts,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(_ascii, inner, max_size=5),
    max_leaves=20,
)


@given(values, st.sampled_from([None, 1]), st.booleans())
def test_loads_reads_what_json_wrote(value: object, indent: int | None, escaped: bool) -> None:
    """Ordinary documents, however they are laid out and escaped, keep their value."""
    text = json.dumps(value, indent=indent, ensure_ascii=escaped)

    assert value == loads(text) == loads(text.encode("utf-8"))


@given(values)
def test_canonical_text_reads_back(value: object) -> None:
    """The canonical text is JSON for the value, and the only text that `loads_canonical` takes for it."""
    text = canonical(value)

    assert value == loads_canonical(text) == loads_canonical(text.encode("utf-8")) == json.loads(text)
    for other in (" " + text, text + "\n"):
        with refused("E_CANONICAL", "json"):
            loads_canonical(other)


def test_canonical_is_that_of_rfc_8785() -> None:
    """The sorting example of RFC 8785 §3.2.3, and its rules for escapes (§3.2.2.2)."""
    value = {
        "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
        "\U0001f600": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis",
    }  # fmt: skip

    assert [
        "Carriage Return", "One", "Control", "Latin Small Letter O With Diaeresis", "Euro Sign",
        "Emoji: Grinning Face", "Hebrew Letter Dalet With Dagesh",
    ] == list(json.loads(canonical(value)).values())  # fmt: skip
    assert '"\\b\\t\\n\\f\\r\\u001f\\"\\\\/\x7f\u2028é"' == canonical('\b\t\n\f\r\x1f"\\/\x7f\u2028é')


@pytest.mark.parametrize(
    "text",
    ['{"b":1,"a":2}', '{ "a":1}', '{"a":1 }', '["\\/"]', '["\\u0041"]', '["\\u001F"]', '["\\u000a"]', "[1]\n", "\n[]"],
)
def test_other_spellings_are_not_canonical(text: str) -> None:
    """Sorting, blanks and escapes have one form."""
    loads(text)

    with refused("E_CANONICAL", "json"):
        loads_canonical(text)


@pytest.mark.parametrize(
    ("value", "code", "reason"),
    [
        (1.5, "E_CANONICAL", "json_kind"),
        (Decimal(1), "E_CANONICAL", "json_kind"),
        ((1,), "E_CANONICAL", "json_kind"),
        (b"x", "E_CANONICAL", "json_kind"),
        ({1: 2}, "E_CANONICAL", "json_kind"),
        (2**53, "E_JSON_NUMBER", "unsafe"),
        (-(2**53), "E_JSON_NUMBER", "unsafe"),
        ("\ud800", "E_TEXT", "json_surrogate"),
        ({"\udfff": 1}, "E_TEXT", "json_surrogate"),
        ("\0", "E_TEXT", "json_nul"),
        ({"\u00e9": 1, "e\u0301": 2}, "E_TEXT", "json_twin_keys"),
    ],
)
def test_values_without_a_canonical_text_are_refused(value: object, code: str, reason: str) -> None:
    """What `loads` would not give back is not written."""
    with refused(code, reason):
        canonical([value])


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a":1}',
        '{"a":1,"b":2,"a":3}',
        '{"a":1,"\\u0061":2}',
        '[{"x":{"a":[],"a":{}}}]',
        '{"é":1,"\\u00e9":2}',
    ],
)
def test_H24_duplicate_keys(text: str) -> None:
    """A repeated key is refused at any depth and in any spelling; Python and JavaScript would keep the last."""
    json.loads(text)

    with refused("E_JSON_DUPKEY"):
        loads(text)


_NUMBERS = {
    "NaN": "constant",
    "Infinity": "constant",
    "-Infinity": "constant",
    "1e999": "fraction",
    "1.0": "fraction",
    "1e18": "fraction",
    "1E2": "fraction",
    "-0.0": "fraction",
    "-0": "minus_zero",
    "1" * 101: "digits",
    "-" + "1" * 100: "digits",
}


@pytest.mark.parametrize(("number", "reason"), _NUMBERS.items())
@pytest.mark.parametrize("frame", ["{}", "[{}]", '{{"a":{}}}'])
def test_H25_numbers_that_are_none(number: str, reason: str, frame: str) -> None:
    """NaN, infinities, -0, fractions and endless numbers are refused wherever they stand."""
    with refused("E_JSON_NUMBER", reason):
        loads(frame.format(number))


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("NaN", "constant"),
        ("1e999", "range"),
        ("-1e309", "range"),
        ("1.7976931348623159e308", "range"),
        ("1e-400", "range"),
        ("1e99999999999999999999", "range"),
        ("1e-99999999999999999999", "range"),
        ("-0.0", "minus_zero"),
        ("-0e5", "minus_zero"),
        ("0." + "1" * 99, "digits"),
    ],
)
def test_H25_numbers_beyond_doubles(number: str, reason: str) -> None:
    """Where fractions are asked for, those that a double would turn into infinity or 0 are still refused."""
    with refused("E_JSON_NUMBER", reason):
        loads(f"[{number}]", allow_floats=True)


@given(st.floats(allow_nan=False, allow_infinity=False).filter(lambda drawn: drawn != 0 or math.copysign(1, drawn) > 0))
def test_fractions_are_kept_digit_for_digit(number: float) -> None:
    """A fraction comes as the decimal that was written, from which the double is the same as everywhere."""
    found = loads(json.dumps(number), allow_floats=True)

    assert Decimal(repr(number)) == found
    assert isinstance(found, Decimal)
    assert number == float(found)


def test_big_integers_are_exact() -> None:
    """Integers do not pass through doubles: 2**256 is read for what it is."""
    assert [2**256, -(2**53) - 1, 0] == loads(f"[{2**256}, {-(2**53) - 1}, 0]")


_TEXTS: dict[str, tuple[bytes | str, str]] = {
    "byte order mark": (b"\xef\xbb\xbf[]", "json_bom"),
    "byte order mark in text": ("\ufeff[]", "json_bom"),
    "escaped high surrogate": (rb'["\ud800"]', "json_surrogate"),
    "escaped low surrogate": (rb'["\uDFFF"]', "json_surrogate"),
    "surrogates the wrong way round": (rb'["\ude00\ud83d"]', "json_surrogate"),
    "surrogate in a key": (rb'{"\ud800":1}', "json_surrogate"),
    "surrogate in text": ('["\ud800"]', "json_surrogate"),
    "surrogate in UTF-8": (b'["\xed\xa0\x80"]', "json_utf8"),
    "escaped NUL": (rb'["\u0000"]', "json_nul"),
    "NUL in a key": (rb'[{"a\u0000":1}]', "json_nul"),
    "NUL between": (b"[\0]", "json_nul"),
    "NUL after": (b"[]\0", "json_nul"),
    "Latin-1": (b'["\xe9"]', "json_utf8"),
    "cut UTF-8": (b'["\xc3', "json_utf8"),
    "overlong UTF-8": (b'["\xc0\xaf"]', "json_utf8"),
    "UTF-16": ("[]".encode("utf-16"), "json_utf8"),
    "UTF-16 without mark": ("[]".encode("utf-16-le"), "json_nul"),
    "NFC and NFD twins": ('{"é":1,"e\u0301":2}', "json_twin_keys"),
    "escaped twins": (rb'{"\u00e9":1,"e\u0301":2}', "json_twin_keys"),
    "singleton twins": ('{"Å":1,"\u212b":2}', "json_twin_keys"),
}


@pytest.mark.parametrize(("data", "reason"), _TEXTS.values(), ids=_TEXTS)
def test_H26_text_that_two_readers_read_differently(data: bytes | str, reason: str) -> None:
    """Marks, lone surrogates, NUL, other encodings, and keys that only look the same are refused."""
    with refused("E_TEXT", reason):
        loads(data)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (rb'["\ud83d\ude00"]', ["\U0001f600"]),
        (rb'["\\ud800", "\\u0000"]', [r"\ud800", r"\u0000"]),
        ('["\ufeffx"]', ["\ufeffx"]),
        ('{"é":"e\u0301"}', {"é": "e\u0301"}),
        ('{"提案":"👍"}', {"提案": "👍"}),
    ],
)
def test_text_beside_the_refused_is_kept(data: bytes | str, value: object) -> None:
    """Pairs of surrogates, escaped backslashes, a mark inside text and decomposed values are what they are."""
    assert value == loads(data)


@pytest.mark.parametrize(
    "text", ["", " ", "[", "[1", "{", '{"a"}', '{"a":1,}', "[1,]", "'a'", "01", "+1", "1.", ".5", "0x1", "1_0", "１",
             "tru", "True", "[] []", '"a', '"\\', '"\n"', '"\\x41"', "// x\n[]", "\u00a0[]", "\x0b[]"],
)  # fmt: skip
def test_text_that_is_not_json_is_refused(text: str) -> None:
    """What RFC 8259 does not know has no lenient reading here."""
    with refused("E_PARSE", "json"):
        loads(text)


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":', '["[[[",'])
@pytest.mark.parametrize("count", [65, 10_000])
def test_depth_bombs_are_refused_before_they_are_parsed(opening: str, count: int) -> None:
    """Nesting is counted on the text, so that no parser has to survive it, whether closed or not."""
    with refused("E_LIMIT", "json_depth"):
        loads(opening * count)


def test_brackets_in_text_are_no_nesting() -> None:
    """Only brackets outside strings count, also behind escaped quotes; 64 levels pass and the 65th does not."""
    text = json.dumps(['\\"[{' * 100, *[[]] * 100])
    deepest = "[" * 64 + "]" * 64

    assert json.loads(text) == loads(text)
    assert deepest == canonical(loads(deepest))
    with refused("E_LIMIT", "json_value_depth"):
        canonical([json.loads(deepest)])


def test_unclosed_quotes_are_scanned_once() -> None:
    """A million quotes of a string that never ends are refused like any other text."""
    with refused("E_PARSE", "json"):
        loads("[" * 63 + '["' + '\\"[' * 300_000)


def test_size_is_limited() -> None:
    """A document of exactly the limit is read; one byte more is not even decoded."""
    assert [] == loads("[]", max_bytes=2)
    with refused("E_LIMIT", "json_bytes"):
        loads(b"\xff\xff\xff", max_bytes=2)
    with refused("E_LIMIT", "json_bytes"):
        loads_canonical("[] ", max_bytes=2)


@given(
    st.binary(max_size=40)
    | st.text(max_size=40)
    | st.text(st.sampled_from('[]{}":,\\u0dD8e1.-+ \0é\u0301\ud800naN'), max_size=40)
)
def test_any_input_is_read_or_refused(data: bytes | str) -> None:
    """Nothing but a `JsonError` comes out of bad text, and what is read agrees with the standard library."""
    for allow_floats in (False, True):
        try:
            value = loads(data, allow_floats=allow_floats)
        except JsonError:
            continue

        assert json.loads(data) == json.loads(json.dumps(value, default=float))
