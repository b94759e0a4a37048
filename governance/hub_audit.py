"""The audit of a proposal as a hub serves it: the count, and all that a file of powers alone cannot show.

Decides what is wrong with what was served beside the arithmetic (`governance.audit`): votes that are missing, that lie
outside the vote's time or whose signature is not their voter's, powers that are not the sum of their parts, a published
winner or verdict that the votes do not give; and what explains a difference without anybody's fault: powers that were
still to be computed, votes that came after Snapshot's last count, delegations that a delegator's own vote took back.
Where the votes before that count give what was published, and the later ones change no verdict, nothing is wrong; where
powers are still to come, published scores that do not fit could not be checked. Powers are what the hub says unless
somebody recomputed them. All findings are returned.

Verdicts follow Snapshot's page, which gives one for basic voting only: enough for the quorum, and more for than
against; with the quorum type `rejection`, not more than the quorum against.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from chain.address import checksum
from chain.errors import CodedError
from chain.finding import Finding, Level
from governance.audit import Audit, Order, audit
from governance.hub_answer import HubAnswer
from governance.hub_votes import HubProposal, HubVote
from governance.rebuilding import Rebuilt
from proposals.bindings import read_bindings

Verdict = Literal["passed", "rejected"]

NAMED = 5
"""Voters whom a finding of many names."""
_CLOSE = 10**12
"""Powers nearer than their millionth of a millionth are the same number."""
_OVERRIDING = re.compile(r"delegat|overrid", re.I)
"""Strategies whose powers depend on who else votes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubAudit:
    """What the audit of one proposal found."""

    proposal: HubProposal
    answer: HubAnswer
    counted: Audit
    """Without the published numbers that late votes or late powers explain."""
    findings: tuple[Finding, ...]
    signatures: Mapping[str, int]
    """Votes by the status of `governance.rebuilding`."""
    published_verdict: Verdict | None
    """None where Snapshot gives none."""
    exact_verdict: Verdict | None
    unsettled: bool
    """Whether published scores are not what the powers give, and some powers are still to come."""

    @property
    def ok(self) -> bool:
        """Whether nothing that was published is contradicted by the votes that were served."""
        return self.counted.ok and not any(found.level == "error" for found in self.findings)

    @property
    def is_complete(self) -> bool:
        """Whether every vote that has a signature could be rebuilt, and published scores could be compared."""
        return not self.signatures.get("unknown") and not self.unsettled


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """All that a check may look at."""

    proposal: HubProposal
    answer: HubAnswer
    votes: Sequence[HubVote]
    rebuilt: Sequence[Rebuilt]
    counted: Audit
    published: Verdict | None
    exact: Verdict | None
    late: Sequence[HubVote]
    """Votes after Snapshot's last count, where those before give what was published; else none."""
    unsettled: bool


def audit_served(
    proposal: HubProposal,
    answer: HubAnswer,
    votes: Sequence[HubVote],
    rebuilt: Sequence[Rebuilt],
    *,
    order: Order = "voter",
    powers: Sequence[Finding] = (),
) -> HubAudit:
    """Audit a proposal with the votes of `answer`, in the same order as `votes`; raises as `governance.audit.audit`.

    `powers` is what was found when powers were computed again (`governance.hub_powers`).
    """
    counted, late = audit(answer, order), _explained_by(proposal, answer, votes, order)
    unsettled = not late and _is_unlike_published(counted) and any(map(_is_pending, votes)) and not _is_final(proposal)
    if late or unsettled:
        kept = (row for row in counted.differences if not row.kind.startswith("published"))
        counted = replace(counted, differences=tuple(kept))
    published = _published_verdict(proposal, answer)
    exact = verdict(proposal, counted.exact.scores, counted.exact.total) if published is not None else None
    seen = _Seen(
        proposal=proposal,
        answer=answer,
        votes=votes,
        rebuilt=rebuilt,
        counted=counted,
        published=published,
        exact=exact,
        late=late,
        unsettled=unsettled,
    )
    return HubAudit(
        proposal=proposal,
        answer=answer,
        counted=counted,
        findings=(*(finding for check in CHECKS for finding in check(seen)), *powers),
        signatures=dict(Counter(row.status for row in rebuilt)),
        published_verdict=published,
        exact_verdict=exact,
        unsettled=unsettled,
    )


