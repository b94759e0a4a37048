"""`dao tally` of a file: the votes that a hub published, counted in one arithmetic.

Decided here: how such a count is told. It needs no workspace, writes nothing and proves nothing; where two arithmetics
differ is `dao audit`'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from dao.cli.answer import Answer
from dao.cli.files import read
from dao.cli.text import columns, label, paint, say, wrapped
from dao.cli.votes.hub_text import LIMIT, json_number, names, one_line, shown
from governance.audit import Refused, count_as_snapshot, count_exactly, winners_of
from governance.hub_answer import HubAnswer, read_hub_answer


class Arithmetic(StrEnum):
    """In which numbers a hub's votes are counted."""

    EXACT = "exact"
    SNAPSHOT = "snapshot"


class _Counted(NamedTuple):
    scores: Sequence[object]
    """Fractions, or doubles."""
    total: object
    winners: tuple[int, ...]
    bound: object = 0
    refused: Sequence[Refused] = ()


def tally_file(path: Path, arithmetic: Arithmetic) -> Answer:
    """Count the votes of a hub's answer."""
    answer = read_hub_answer(read(path, LIMIT))
    counted = _exactly(answer) if arithmetic is Arithmetic.EXACT else _as_snapshot(answer)
    return Answer(_document(answer, counted, arithmetic), _lines(answer, counted, arithmetic))


def _exactly(answer: HubAnswer) -> _Counted:
    exact, refused = count_exactly(answer)
    return _Counted(exact.scores, exact.total, exact.winners, exact.bound, refused)


def _as_snapshot(answer: HubAnswer) -> _Counted:
    found = count_as_snapshot(answer)
    return _Counted(found.scores, found.total, winners_of(found))


def _document(answer: HubAnswer, counted: _Counted, arithmetic: str) -> dict[str, object]:
    bound = {"error_bound": json_number(counted.bound)} if counted.bound else {}
    return {
        "ok": True,
        "proposal": answer.id,
        "type": answer.system,
        "arithmetic": str(arithmetic),
        "votes": len(answer.rows),
        "choices": list(answer.choices),
        "scores": list(map(json_number, counted.scores)),
        "total": json_number(counted.total),
        "winners": list(counted.winners),
        **bound,
        "left_out": [
            {"code": row.code, "votes": row.votes, "power": json_number(row.power)} for row in counted.refused
        ],
    }


def _lines(answer: HubAnswer, counted: _Counted, arithmetic: str) -> Iterator[str]:
    facts = {"id": answer.id, "system": answer.system, "votes": len(answer.rows)}
    yield from wrapped(say("TALLY_FILE", str(arithmetic), **facts))
    yield ""
    rows = [
        (f"{number} {one_line(name)}", shown(score))
        for number, (name, score) in enumerate(zip(answer.choices, counted.scores, strict=True), 1)
    ]
    yield from columns([*rows, (label("total"), shown(counted.total))], right=(1,))
    yield ""
    if counted.bound:
        yield from wrapped(say("AUDIT", "bound", bound=f"{float(counted.bound):.1e}"), "  ")  # type: ignore[arg-type]
    for row in counted.refused:
        told = say("TALLY_FILE", "left_out", votes=row.votes, power=shown(row.power), code=row.code)
        yield from wrapped(told, "· ", "  ")
    if not counted.winners or not any(counted.scores):
        yield from wrapped(say("WHY", "nobody"), "· ", "  ")
    elif len(counted.winners) == 1:
        yield from wrapped(say("WHY", "won", winner=names(counted.winners, answer)), paint("✓ ", "green"), "  ")
    else:
        yield from wrapped(say("WHY", "tie", winners=names(counted.winners, answer)), "· ", "  ")
