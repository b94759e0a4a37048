"""Lint: everything that is wrong or odd about one document, without stopping and without raising.

Decides with the file alone, and with whatever of fund, parts, journal and books the caller happens to know; what the
caller does not know is listed as skipped, never guessed. A document without an error here is read by `parse_document`,
because both work on the same reading.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Unpack

from chain.finding import Finding
from proposals import lint_body, lint_books, lint_calls, lint_funds, lint_headers, lint_mandate
from proposals.document import read_document
from proposals.lint_rules import Check, Known, Rule, Sight
from proposals.translation import translation_findings

RULES: tuple[Rule, ...] = (*lint_headers.RULES, *lint_body.RULES, *lint_funds.RULES)
"""All of them, in the order of their ids; one without a check is never decided here."""


def translation_asks_the_same(sight: Sight) -> Iterator[Finding]:
    """A translation differs from its original in prose alone (`E_TRANSLATION`)."""
    if sight.original is not None:
        yield from translation_findings(read_document(sight.original), sight.reading)


OTHER_CHECKS: tuple[Check, ...] = (
    lint_body.link_text_says_where,
    lint_body.labels_use_one_script,
    lint_body.links_only_lead_somewhere,
    lint_funds.payees_are_not_look_alikes,
    lint_funds.lists_are_short,
    lint_calls.privileges_are_in_the_text,
    lint_calls.carried_calls_can_be_read,
    lint_books.strangers_work_in_steps,
    lint_books.body_fits_the_space,
    lint_books.prices_are_of_the_day,
    lint_mandate.nobody_is_paid_who_is_excluded,
    lint_mandate.no_proposal_asks_too_large_a_share,
    lint_mandate.grants_leave_the_premium_share_alone,
    translation_asks_the_same,
)
"""What has a code of its own and no rule."""

_RULE_OF: Mapping[tuple[str, str], str] = {
    ("E_PARSE", "front_open"): "IIP-P01",
    ("E_PARSE", "front_close"): "IIP-P01",
    ("E_PARSE", "front_line"): "IIP-P01",
    ("E_PARSE", "missing_key"): "IIP-P02",
    ("E_PARSE", "empty_value"): "IIP-P02",
    ("E_PARSE", "duplicate_key"): "IIP-P03",
    ("E_PARSE", "unknown_key"): "IIP-P04",
    ("E_PARSE", "derived_key"): "IIP-P04",
    ("E_PARSE", "key_order"): "IIP-P05",
    ("E_PARSE", "iip"): "IIP-P06",
    ("E_PARSE", "type"): "IIP-P12",
    ("E_PARSE", "category_missing"): "IIP-P12",
    ("E_PARSE", "category_extra"): "IIP-P12",
    ("E_PARSE", "requires"): "IIP-P16",
    ("E_PARSE", "requires_order"): "IIP-P16",
    ("E_PARSE", "requires_self"): "IIP-P16",
    ("E_PARSE", "html_comment"): "IIP-B03",
    ("E_PARSE", "heading"): "IIP-B04",
    ("E_PARSE", "heading_first"): "IIP-B04",
    ("E_PARSE", "heading_indent"): "IIP-B04",
    ("E_PARSE", "setext"): "IIP-B04",
    ("E_PARSE", "section_level"): "IIP-B02",
    ("E_PARSE", "section_unknown"): "IIP-B02",
    ("E_PARSE", "section_twice"): "IIP-B02",
    ("E_PARSE", "section_order"): "IIP-B02",
    ("E_TEXT_PAYLOAD", "requested"): "IIP-F02",
    ("E_RECIPIENT_ZERO", "payee"): "IIP-F03",
}
"""The reader's refusals that a rule speaks about; the reason stays and picks the sentence. Others keep their code."""

_PAYEES: Mapping[str, str] = {"E_RECIPIENT_SAFE": "safe", "E_RECIPIENT_TOKEN": "token"}

_RULE_OF_PLACE: Mapping[str, str] = {
    "title": "IIP-P07",
    "description": "IIP-P08",
    "created": "IIP-P13",
    "requested": "IIP-F01",
}
"""The rules about the value of one header, for refusals that many headers share."""
_SHARED = frozenset({"E_TIME", "E_AMOUNT"})
_SHARED_REASONS = frozenset({"colon", "requested", "requested_twice", "symbol"})


def lint(raw: bytes, **known: Unpack[Known]) -> tuple[list[Finding], list[str]]:
    """Return the findings, by line, and the ids of the rules that were not decided for want of what is known."""
    reading = read_document(raw)
    assets = known.get("assets")
    if assets and known.get("chain_id") is None and len({asset.chain_id for asset in assets.values()}) == 1:
        known["chain_id"] = next(iter(assets.values())).chain_id
    sight = Sight(reading=reading, **known)
    findings = [_under_its_rule(finding) for finding in reading.findings]
    skipped = [rule.id for rule in RULES if rule.check is None or not rule.is_possible(sight)]
    if reading.is_whole:
        for rule in RULES:
            if rule.id not in skipped:
                findings.extend(_of_rule(rule, sight))
        for check in OTHER_CHECKS:
            findings.extend(_under_its_rule(finding) for finding in check(sight))
    return sorted(findings, key=lambda finding: (finding.line or 0, finding.code)), skipped


def _of_rule(rule: Rule, sight: Sight) -> Iterator[Finding]:
    assert rule.check is not None, "the rule is possible"
    for finding in rule.check(sight):
        yield replace(finding, level=rule.level) if finding.code == rule.id else _under_its_rule(finding)


def _under_its_rule(finding: Finding) -> Finding:
    """Show a refusal under the id of the rule that speaks about it, if there is one."""
    rule = _RULE_OF.get((finding.code, finding.reason))
    if finding.code in _PAYEES:
        return replace(finding, code="IIP-F03", reason=_PAYEES[finding.code])
    if rule is None and finding.code == "E_ADDRESS":
        rule = "IIP-F03"
    if rule is None and (finding.code in _SHARED or finding.reason in _SHARED_REASONS):
        rule = _RULE_OF_PLACE.get(finding.place)
    return replace(finding, code=rule) if rule else finding