def _explained_by(
    proposal: HubProposal, answer: HubAnswer, votes: Sequence[HubVote], order: Order
) -> Sequence[HubVote]:
    """The votes that came after Snapshot's last count, where leaving them out gives every published number again."""
    late = _after_the_count(proposal, votes)
    if not late or answer.total is None or _is_final(proposal):
        return ()
    gone = {vote.voter for vote in late}
    before = tuple(row for row, vote in zip(answer.rows, votes, strict=True) if vote.voter not in gone)
    if proposal.votes not in (None, len(before)):
        return ()
    return () if _is_unlike_published(audit(replace(answer, rows=before), order)) else late


def _after_the_count(proposal: HubProposal, votes: Sequence[HubVote]) -> list[HubVote]:
    updated = proposal.scores_updated
    return [vote for vote in votes if vote.created > updated] if updated else []


def _is_unlike_published(counted: Audit) -> bool:
    return any(row.is_bad and row.kind.startswith("published") for row in counted.differences)


def _is_final(proposal: HubProposal) -> bool:
    return proposal.scores_state == "final"


def _is_pending(vote: HubVote) -> bool:
    return vote.state not in ("", "final")


def verdict(proposal: HubProposal, scores: Sequence[Fraction], total: Fraction) -> Verdict | None:
    """Say what Snapshot's page says of these scores."""
    if proposal.system != "basic" or len(scores) < 2:
        return None
    quorum = Fraction(proposal.quorum)
    if proposal.quorum_type == "rejection":
        return "rejected" if scores[1] > quorum else "passed"
    return "passed" if total >= quorum and scores[0] > scores[1] else "rejected"


def _published_verdict(proposal: HubProposal, answer: HubAnswer) -> Verdict | None:
    if answer.scores is None or answer.total is None or None in answer.scores:
        return None
    scores = [Fraction(score) for score in answer.scores if score is not None]
    return verdict(proposal, scores, Fraction(answer.total))


def _votes_are_all_there(seen: _Seen) -> Iterator[Finding]:
    said, served = seen.proposal.votes, len(seen.votes) - len(seen.late)
    if said is not None and said > served:
        yield _finding("E_HUB_VOTES", "missing", "error", {"said": said, "served": served, "missing": said - served})
    if said is not None and said < served:
        yield _finding("E_HUB_VOTES", "surplus", "error", {"said": said, "served": served, "surplus": served - said})


def _votes_are_in_time(seen: _Seen) -> Iterator[Finding]:
    start, end = seen.proposal.start, seen.proposal.end
    late = [vote for vote in seen.votes if not start <= vote.created <= end] if start and end else []
    if late:
        yield _finding("E_HUB_VOTES", "window", "error", _about(late))


def _powers_are_their_parts(seen: _Seen) -> Iterator[Finding]:
    """A power is the sum of the powers by strategy, but for what doubles and 30 stored decimals lose."""
    wrong = [(vote, parts) for vote in seen.votes if (parts := _other_sum(vote)) is not None]
    if wrong:
        facts = {"power": Fraction(wrong[0][0].power), "parts": wrong[0][1]}
        yield _finding("E_HUB_POWER", "parts", "error", {**_about([vote for vote, _ in wrong]), **facts})


def _other_sum(vote: HubVote) -> Fraction | None:
    """The sum of the powers by strategy, where it is not the power; None where it is."""
    if not vote.by_strategy or vote.by_strategy == (vote.power,):
        return None
    parts, power = sum(map(Fraction, vote.by_strategy), Fraction()), Fraction(vote.power)
    return parts if abs(parts - power) * _CLOSE > max(abs(parts), abs(power)) + 1 else None


def _scores_come_from_the_votes(seen: _Seen) -> Iterator[Finding]:
    """Where every vote is there and a score is none of theirs, a power or a score was changed: say which."""
    off = [row for row in seen.counted.differences if row.kind == "published_score" and row.is_bad]
    if off and seen.proposal.votes in (None, len(seen.votes)):
        by = _apart(off[0].facts)
        options = tuple(row.option for row in off)
        yield _finding("E_HUB_POWER", "score", "error", {"option": off[0].option, "by": by, "options": options})


def _apart(facts: Mapping[str, object]) -> Fraction | None:
    """How much more was published than computed; None where that is no number."""
    published, computed = facts["published"], facts["computed"]
    try:
        return Fraction(published) - Fraction(computed)  # type: ignore[call-overload, no-any-return]
    except (ValueError, OverflowError):
        return None


