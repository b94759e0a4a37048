"""Every refusal and finding of this room has its sentence, with every fact that the sentence uses, and no other."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "dao" / "sentences" / "en"
FILES = ("treasury.toml", "plans.toml", "pool.toml")
SHARED = ("books.toml", "committee.toml", "chain_proofs.toml")
"""Catalogues in which other rooms have sentences too."""
SENTENCES, ELSEWHERE = (
    {key: said for name in names for key, said in tomllib.loads((CATALOGUE / name).read_text("utf-8")).items()}
    for names in (FILES, SHARED)
)
KNOWN: dict[str, str] = {**ELSEWHERE, **SENTENCES}
WITHOUT_A_RAISE = ("ACTION.",)
"""Told by `treasury.review` as kinds; `test_review` holds each against its sentence."""


class Raised(NamedTuple):
    """One place that refuses or finds."""

    where: str
    code: str
    reason: str | None
    """None where it is only known at run time."""
    facts: frozenset[str] | None


def text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def raised() -> Iterator[Raised]:
    for file in sorted((ROOT / "treasury").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            where, named = f"{file.name}:{node.lineno}", {k.arg: k.value for k in node.keywords if k.arg}
            if node.func.id.endswith("Error") and node.args and (text(node.args[0]) or "").startswith("E_"):
                reason = "" if len(node.args) == 1 else text(node.args[1])
                yield Raised(where, text(node.args[0]) or "", reason, frozenset(named))
            if node.func.id == "Finding" and (code := text(named["code"])):
                reason = text(named["reason"]) if "reason" in named else ""
                yield Raised(where, code, reason, None)


def test_every_code_and_reason_has_a_sentence() -> None:
    """A reason without a sentence of its own is told by its code's."""
    missing = [
        item
        for item in raised()
        if item.reason is not None
        and not {f"{item.code}.{item.reason}" if item.reason else item.code, item.code} & KNOWN.keys()
    ]

    assert [] == missing


def test_every_fact_of_a_sentence_is_given() -> None:
    """A sentence with a fact that the refusal does not carry would show a question mark."""
    lacking = [
        (item.where, fact)
        for item in raised()
        if item.facts is not None and item.reason is not None
        for fact in re.findall(
            r"\{([a-z_]+)(?::time)?\}", KNOWN.get(f"{item.code}.{item.reason}", KNOWN.get(item.code, ""))
        )
        if fact not in item.facts
    ]

    assert [] == lacking


def test_no_sentence_is_left_over() -> None:
    """A sentence that nothing tells is dead, or its code was misspelled."""
    by_code = {item.code for item in raised() if item.reason is None}
    told = {f"{item.code}.{item.reason}" if item.reason else item.code for item in raised()}
    left = [
        key
        for key in SENTENCES
        if key not in told and key.partition(".")[0] not in by_code and not key.startswith(WITHOUT_A_RAISE)
    ]

    assert [] == left


def test_no_other_room_tells_the_same() -> None:
    """The catalogues are read as one table, so a key stands in one file."""
    others = {
        key
        for file in CATALOGUE.glob("*.toml")
        if file.name not in FILES
        for key in tomllib.loads(file.read_text("utf-8"))
    }

    assert set() == others & SENTENCES.keys()
