"""`dao audit`: a count that Snapshot published, counted again exactly and as Snapshot counts.

Decided here: how an audit is told. What differs is decided by `governance.audit`; nothing is asked of any server.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer

from dao.cli.answer import FALSE, TRUE, Answer
from dao.cli.files import read
from dao.cli.text import columns, label, paint, say, wrapped
from dao.sentences import language, listed
from governance.audit import Audit, Difference, audit
from governance.hub_answer import HubAnswer, read_hub_answer

EXAMPLES = (
    "dao audit proposal.json",
    "dao audit proposal.json --order voter",
    "dao audit proposal.json --json",
)

_LIMIT = 512 * 2**20
"""Bytes of a file: a million votes are about 200 MB."""
_DIGITS = 12
"""Digits after the point of a fraction that has no end, for people."""


class _Order(StrEnum):
    FILE = "file"
    VOTER = "voter"
    VP = "vp"


def command(
    file: Annotated[Path, typer.Argument(help="A hub's proposal with its votes, as JSON.", metavar="FILE")],
    *,
    order: Annotated[
        _Order, typer.Option("--order", help="How Snapshot's doubles are added up.", metavar="ORDER")
    ] = _Order.FILE,
) -> Answer:
    """Count a published Snapshot vote again: exactly, and as Snapshot does.

    FILE holds `{"proposal": {...}, "votes": [...]}`, as the hub answers. Powers are taken as published. Doubles depend
    on the order in which they are added: `file`, `voter` (by address) or `vp` (by power). The exit status is 1 where
    another choice wins, or where Snapshot's own code does not give what was published.
    """
    answer = read_hub_answer(read(file, _LIMIT))
    found = audit(answer, order.value)
    return Answer(_document(answer, found, order), _lines(answer, found, order), TRUE if found.ok else FALSE)


def _document(answer: HubAnswer, found: Audit, order: str) -> dict[str, object]:
    exact, snapshot = found.exact, found.snapshot
    bound = {"error_bound": _spelled(exact.bound)} if exact.bound else {}
    return {
        "ok": found.ok,
        "proposal": answer.id,
        "type": answer.system,
        "votes": len(answer.rows),
        "order": str(order),
        "exact": {
            "scores": list(map(_spelled, exact.scores)),
            "total": _spelled(exact.total),
            "winners": list(exact.winners),
            **bound,
        },
        "snapshot": {
            "scores": list(map(_value, snapshot.scores)),
            "scores_by_strategy": [list(map(_value, row)) for row in snapshot.by_strategy],
            "scores_total": _value(snapshot.total),
            "winners": list(found.snapshot_winners),
        },
        "differences": [
            {"kind": row.kind, "option": row.option, **{name: _value(fact) for name, fact in row.facts.items()}}
            for row in found.differences
        ],
    }


def _value(fact: object) -> object:
    """A fact as JSON: doubles as numbers, what is exact as text."""
    match fact:
        case float():
            return fact if math.isfinite(fact) else None
        case Fraction():
            return _spelled(fact)
        case Decimal():
            return str(fact)
        case tuple():
            return list(fact)
    return fact


def _spelled(number: Fraction) -> str:
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


def _lines(answer: HubAnswer, found: Audit, order: str) -> Iterator[str]:
    facts = {"id": answer.id, "system": answer.system, "votes": len(answer.rows), "order": str(order)}
    yield from wrapped(say("AUDIT", "head", **facts))
    yield ""
    head = (label("option"), label("exact"), "Snapshot")
    names = [f"{number} {_one_line(name)}" for number, name in enumerate(answer.choices, 1)]
    rows = [
        (name, _shown(score), _shown(double))
        for name, score, double in zip(names, found.exact.scores, found.snapshot.scores, strict=True)
    ]
    total = (label("total"), _shown(found.exact.total), _shown(found.snapshot.total))
    yield from columns([head, *rows, total], right=(1, 2))
    yield ""
    if found.exact.bound:
        yield from wrapped(say("AUDIT", "bound", bound=f"{float(found.exact.bound):.1e}"), "  ")
    for row in found.differences:
        is_bad = row.kind in {"winner", "published_score", "published_total"}
        yield from wrapped(_told(row, answer), paint("✗ ", "red") if is_bad else "· ", "  ")
    if found.ok:
        winners = _names(found.exact.winners, answer)
        yield from wrapped(say("AUDIT", "same", winners=winners), paint("✓ ", "green"), "  ")


def _one_line(name: str) -> str:
    shown = " ".join(name.split())[:40]
    return shown.encode("ascii", "backslashreplace").decode() if not shown.isprintable() else shown


def _shown(number: object) -> str:
    """A score for people: whole where that is short, else to `_DIGITS` digits."""
    if not isinstance(number, Fraction):
        return str(number)
    places = _places(number.denominator)
    return _decimal(number, places) if places is not None and places <= 2 * _DIGITS else "≈" + _decimal(number, _DIGITS)


def _told(row: Difference, answer: HubAnswer) -> str:
    facts = {name: _shown(fact) if isinstance(fact, Fraction) else fact for name, fact in row.facts.items()}
    if row.kind == "winner":
        facts = {name: _names(numbers, answer) for name, numbers in row.facts.items()}  # type: ignore[arg-type]
    told = say("AUDIT", row.kind, option=row.option, **{**facts, "orders": ""})
    orders = facts.get("orders")
    if row.kind == "published_total" and orders:
        told += " " + say("AUDIT", "orders", orders=listed(orders, language()))  # type: ignore[arg-type]
    return told


def _names(numbers: tuple[int, ...], answer: HubAnswer) -> str:
    return listed((_one_line(answer.choices[number - 1]) for number in numbers), language())
