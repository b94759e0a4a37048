"""What an audit of a served proposal found, as sentences: the same for a terminal and for a report.

Decides how facts are spelled: powers for people, choices by their names. What is found is `governance.hub_audit`'s.
"""

from __future__ import annotations

from fractions import Fraction

from chain.errors import CodedError
from chain.finding import Finding
from dao.cli.text import label, say
from dao.cli.votes.hub_text import names, shown
from dao.sentences import language, listed, sentence
from governance.hub_audit import HubAudit


def told(row: Finding, found: HubAudit) -> str:
    """Say a finding."""
    facts: dict[str, object] = {
        name: shown(fact) if isinstance(fact, Fraction) else fact for name, fact in row.facts.items()
    }
    if "voters" in facts:
        facts["voters"] = listed(row.facts["voters"], language())  # type: ignore[arg-type]
    if row.code == "E_HUB_WINNER":
        facts = {name: names(numbers, found.answer) for name, numbers in facts.items()}  # type: ignore[arg-type]
    if row.code == "E_HUB_VERDICT":
        facts |= {name: label(str(facts[name])) for name in ("published", "counted")}
    return say(row.code, row.reason, **facts)


def refusal(error: CodedError) -> str:
    """Say why a proposal could not be audited."""
    return sentence(error.code, error.reason, error.facts, language())
