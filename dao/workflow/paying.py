"""Paying: a passed part becomes a Safe transaction, is reviewed, signed by owners, executed, and booked.

A Safe has no clock, so signing is what waits: `sign` runs the review against the vote first and refuses whatever the
review refuses. An execution is a fact only with its proved receipt, and the entry that books it comes in the same
commit.
"""

from __future__ import annotations

from chain import signature
from chain.clients.safe_deploy import execute_safe_tx
from chain.clients.safe_read import fetch_safe_state, safe_nonce
from chain.errors import CodedError
from chain.finding import Finding
from chain.receipt import open_receipt
from chain.safe import SafeTx, safe_tx_hash
from chain.safe_state import open_safe_state
from dao.errors import DaoError
from dao.record.case import Case, Queued, need
from dao.record.checks_payout import confirmations_of, window_of
from dao.record.checks_proposal import safe_version
from dao.record.checks_stop import stopped
from dao.record.queue import spent_before
from dao.record.safe_tx_block import write_safe_tx
from dao.workflow.desk import PAID, QUEUED, Blocks, Desk, Fact
from proposals.parts import Part
from treasury.asks import asks
from treasury.binding import build
from treasury.booking import COMMITTED
from treasury.confirmations import check_confirmations, sign_safe_tx
from treasury.execution import EXECUTION_SUCCESS
from treasury.payouts import PayoutId
from treasury.review import Review, VotedPart, review


class PayError(DaoError):
    """A payout that may not be queued or signed (`E_BUDGET`, `E_REVIEW`, `E_STATE`)."""

    findings: tuple[Finding, ...] = ()


def queue(desk: Desk, proposal: bytes, part: int) -> SafeTx:
    """Build the Safe transaction of a part and put it into the journal, behind everything that is queued already.

    What the fund did not cover when the vote was counted is committed now, if the money has come since (`E_BUDGET`).
    """
    case = desk.guarded(proposal, *PAID, 70, 71)
    if part not in range(1, len(need(case.parts)) + 1):
        raise PayError("E_HASH_MISMATCH", "no_part", part=part, parts=len(need(case.parts)))
    if part in need(case.stops):
        raise stopped(part, need(case.stops)[part])
    wanted = need(case.parts)[part - 1]
    if need(case.released) and (not wanted.release or part in need(case.releases)):
        span = window_of(case, part)
        if desk.now() > span.latest:
            raise PayError("E_EXPIRED", latest=span.latest, now=desk.now())
    if need(case.released) and not _is_committed(case, proposal, part):
        desk.book_result(proposal)
    refuse_paid_outside(desk, case, wanted)
    version = safe_version(need(case.settings), wanted.chain_id, wanted.safe)
    tx = build(wanted, _next_nonce(desk, case, wanted), version=version)
    blocks = Blocks()
    body = {"proposal": proposal, "part": part, "hash": safe_tx_hash(tx), "safe_tx": blocks.map(write_safe_tx(tx))}
    desk.take([Fact("queued", body)], blocks, proposal)
    return tx


def _next_nonce(desk: Desk, case: Case, part: Part) -> int:
    """The first nonce of the Safe that no transaction which can still be executed has, whatever proposal it is of."""
    nonce = safe_nonce(desk.node, part.safe)
    here = [queued for queued in need(case.queue) if _is_of(queued, part) and queued.tx.nonce >= nonce]
    taken = {queued.tx.nonce for queued in here if not is_dead(desk, queued)}
    hashes = {queued.hash for queued in here}  # equal calls at a nonce given back would be the same transaction
    version = safe_version(need(case.settings), part.chain_id, part.safe)
    while nonce in taken or safe_tx_hash(build(part, nonce, version=version)) in hashes:
        nonce += 1
    return nonce


def refuse_paid_outside(desk: Desk, case: Case, part: Part) -> None:
    """If the owners executed this very part from a wallet since it was published, queueing it would pay it again, and
    ending it would say that it was never paid (`E_ALREADY`).
    """
    published = need(case.proposal_row).leaf.block.number
    nonce_then = open_safe_state(fetch_safe_state(desk.node, part.safe, published)).nonce
    version = safe_version(need(case.settings), part.chain_id, part.safe)
    booked = {queued.hash for queued in need(case.queue)}
    done = {
        found
        for log in desk.node.logs(part.safe, [EXECUTION_SUCCESS], published, desk.node.head().ref.number)
        for found in (*log.log.topics[1:], log.log.data[:32])
    }
    for nonce in range(nonce_then, safe_nonce(desk.node, part.safe)):
        hash_ = safe_tx_hash(build(part, nonce, version=version))
        if hash_ in done - booked:
            raise PayError("E_ALREADY", "outside", hash=hash_, nonce=nonce)


