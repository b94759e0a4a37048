"""Signing without a network: an owner's machine that has a decision record, a trust file, a key and a clock.

Decides what a record can answer of the review that comes before every signature: that this transaction is, byte for
byte, the part that was voted; who may sign; the window, milestones, disputes, vetoes and other transactions of the same
payout, as of the record's last leaf. What only the chain, or the journal since then, can answer stays open and is
named; whoever takes the signature into the journal reviews it with all of that. Anchors come from the trust file, never
from the record: one that leaves settings or journal key to be assumed is refused.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from chain.networks import DEVNET_CHAIN_ID
from chain.safe import SafeTx
from chain.signer import Signer
from dao.errors import DaoError
from dao.record.case import Case, need
from dao.record.owners_since import owners_now
from dao.record.queue import spent_before
from dao.record.verify import Report
from dao.workflow.paying import part_of
from treasury.confirmations import Confirmation, sign_safe_tx
from treasury.payouts import PayoutId
from treasury.review import Review, VotedPart, review

_ANCHORS = ("A_SETTINGS", "A_JOURNAL_KEY")


class RecordSigningError(DaoError):
    """A record from which nothing may be signed (`E_SPLIT_VIEW`, `E_STATE`, `E_SAFE_SIGS`, or the review's code)."""


class Reviewed(NamedTuple):
    """A queued transaction out of a record, and its review."""

    tx: SafeTx
    review: Review
    owners: tuple[bytes, ...]
    """Who may sign it, as far as the record knows."""
    confirmed: tuple[bytes, ...]
    """Who has."""
    as_of: int
    """Time of the record's last leaf."""


def review_record(report: Report, part: int, clock: int) -> Reviewed:
    """Review the latest transaction that was queued for a part; `clock` in Unix seconds (a devnet has only the time of
    its last leaf). A record that fails a check raises its error.
    """
    if report.failed is not None and report.failed.error is not None:
        raise report.failed.error
    assumed = [name for name in report.assumed if name in _ANCHORS]
    if assumed:
        raise RecordSigningError("E_SPLIT_VIEW", "no_anchors", assumed=assumed)
    case = need(report.case)
    wanted, payout = part_of(case, part), (case.proposal, part)
    queue = [each for each in need(case.queue) if (each.tx.chain_id, each.tx.safe) == (wanted.chain_id, wanted.safe)]
    ours = [each for each in queue if each.payout == payout]
    if not ours:
        raise RecordSigningError("E_STATE", "none_queued", part=part)
    as_of = max(leaf.time for leaf in case.leaves.values())
    spent = spent_before(case, queue, (wanted.chain_id, wanted.safe), max(case.leaves) + 1)
    now = as_of if wanted.chain_id == DEVNET_CHAIN_ID else clock
    found = review(ours[-1].tx, _voted(case, part, [each.tx for each in ours], spent, now), is_own_safe=True)
    confirmed = tuple(bytes(row.leaf.body["owner"]) for row in case.rows("confirmation", hash=ours[-1].hash))  # type: ignore[call-overload]
    open_ = replace(found, unchecked=(*found.unchecked, "limits", "since"))
    return Reviewed(ours[-1].tx, open_, owners_now(case).owners, confirmed, as_of)


def sign(reviewed: Reviewed, owner: Signer) -> Confirmation:
    """Sign what was reviewed, if nothing speaks against it; a refusal carries the first error of the review."""
    for finding in reviewed.review.findings:
        if finding.level == "error":
            raise RecordSigningError(finding.code, finding.reason, **finding.facts)
    if owner.address not in reviewed.owners:
        raise RecordSigningError("E_SAFE_SIGS", "stranger", owner=owner.address, safe=reviewed.tx.safe)
    if owner.address in reviewed.confirmed:
        raise RecordSigningError("E_SAFE_SIGS", "confirmed_twice", owner=owner.address)
    return sign_safe_tx(reviewed.tx, owner)


def _voted(case: Case, part: int, known: list[SafeTx], spent: dict[int, bytes], now: int) -> VotedPart:
    settings, fund = need(case.settings), need(case.settings).fund(need(need(case.commitment).fund))
    released, stop = need(case.releases).get(part), need(case.stops).get(part)
    dispute = need(case.disputes).get(part)
    return VotedPart(
        payout=PayoutId(case.proposal, part),
        part=part_of(case, part),
        closed_at=need(case.closed).leaf.time,
        released_at=None if released is None else released.time,
        timelock=settings.timelock,
        grace=settings.grace,
        extension=0 if dispute is None else dispute.extension_at(now),
        is_disputed=dispute is not None and dispute.resolved is None,
        is_paid=part in need(case.executed),
        stop=None if stop is None else (stop.cause, stop.time),
        now=now,
        expected=owners_now(case),
        known=tuple(known),
        spent=spent,
        excluded=frozenset(() if fund is None else fund.mandate.excluded),
    )
