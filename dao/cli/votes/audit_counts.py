"""An audit's two counts side by side: for machines and for people, whether a file held the votes or a hub served them.

Decides how counts and their differences are spelled; what differs is decided by `governance.audit`.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from dao.cli.text import columns, label, paint, say, wrapped
from dao.cli.votes.hub_text import json_number, names, one_line, shown, spelled
from dao.sentences import language, listed
from governance.audit import Audit, Difference
from governance.hub_answer import HubAnswer


def document_of(answer: HubAnswer, found: Audit, order: str) -> dict[str, object]:
    """Spell an audit for machines."""
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


def count_lines(answer: HubAnswer, found: Audit) -> Iterator[str]:
    """Lay out both counts, and what differs."""
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


def same_line(answer: HubAnswer, found: Audit) -> Iterator[str]:
    """Say who wins in both counts."""
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
