"""Rules on what nobody writes: status, dates, hashes and votes that follow from the journal, and other documents.

Decides only whether what is derived fits together and fits the document; deriving it is done where the evidence is. So
these rules find a journal that was tampered with, a file that was edited after it was frozen, and required documents
that are not there yet; they never find a forgotten header, because none is written by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from chain.finding import Finding
from proposals import lifecycle, times
from proposals.lint_rules import Derived, Sight
from proposals.problems import problem

_BEFORE_LAST_CALL = frozenset({"Draft", "Review", "Stagnant", "Withdrawn"})
_BEFORE_VOTING = _BEFORE_LAST_CALL | {"LastCall"}
_REASONS = {"withdrawal-reason": "Withdrawn", "veto-reason": "Vetoed", "superseded-by": "Superseded"}
_VOTE_ID = re.compile(r"0x[0-9a-f]{64}\Z|Qm[1-9A-HJ-NP-Za-km-z]{44}\Z|bafkrei[a-z2-7]{52}\Z", re.ASCII)
_FLOW = (
    frozenset({"Draft", "Stagnant", "Rejected", "Cancelled", "Expired", "Vetoed", "Withdrawn"}),
    frozenset({"Review", "QuorumNotMet"}),
    frozenset({"LastCall"}),
    frozenset({"Voting"}),
    frozenset({"Passed", "Queued"}),
    frozenset({"Executed", "Decided", "Superseded"}),
)
"""How far a document is; what failed is as far as what never began, because nothing can build on it."""


def status_is_known(sight: Sight) -> Iterator[Finding]:
    """P11: one of the lifecycle's states."""
    derived = _derived(sight)
    if derived.status not in lifecycle.IIP.states:
        yield problem("IIP-P11", "", sight.line_of("iip"), "status", status=derived.status)


def dates_are_in_order(sight: Sight) -> Iterator[Finding]:
    """P13: created, last call, start and end of the vote follow each other; the reader decides their spelling."""
    if sight.derived is None:
        return
    derived, created = sight.derived, sight.reading.values.get("created")
    named = {
        "created": created if isinstance(created, int) else None, "last-call-deadline": derived.last_call_deadline,
        "voting-start": derived.voting_start, "voting-end": derived.voting_end,
    }  # fmt: skip
    known = [(name, time) for name, time in named.items() if time is not None]
    for (before, earlier), (after, later) in pairwise(known):
        if later < earlier:
            facts = {"before": before, "earlier": times.spell_instant(earlier), "later": times.spell_instant(later)}
            yield problem("IIP-P13", "order", sight.line_of("created"), after, after=after, **facts)


def last_call_has_a_deadline(sight: Sight) -> Iterator[Finding]:
    """P14: a deadline in LastCall, and in no other status."""
    derived = _derived(sight)
    if (derived.last_call_deadline is not None) != (derived.status == "LastCall"):
        reason = "missing" if derived.last_call_deadline is None else "extra"
        yield problem("IIP-P14", reason, sight.line_of("iip"), "last-call-deadline", status=derived.status)


def ends_have_reasons(sight: Sight) -> Iterator[Finding]:
    """P15: a reason with the status that needs it, and with no other."""
    derived = _derived(sight)
    for header, status in _REASONS.items():
        is_there = bool(derived.reasons.get(header, "").strip(" "))
        if is_there != (derived.status == status):
            reason = "extra" if is_there else "missing"
            yield problem("IIP-P15", reason, sight.line_of("iip"), header, header=header, status=derived.status)


def requires_no_circle(sight: Sight) -> Iterator[Finding]:
    """P16: no document requires itself by way of others; the reader decides the list's form."""
    own, others = sight.reading.values.get("iip"), sight.others or {}
    if not isinstance(own, int):
        return
    paths: list[tuple[int, ...]] = [(number,) for number in _requires(sight)]
    seen: set[int] = set()
    while paths:
        path = paths.pop()
        if path[-1] in seen:
            continue
        seen.add(path[-1])
        following = others[path[-1]].requires if path[-1] in others else ()
        if own in following:
            circle = [f"{sight.prefix}-{number}" for number in (own, *path, own)]
            yield problem("IIP-P16", "circle", sight.line_of("requires"), "requires", circle=" → ".join(circle))
            return
        paths.extend((*path, number) for number in following)


def required_are_as_far(sight: Sight) -> Iterator[Finding]:
    """P17: each required document is there, and at least as far in the flow as this one."""
    assert sight.others is not None, "the rule needs the others"
    own = _rank(_derived(sight).status)
    for number in _requires(sight):
        facts = {"reference": f"{sight.prefix}-{number}"}
        if number not in sight.others:
            yield problem("IIP-P17", "unknown", sight.line_of("requires"), "requires", **facts)
        elif _rank(status := sight.others[number].status) < own:
            facts |= {"found": status, "status": _derived(sight).status}
            yield problem("IIP-P17", "", sight.line_of("requires"), "requires", **facts)


def vote_is_named(sight: Sight) -> Iterator[Finding]:
    """P18: a proposal's id from Voting on, as the hub writes ids."""
    derived = _derived(sight)
    if derived.vote and not _VOTE_ID.match(derived.vote):
        yield problem("IIP-P18", "form", sight.line_of("iip"), "vote", vote=derived.vote)
    elif not derived.vote and derived.status not in _BEFORE_VOTING:
        yield problem("IIP-P18", "missing", sight.line_of("iip"), "vote", status=derived.status)


def text_is_what_was_frozen(sight: Sight) -> Iterator[Finding]:
    """P19: from LastCall on, the hashes of text and parts are there and are those of the bytes at hand."""
    derived = _derived(sight)
    if derived.status in _BEFORE_LAST_CALL:
        return
    rows = (
        ("content-hash", derived.content_hash, derived.content_found),
        ("payload-hash", derived.payload_hash, derived.payload_found),
    )
    for header, frozen, found in rows:
        if frozen != found:
            reason = "differs" if frozen else "missing"
            facts = {"header": header, "frozen": frozen, "found": found or "-", "status": derived.status}
            yield problem("IIP-P19", reason, sight.line_of("iip"), header, **facts)


def status_changed_by_an_edge(sight: Sight) -> Iterator[Finding]:
    """P21: the lifecycle leads from the former status to this one."""
    derived = _derived(sight)
    if not derived.former or derived.former == derived.status:
        return
    targets = {edge.target for edge in lifecycle.IIP.transitions if edge.source == derived.former}
    if derived.status not in targets:
        facts = {"former": derived.former, "status": derived.status, "allowed": ", ".join(sorted(targets)) or "-"}
        yield problem("IIP-P21", "", sight.line_of("iip"), "status", **facts)


def _derived(sight: Sight) -> Derived:
    assert sight.derived is not None, "the rule needs the derived view"
    return sight.derived


def _requires(sight: Sight) -> tuple[int, ...]:
    requires = sight.reading.values.get("requires", ())
    assert isinstance(requires, tuple), "the reader makes a tuple of numbers"
    return requires


def _rank(status: str) -> int:
    return next((rank for rank, states in enumerate(_FLOW) if status in states), 0)
