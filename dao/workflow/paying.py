"""Paying: a passed part becomes a Safe transaction, is reviewed, signed by owners, executed, and booked.

A Safe has no clock, so signing is what waits: `sign` runs the review against the vote first and refuses whatever the
review refuses. An execution is a fact only with its proved receipt, and the entry that books it comes in the same
commit.
"""

from __future__ import annotations

from chain import signature
from chain.clients.safe_deploy import execute_safe_tx
from chain.clients.safe_read import fetch_safe_state, safe_nonce
from chain.finding import Finding
from chain.receipt import open_receipt
from chain.safe import SafeTx, safe_tx_hash
from chain.safe_state import open_safe_state
from dao.errors import DaoError
from dao.record.case import Case, need
from dao.record.checks_payout import confirmations_of
from dao.record.checks_proposal import safe_version
from dao.record.safe_tx_block import write_safe_tx
from dao.workflow.desk import Blocks, Desk, Fact
from treasury.binding import build
from treasury.confirmations import check_confirmations, sign_safe_tx
from treasury.execution import check_execution
from treasury.payouts import PayoutId
from treasury.review import Review, VotedPart, review

_RESULT = (10, 20, 21, 22, 23, 24, 30, 31, 32, 40, 41, 42)
_ACTS = (*_RESULT, 50, 51)
_QUEUED = (*_ACTS, 60)


class PayError(DaoError):
    """A payout that may not be queued or signed (`E_BUDGET`, `E_REVIEW`, `E_STATE`)."""

    findings: tuple[Finding, ...] = ()


def queue(desk: Desk, proposal: bytes, part: int) -> SafeTx:
    """Build the Safe transaction of a part and put it into the journal, behind what is queued already."""
    case = desk.guarded(proposal, *_QUEUED, 70, 71)
    wanted = need(case.parts)[part - 1]
    _refuse_uncommitted(case, proposal, part)
    version = safe_version(need(case.settings), wanted.chain_id, wanted.safe)
    waiting = {tx.nonce for _, tx in need(case.safe_txs).values()}
    nonce = max([safe_nonce(desk.node, wanted.safe), *(taken + 1 for taken in waiting)])
    tx = build(wanted, nonce, version=version)
    blocks = Blocks()
    body = {"proposal": proposal, "part": part, "hash": safe_tx_hash(tx), "safe_tx": blocks.map(write_safe_tx(tx))}
    desk.take([Fact("queued", body)], blocks, proposal)
    return tx


def review_part(desk: Desk, proposal: bytes, part: int, tx: SafeTx) -> Review:
    """Review any transaction that claims to pay a part: against the vote, the clock, and the Safe as it is now."""
    case = desk.guarded(proposal, *_QUEUED, 61, 62)
    settings, closed = need(case.settings), need(case.closed)
    released = need(case.releases).get(part)
    mine = tuple(known for number, known in need(case.safe_txs).values() if number == part)
    others = frozenset(known.nonce for number, known in need(case.safe_txs).values() if number != part)
    state = open_safe_state(fetch_safe_state(desk.node, tx.safe, desk.node.head().ref.number))
    return review(
        tx,
        VotedPart(
            payout=PayoutId(proposal, part),
            part=need(case.parts)[part - 1],
            closed_at=closed.leaf.time,
            released_at=None if released is None else released.time,
            timelock=settings.timelock,
            grace=settings.grace,
            is_paid=part in need(case.executed),
            now=desk.now(),
            expected=need(case.safe_at_close),
            state=state,
            known=mine,
            taken=frozenset(nonce for nonce in others if nonce >= state.nonce),
        ),
        is_own_safe=True,
    )


def sign(desk: Desk, proposal: bytes, part: int, tx: SafeTx, owner_key: bytes) -> bytes:
    """Review a transaction and, if nothing speaks against it, sign it and take the confirmation; return the owner.

    A refusal carries the first error of the review as its own code and reason.
    """
    found = review_part(desk, proposal, part, tx)
    errors = [finding for finding in found.findings if finding.level == "error"]
    if errors:
        refusal = PayError(errors[0].code, errors[0].reason, **errors[0].facts)
        refusal.findings = found.findings
        raise refusal
    confirmation = sign_safe_tx(tx, owner_key)
    body = {"hash": safe_tx_hash(tx), "owner": confirmation.owner, "signature": confirmation.signature}
    desk.take([Fact("confirmation", body)], {}, proposal)
    return signature.address_of(owner_key)


def execute(desk: Desk, proposal: bytes, part: int, tx: SafeTx, key: bytes) -> bytes:
    """Send a confirmed transaction and book it with its proved receipt; return the transaction's hash."""
    found = review_part(desk, proposal, part, tx)
    if found.verdict == "refuse":
        first = next(finding for finding in found.findings if finding.level == "error")
        raise PayError(first.code, first.reason, **first.facts)
    case = desk.guarded(proposal, *_QUEUED)
    now = open_safe_state(fetch_safe_state(desk.node, tx.safe, desk.node.head().ref.number))
    blob = check_confirmations(tx, confirmations_of(case, safe_tx_hash(tx)), now)
    receipt = execute_safe_tx(desk.node, key, tx, blob)

    blocks = Blocks()
    proof = desk.node.receipt_proof(receipt.transaction_hash)
    check_execution(open_receipt(proof), tx)
    before = fetch_safe_state(desk.node, tx.safe, receipt.block.number - 1)
    body = {
        "proposal": proposal,
        "part": part,
        "hash": safe_tx_hash(tx),
        "receipt": blocks.map(proof.to_map()),
        "state": blocks.map(before.to_map()),
    }
    desk.take([Fact("executed", body)], blocks, proposal)
    desk.keep(proposal)
    return receipt.transaction_hash


def _refuse_uncommitted(case: Case, proposal: bytes, part: int) -> None:
    """A part that the fund does not cover waits (`E_BUDGET`)."""
    payout = PayoutId(proposal, part)
    committed = any(entry.id == f"committed/1:{payout}" for _, entry in need(case.entries))
    if need(case.released) and not committed:
        raise PayError("E_BUDGET", "uncommitted", part=part)
