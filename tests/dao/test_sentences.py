"""`dao.sentences`: every refusal has its sentence, every sentence its facts, and no fact can hurt a terminal."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given

from dao import sentences
from tests import strategies
from tests.test_tidy import Module, modules

CODE = re.compile(r"(?:[EW]_[A-Z0-9]+(?:_[A-Z0-9]+)*|IIP-[A-Z][0-9]{2})\Z")
ENGLISH = sentences.catalogue("en")
FILES = sorted((Path(sentences.__file__).parent / "en").glob("*.toml"))
FACT = re.compile(r"\{([a-z][a-z0-9_]*)(?::time)?\}")
DOUBLED = re.compile(r"\{\{|\}\}")
PLACES = frozenset({"place", "line"})
"""What every finding can tell beside its facts."""
FRAGMENTS = ("DEMO_", "ACTION.", "ASK.", "DUTY", "ORIGIN.", "NEEDED.", "PASSPHRASE.", "SETTING.", "SETTINGS.")
"""Headings, questions, cells of a table, and what a call does, to be read behind its place."""
WORDS = frozenset(
    key
    for file in FILES
    if file.stem in ("answers", "words", "books_words")
    for key in tomllib.loads(file.read_text("utf-8"))
)
"""Words, labels and headings, which are no sentences."""
LOCATED = frozenset({"problem", "FrontMatterError", "TableError"})
"""Makers whose news becomes a finding, which adds the place (`proposals.problems`)."""


class Use(NamedTuple):
    """One place of the source that makes an error or a finding."""

    where: str
    code: str
    reason: str | None
    """None where the reason is not a literal; then any sentence of the code will do."""
    facts: frozenset[str] | None
    """None where the facts are not all literal."""


def uses() -> Iterator[Use]:
    for module in modules():
        if module.is_product:
            for node in ast.walk(module.tree):
                if isinstance(node, ast.Call):
                    yield from _use(module, node)


def _use(module: Module, call: ast.Call) -> Iterator[Use]:
    name = ast.unparse(call.func).rpartition(".")[2]
    keywords = {keyword.arg: keyword.value for keyword in call.keywords}
    where = f"{module.path}:{call.lineno}"
    if name == "Finding":
        code = _literal(keywords.get("code"))
        if code is not None:
            yield Use(where, code, _literal(keywords.get("reason", ast.Constant(""))), _keys(keywords.get("facts")))
    elif name == "Action":  # what a review says about one call
        yield Use(where, "ACTION", _literal(call.args[1]), _keys(call.args[2]))
    elif name == "told" and module.path in ("proposals/explain.py", "proposals/explain_rows.py"):
        yield Use(where, "EXPLAIN", _literal(call.args[0]), None)
    elif call.args and (code := _literal(call.args[0])) and CODE.match(code):
        reason = _literal(call.args[1]) if call.args[1:] else ""
        told = frozenset(str(key) for key in keywords) if None not in keywords else None
        if name in LOCATED:
            yield Use(where, code, reason, None if told is None else told | PLACES)
        elif name.endswith("Error"):
            yield Use(where, code, reason, told)
        elif name != "Rule":  # a function that makes the error and adds facts of its own
            yield Use(where, code, reason or None, None)


def _literal(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _keys(node: ast.expr | None) -> frozenset[str] | None:
    if node is None:
        return PLACES
    if not isinstance(node, ast.Dict) or not all(isinstance(key, ast.Constant) for key in node.keys):
        return None
    return PLACES | {str(key.value) for key in node.keys if isinstance(key, ast.Constant)}


def test_every_refusal_has_a_sentence() -> None:
    """Each code and reason that the source raises or finds is a key of the English catalogue."""
    codes = {key.partition(".")[0] for key in ENGLISH}
    silent = [
        f"{use.where}: {use.code}{f'.{use.reason}' if use.reason else ''} has no sentence"
        for use in uses()
        if (use.code not in codes if use.reason is None else _template(use) is None)
    ]

    assert [] == silent, "\n" + "\n".join(silent)


def test_every_code_is_known() -> None:
    """A code that stands anywhere in the source, also in a table, has at least one sentence."""
    codes = {key.partition(".")[0] for key in ENGLISH} | set(_undecided())
    silent = [
        f"{module.path}:{node.lineno}: {node.value} has no sentence"
        for module in modules()
        if module.is_product
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.match(node.value)
        if node.value not in codes
    ]

    assert [] == silent, "\n" + "\n".join(silent)


def _undecided() -> Iterator[str]:
    """Rules of lint that have an id and no check yet, so they say nothing."""
    for module in modules():
        for node in ast.walk(module.tree):
            match node:
                case ast.Call(
                    func=ast.Name(id="Rule"), args=[ast.Constant(value=str(code)), _, ast.Constant(value=None)]
                ):
                    yield code


def test_every_sentence_has_its_facts() -> None:
    """A template only names facts that are passed at every place that raises its key."""
    missing = [
        f"{use.where}: {use.code}.{use.reason} needs {', '.join(sorted(lacking))}"
        for use in uses()
        if use.facts is not None and (template := _template(use)) is not None
        if (lacking := set(FACT.findall(template)) - use.facts)
    ]

    assert [] == missing, "\n" + "\n".join(missing)


def test_no_sentence_is_left_over() -> None:
    """Every key of the catalogue belongs to a code that the source still names."""
    named = "\n".join(module.text for module in modules() if module.is_product)
    dead = [key for key in ENGLISH if f'"{key.partition(".")[0]}"' not in named]

    assert [] == dead


def test_sentences_are_well_formed() -> None:
    """A template is one line without a stray brace that ends as a sentence does, unless it is only a part of one."""
    odd = [
        key
        for key, template in ENGLISH.items()
        if not (re.search(r"[.!?]`?\Z", template) or key.startswith(FRAGMENTS) or key in WORDS)
        or "\n" in template
        or re.search(r"[{}]", FACT.sub("", DOUBLED.sub("", template)))
    ]

    assert [] == odd


def test_keys_stand_in_one_file() -> None:
    """No two files of one language explain the same key."""
    keys = [key for file in FILES for key in tomllib.loads(file.read_text("utf-8"))]

    assert sorted(set(keys)) == sorted(keys)


def _template(use: Use) -> str | None:
    return ENGLISH.get(f"{use.code}.{use.reason}" if use.reason else use.code)


def test_sentence_tells_its_facts() -> None:
    """The facts stand where the template names them."""
    told = sentences.sentence("E_IO_READ", "size", {"path": "a.json", "limit": 3})

    assert told.startswith("a.json holds more than 3 bytes")


def test_sentence_without_its_fact_still_speaks() -> None:
    """A fact that is not there becomes a question mark instead of a second error."""
    told = sentences.sentence("E_IO_READ", "size", {"path": "a.json"})

    assert told.startswith("a.json holds more than ? bytes")


def test_doubled_braces_stand_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A template can show JSON, by doubling its braces."""
    monkeypatch.setattr(sentences, "catalogue", lambda lang: {"E_X": 'Write {{"{key}":1}}.'})

    assert 'Write {"a":1}.' == sentences.sentence("E_X", "", {"key": "a"})


