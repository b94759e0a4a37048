"""`dao audit`: a count that Snapshot published, counted again exactly and as Snapshot counts.

Decided here: how an audit is told. What differs is decided by `governance.audit`; nothing is asked of any server.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer

from dao.cli.answer import FALSE, TRUE, Answer
from dao.cli.files import read
from dao.cli.text import columns, label, paint, say, wrapped
from dao.cli.votes.hub_text import LIMIT, json_number, names, one_line, shown, spelled
from dao.sentences import language, listed
from governance.audit import Audit, Difference, audit
from governance.hub_answer import HubAnswer, read_hub_answer

EXAMPLES = (
    "dao audit proposal.json",
    "dao audit proposal.json --order voter",
    "dao audit proposal.json --json",
)


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
    another choice wins, or where Snapshot's own code gives what was published in none of these orders.
    """
    answer = read_hub_answer(read(file, LIMIT))
    found = audit(answer, order.value)
    return Answer(_document(answer, found, order), _lines(answer, found, order), TRUE if found.ok else FALSE)


def _document(answer: HubAnswer, found: Audit, order: str) -> dict[str, object]:
    exact, snapshot = found.exact, found.snapshot
    bound = {"error_bound": spelled(exact.bound)} if exact.bound else {}
    return {
        "ok": found.ok,
        "proposal": answer.id,
        "type": answer.system,
        "votes": len(answer.rows),
        "order": str(order),
        "exact": {
            "scores": list(map(spelled, exact.scores)),
            "total": spelled(exact.total),
            "winners": list(exact.winners),
            **bound,
        },
        "snapshot": {
            "scores": list(map(json_number, snapshot.scores)),
            "scores_by_strategy": [list(map(json_number, row)) for row in snapshot.by_strategy],
            "scores_total": json_number(snapshot.total),
            "winners": list(found.snapshot_winners),
        },
        "differences": [
            {"kind": row.kind, "option": row.option, **{name: json_number(fact) for name, fact in row.facts.items()}}
            for row in found.differences
        ],
    }


def _lines(answer: HubAnswer, found: Audit, order: str) -> Iterator[str]:
    facts = {"id": answer.id, "system": answer.system, "votes": len(answer.rows), "order": str(order)}
    yield from wrapped(say("AUDIT", "head", **facts))
    yield ""
    head = (label("option"), label("exact"), "Snapshot")
    options = [f"{number} {one_line(name)}" for number, name in enumerate(answer.choices, 1)]
    rows = [
        (name, shown(score), shown(double))
        for name, score, double in zip(options, found.exact.scores, found.snapshot.scores, strict=True)
    ]
    total = (label("total"), shown(found.exact.total), shown(found.snapshot.total))
    yield from columns([head, *rows, total], right=(1, 2))
    yield ""
    if found.exact.bound:
        yield from wrapped(say("AUDIT", "bound", bound=f"{float(found.exact.bound):.1e}"), "  ")
    for row in found.differences:
        yield from wrapped(_told(row, answer), paint("✗ ", "red") if row.is_bad else "· ", "  ")
    if found.ok:
        winners = names(found.exact.winners, answer)
        yield from wrapped(say("AUDIT", "same", winners=winners), paint("✓ ", "green"), "  ")


def _told(row: Difference, answer: HubAnswer) -> str:
    facts = {name: shown(fact) if isinstance(fact, Fraction) else fact for name, fact in row.facts.items()}
    if row.kind == "winner":
        facts = {name: names(numbers, answer) for name, numbers in row.facts.items()}  # type: ignore[arg-type]
    told = say("AUDIT", row.kind, option=row.option, **{**facts, "orders": ""})
    orders = facts.get("orders")
    if row.kind == "published_total" and orders:
        told += " " + say("AUDIT", "orders", orders=listed(orders, language()))  # type: ignore[arg-type]
    return told
