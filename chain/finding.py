"""A finding: bad (or notable) news about the user's data, as a value.

Lint, review and reconcile return *all* findings instead of stopping at the first. A finding decides nothing; who
reads the list decides by level. The sentence is made at the edge from code, reason and facts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Level = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One remark on one place of the user's data."""

    code: str
    """A rule id (`IIP-P07`) or a code of the hostile catalogue (`E_BIDI`, `W_NO_VOTE`)."""
    level: Level = "error"
    reason: str = ""
    """Picks the sentence among those of one code."""
    place: str = ""
    """What it is about: a header, a part (`IIP-1/2`), a call (`call 2`), a field."""
    line: int | None = None
    """1-based line of the file, where there is one."""
    facts: Mapping[str, object] = field(default_factory=dict)


def has_errors(findings: Iterable[Finding]) -> bool:
    """Whether any of the findings is an error."""
    return any(finding.level == "error" for finding in findings)
