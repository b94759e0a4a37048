"""The review that comes before a signature: what a Safe transaction would do, and whether it may be signed.

Decides a verdict from values alone: the transaction's own bytes, and, where a vote is said to cover it, the facts of
that vote. Any finding of level error refuses. The three hashes are computed here from the fields, so that a signer can
compare them with what his device shows, and nothing that a service claims is believed. What could not be checked is
named. It does not sign, does not ask a chain, and does not say what the code behind an address does.

Without a vote the verdict is about danger only: a plain payment that nobody voted on comes out as `sign` with
W_NO_VOTE, because outside a workspace nobody knows what was voted. In a workspace whose settings name the Safe the same
payment is E_NO_VOTE, and so is everything but the housekeeping that they declare (`treasury.housekeeping`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from chain.finding import Finding, has_errors
from chain.safe import SafeTx, domain_hash, message_hash, safe_tx_hash
from treasury import review_chain
from treasury.housekeeping import Housekeeping, housekeeping_findings
from treasury.review_calls import Action, actions, unfold
from treasury.review_chain import OnChain, chain_findings
from treasury.review_rules import STRUCTURAL_RULES, Sight
from treasury.review_vote import VOTE_RULES, Signing, VotedPart, is_what_was_voted, unchecked_of
from treasury.trial import Trial

__all__ = ["Action", "Housekeeping", "OnChain", "Review", "VotedPart", "review"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What a signer should know before signing."""

    verdict: Literal["sign", "refuse"]
    findings: tuple[Finding, ...]
    unchecked: tuple[str, ...]
    """Names of what nobody could check: `vote`, `window`, `nonce`, `configuration`, `dry_run`, `balances`, `code`."""
    domain_hash: bytes
    message_hash: bytes
    """With `domain_hash` what hardware wallets show."""
    safe_tx_hash: bytes
    """What is signed."""
    actions: tuple[Action, ...]
    trial: Trial | None = None
    """What its calls would move now, where a vote covers it or its chain was asked, and somebody could try."""


def review(
    tx: SafeTx,
    vote: VotedPart | None = None,
    *,
    housekeeping: Housekeeping | None = None,
    is_own_safe: bool = False,
    seen: OnChain | None = None,
) -> Review:
    """Review a transaction. `is_own_safe`: the workspace's settings name this Safe, so that only a vote may use it, or
    what they declare as `housekeeping`, of which these are the facts. `seen`: what the chain says, where neither is.
    """
    unfolded = unfold(tx)
    is_kept = False
    if vote is None and housekeeping is not None:
        of_vote = tuple(housekeeping_findings(tx, housekeeping))
        is_kept = not has_errors(of_vote)
    else:
        of_vote = tuple(_vote_findings(tx, vote, is_own_safe=is_own_safe))
        of_vote += () if seen is None else tuple(chain_findings(tx, seen))
    is_voted = vote is not None and not any(is_what_was_voted(Signing(tx, vote)))
    sight = Sight(tx, unfolded.calls, is_voted, is_kept)
    findings = (*of_vote, *unfolded.findings, *_structural_findings(sight))
    return Review(
        verdict="refuse" if has_errors(findings) else "sign",
        findings=findings,
        unchecked=_unchecked(vote, housekeeping, seen),
        domain_hash=domain_hash(tx.chain_id, tx.safe, tx.version),
        message_hash=message_hash(tx),
        safe_tx_hash=safe_tx_hash(tx),
        actions=actions(unfolded, tx.chain_id, tx.safe),
        trial=vote.trial if vote is not None and is_voted else None if seen is None else seen.trial,
    )


def _unchecked(vote: VotedPart | None, housekeeping: Housekeeping | None, seen: OnChain | None) -> tuple[str, ...]:
    if vote is None and housekeeping is not None:
        return ("code",)
    return unchecked_of(vote) if seen is None else review_chain.unchecked_of(seen)


def _vote_findings(tx: SafeTx, vote: VotedPart | None, *, is_own_safe: bool) -> Iterator[Finding]:
    if vote is not None:
        for rule in VOTE_RULES:
            yield from rule(Signing(tx, vote))
    elif is_own_safe:
        yield Finding(code="E_NO_VOTE", reason="uncovered", place="transaction", facts={"safe": tx.safe})
    else:
        yield Finding(code="W_NO_VOTE", level="warning", place="transaction", facts={"safe": tx.safe})


def _structural_findings(sight: Sight) -> Iterator[Finding]:
    for rule in STRUCTURAL_RULES:
        yield from rule(sight)