def _signatures_are_their_voters(seen: _Seen) -> Iterator[Finding]:
    by_status: dict[str, list[Rebuilt]] = {}
    for row in seen.rebuilt:
        by_status.setdefault(row.status, []).append(row)
    for row in by_status.get("bad", ()):
        voter, power = checksum(row.vote.voter), Fraction(row.vote.power)
        yield _finding(
            "E_HUB_SIG", "bad", "error", {"voter": voter, "id": row.vote.id, "power": power, "code": row.code}
        )
    for status in ("unknown", "none", "contract", "alias"):
        rows = by_status.get(status)
        if rows:
            yield _finding("W_HUB_SIG", status, "warning", _about([row.vote for row in rows]))


def _winner_is_the_votes(seen: _Seen) -> Iterator[Finding]:
    scores = seen.answer.scores
    if scores is None or None in scores:
        return
    best = max(score for score in scores if score is not None)
    published = tuple(number for number, score in enumerate(scores, 1) if score == best)
    if published not in (seen.counted.snapshot_winners, seen.counted.exact.winners):
        yield _finding("E_HUB_WINNER", "", "error", {"published": published, "counted": seen.counted.exact.winners})


def _verdict_is_the_votes(seen: _Seen) -> Iterator[Finding]:
    if seen.published != seen.exact:
        facts = {"published": seen.published, "counted": seen.exact, "quorum": Fraction(seen.proposal.quorum)}
        yield _finding("E_HUB_VERDICT", "", "error", facts)


def _scores_are_final(seen: _Seen) -> Iterator[Finding]:
    pending = list(filter(_is_pending, seen.votes))
    if pending:
        yield _finding("W_HUB_LATE", "unsettled" if seen.unsettled else "power", "warning", _about(pending))
    if seen.proposal.scores_state not in ("", "final"):
        yield _finding("W_HUB_LATE", "scores", "warning", {"state": seen.proposal.scores_state})
    after = _after_the_count(seen.proposal, seen.votes)
    if after:
        yield _finding("W_HUB_LATE", "explains" if seen.late else "after", "warning", _about(after))


def _delegations_were_taken_back(seen: _Seen) -> Iterator[Finding]:
    names = [str(row.get("name", "")) for row in seen.proposal.strategies]
    overriding = [name for name in names if _OVERRIDING.search(name)]
    empty = [vote for vote in seen.votes if not vote.power]
    if overriding and empty:
        yield _finding("W_HUB_OVERRIDE", "", "info", {**_about(empty), "strategy": overriding[0]})


def _executors_do_what_they_show(seen: _Seen) -> Iterator[Finding]:
    """Other executors' blocks hold the calls that their hashes name, and there is one executor."""
    try:
        bindings = read_bindings(seen.proposal.plugins, seen.proposal.id)
    except CodedError as error:
        unknown = error.reason in {"legacy", "uma"}
        yield _finding(error.code, error.reason, "warning" if unknown else "error", error.facts)
        return
    for row in bindings:
        facts = {
            "module": checksum(row.module), "safe": None if row.safe is None else checksum(row.safe),
            "hash": "0x" + row.hash.hex(), "chain_id": row.chain_id, "calls": len(row.calls),
            "question_hash": "0x" + row.question_hash.hex(),
        }  # fmt: skip
        yield _finding("W_BINDING", row.executor, "info", facts)


CHECKS: tuple[Callable[[_Seen], Iterator[Finding]], ...] = (
    _votes_are_all_there, _votes_are_in_time, _powers_are_their_parts, _scores_come_from_the_votes,
    _signatures_are_their_voters, _winner_is_the_votes, _verdict_is_the_votes, _scores_are_final,
    _delegations_were_taken_back, _executors_do_what_they_show,
)  # fmt: skip


def _about(votes: Sequence[HubVote]) -> dict[str, object]:
    """How many votes, the first of their voters, and their power together."""
    voters = tuple(checksum(vote.voter) for vote in votes[:NAMED])
    return {"votes": len(votes), "voters": voters, "power": sum((Fraction(vote.power) for vote in votes), Fraction())}


def _finding(code: str, reason: str, level: Level, facts: Mapping[str, object]) -> Finding:
    return Finding(code=code, reason=reason, level=level, facts=facts)
