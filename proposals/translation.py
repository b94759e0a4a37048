"""One proposal in several languages: a translation asks for exactly what its original asks for.

Decides by what binds: number, type, day, authors, sums, and every row of the two tables but its prose. Compiled for any
fund, both then make the same parts. Whether the prose says the same is left to readers of both languages.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from chain.finding import Finding
from proposals.document import Reading
from proposals.payment import totals
from proposals.problems import problem

_SAME = ("iip", "author", "discussions-to", "type", "category", "created", "requires")


def translation_findings(original: Reading, translation: Reading) -> Iterator[Finding]:
    """Yield where a translation differs in what binds (`E_TRANSLATION`), on the translation's lines."""
    lines = {header.key: header.line for header in reversed(translation.headers)}
    for key in _SAME:
        said, found = original.values.get(key), translation.values.get(key)
        if said != found:
            facts: dict[str, object] = {"key": key, "expected": _told(original, key), "found": _told(translation, key)}
            yield problem("E_TRANSLATION", "header", lines.get(key, 1), key, **facts)
    if _sums(original) != _sums(translation):
        facts = {"key": "requested", "expected": _told(original, "requested"), "found": _told(translation, "requested")}
        yield problem("E_TRANSLATION", "header", lines.get("requested", 1), "requested", **facts)
    for number, (row, other) in enumerate(zip_longest(original.budget, translation.budget), 1):
        if row is None or other is None:
            facts = {"expected": len(original.budget), "found": len(translation.budget)}
            yield problem("E_TRANSLATION", "rows", other.line if other else len(translation.lines), "Budget", **facts)
            break
        for field in ("part", "action", "release", "not_before", "not_after"):
            if getattr(row, field) != getattr(other, field):
                facts = {"number": number, "field": field.replace("_", " ").capitalize(), "line_there": row.line}
                yield problem("E_TRANSLATION", "row", other.line, f"part {other.part}", **facts)
    milestones = zip_longest(original.milestones, translation.milestones)
    for number, (here, there) in enumerate(milestones, 1):
        if (
            here is None
            or there is None
            or (here.id, here.due, here.reviewers) != (there.id, there.due, there.reviewers)
        ):
            facts = {"number": number, "line_there": here.line if here else 0}
            line = there.line if there else len(translation.lines)
            yield problem("E_TRANSLATION", "milestone", line, "Milestones", **facts)


def _sums(reading: Reading) -> dict[str, str]:
    asks = reading.values.get("requested", ())
    return totals(asks) if isinstance(asks, tuple) else {}


def _told(reading: Reading, key: str) -> str:
    return next((header.value for header in reading.headers if header.key == key), "-")