def is_dead(desk: Desk, queued: Queued) -> bool:
    """Whether a queued transaction will never be executed: its part has ended, or it has expired and nobody has signed
    it. A signature cannot be taken back, so one that was signed lives until its nonce is spent.
    """
    if any(leaf.kind == "ended" and (leaf.body["proposal"], leaf.body["part"]) == queued.payout
           for leaf in desk.journal.leaves):  # fmt: skip
        return True
    if any(leaf.kind == "confirmation" and leaf.body["hash"] == queued.hash for leaf in desk.journal.leaves):
        return False
    proposal, part = queued.payout
    try:
        return desk.now() > window_of(desk.case(proposal, *QUEUED), part).latest
    except CodedError:
        return False  # whatever is wrong with that one, it is none of this one's business


def _is_of(queued: Queued, part: Part) -> bool:
    return (queued.tx.chain_id, queued.tx.safe) == (part.chain_id, part.safe)


def review_part(desk: Desk, proposal: bytes, part: int, tx: SafeTx) -> Review:
    """Review any transaction that claims to pay a part: against the vote, the clock, everything that is queued, and the
    Safe as it is now.
    """
    case = desk.guarded(proposal, *QUEUED, 61, 62)
    settings, closed = need(case.settings), need(case.closed)
    released, stop = need(case.releases).get(part), need(case.stops).get(part)
    wanted = need(case.parts)[part - 1]
    here = [queued for queued in need(case.queue) if _is_of(queued, wanted)]
    state = open_safe_state(fetch_safe_state(desk.node, wanted.safe, desk.node.head().ref.number))
    others = [queued for queued in here if queued.payout != (proposal, part) and queued.tx.nonce >= state.nonce]
    return review(
        tx,
        VotedPart(
            payout=PayoutId(proposal, part),
            part=wanted,
            closed_at=closed.leaf.time,
            released_at=None if released is None else released.time,
            timelock=settings.timelock,
            grace=settings.grace,
            is_paid=part in need(case.executed),
            stop=None if stop is None else (stop.cause, stop.time),
            now=desk.now(),
            expected=need(case.safe_at_close),
            state=state,
            known=tuple(queued.tx for queued in here if queued.payout == (proposal, part)),
            taken=frozenset(queued.tx.nonce for queued in others if not is_dead(desk, queued)),
            spent=spent_before(case, here, (wanted.chain_id, wanted.safe), len(desk.journal)),
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
    """Send a confirmed transaction and book it with its proved receipt; return the transaction's hash.

    If somebody has sent it already, that execution is booked and nothing is sent: a payout is adopted, never repeated.
    """
    done = find_execution(desk, proposal, part, tx)
    if done is None:
        found = review_part(desk, proposal, part, tx)
        if found.verdict == "refuse":
            first = next(finding for finding in found.findings if finding.level == "error")
            raise PayError(first.code, first.reason, **first.facts)
        case = desk.guarded(proposal, *QUEUED)
        now = open_safe_state(fetch_safe_state(desk.node, tx.safe, desk.node.head().ref.number))
        blob = check_confirmations(tx, confirmations_of(case, safe_tx_hash(tx)), now)
        done = execute_safe_tx(desk.node, key, tx, blob).transaction_hash
    book_execution(desk, proposal, part, tx, done)
    return done


def find_execution(desk: Desk, proposal: bytes, part: int, tx: SafeTx) -> bytes | None:
    """The transaction in which the Safe reported success of `tx`, whoever sent it; None while there is none.

    Read from the Safe's logs since the block at which the transaction was queued.
    """
    case = desk.guarded(proposal, *QUEUED)
    queued = next((found for found in need(case.queue) if found.hash == safe_tx_hash(tx)), None)
    if queued is None or queued.payout != (proposal, part):
        return None
    return find_success(desk, tx, queued.row.leaf.block.number)


def find_success(desk: Desk, tx: SafeTx, first: int) -> bytes | None:
    """The transaction in which the Safe reported success of `tx`, from block `first` on; None while there is none."""
    for log in desk.node.logs(tx.safe, [EXECUTION_SUCCESS], first, desk.node.head().ref.number):
        if safe_tx_hash(tx) in (*log.log.topics[1:], log.log.data[:32]):
            return log.transaction_hash
    return None


def book_execution(desk: Desk, proposal: bytes, part: int, tx: SafeTx, transaction: bytes) -> None:
    """Book an execution: its proved receipt, the Safe as it was in the block before, and the entry that follows."""
    blocks = Blocks()
    proof = desk.node.receipt_proof(transaction)
    header = open_receipt(proof).header
    before = fetch_safe_state(desk.node, tx.safe, header.number - 1)
    body = {
        "proposal": proposal,
        "part": part,
        "hash": safe_tx_hash(tx),
        "receipt": blocks.map(proof.to_map()),
        "state": blocks.map(before.to_map()),
    }
    desk.take([Fact("executed", body)], blocks, proposal)
    desk.keep(proposal)


def _is_committed(case: Case, proposal: bytes, part: int) -> bool:
    payout = PayoutId(proposal, part)
    wanted = asks(need(case.parts))[part - 1]
    return not wanted or any(entry.id == f"{COMMITTED}:{payout}" for _, entry in need(case.entries))