def test_advice_is_the_last_of_several_sentences() -> None:
    """How to go on is told alone, with its facts; facts that contain full stops do not change where it begins."""
    facts = {"path": "a. B", "package": "chain", "found": "x. Y"}

    assert "Look at the spelling of the path." == sentences.advice("E_IO_READ", "missing", facts)
    assert str(sentences.advice("E_INSTALL", "", facts)).startswith("Install dao in an environment of its own")
    assert None is sentences.advice("E_IO_READ", "size", facts)
    assert None is sentences.advice("E_NEW", "", facts)


def test_unknown_code_falls_back_to_itself() -> None:
    """A code without words is told as it is, with its facts."""
    assert "E_NEW (odd): item=7" == sentences.sentence("E_NEW", "odd", {"item": 7})


def test_unknown_language_falls_back_to_english() -> None:
    """A language without a catalogue does not silence the refusal."""
    facts = {"path": "x"}

    assert sentences.sentence("E_IO_READ", "missing", facts, "tlh") == sentences.sentence("E_IO_READ", "missing", facts)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"\x01\x02", "0x0102"),
        (bytes.fromhex("5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"), "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"),
        (bytes(97), f"0x{'00' * 96}… (97 bytes)"),
        (10**30, "1" + "0" * 30),
        (None, "none"),
        (True, "true"),
        ((1, "a"), "1, a"),
        (range(13), "range(0, 13)"),
        (list(range(14)), "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 2 more"),
        ({"b": 1}, "b: 1"),
        (frozenset({"b", "a"}), "a, b"),
        ("x" * 401, "x" * 400 + "… (401 characters)"),
    ],
)
def test_facts_are_spelled_for_people(value: object, expected: str) -> None:
    """Addresses carry their checksum, bytes are hex, and nothing long floods the screen."""
    assert expected == sentences.spell(value)


def test_H31_terminal_escapes_are_shown_not_sent() -> None:
    """Colour codes, OSC-8 links and bidirectional overrides in a fact reach the terminal as visible text."""
    hostile = "\x1b]8;;http://evil\x1b\\pay\x1b[2J\u202eevil\u200b\ud800"

    told = sentences.sentence("E_IO_READ", "missing", {"path": hostile})

    assert "\x1b" not in told
    assert "u{1b}" in told
    assert "u{202e}" in told
    told.encode("utf-8")


def test_harmless_text_is_left_alone() -> None:
    """Han, accents and punctuation are not escaped."""
    assert "提案：Zürich, naïve – “ok” 👍" == sentences.escape("提案：Zürich, naïve – “ok” 👍")


def test_a_fact_that_cannot_be_spelled_is_named_by_its_type() -> None:
    """A value whose `str` fails does not take the sentence with it."""

    class Broken:
        def __str__(self) -> str:
            raise ValueError

    assert "Broken" == sentences.spell(Broken())


@given(strategies.facts())
def test_sentences_never_raise_and_never_carry_controls(facts: dict[str, object]) -> None:
    """Whatever the facts are, the sentence is one printable line that UTF-8 can carry."""
    for code, reason in (("E_IO_READ", "denied"), ("E_UNKNOWN", "x")):
        told = sentences.sentence(code, reason, facts)

        assert told == sentences.escape(told)
        assert 1 == len(told.splitlines())


def test_times_are_told_as_dates() -> None:
    """A fact marked as a time is told in UTC; one that is no Unix time is told as it is."""
    assert sentences.sentence("E_TIMELOCK", "", {"eta": 1_767_571_200, "now": "soon"}).startswith(
        "The part can be executed from 2026-01-05T00:00:00Z on and it is soon"
    )
