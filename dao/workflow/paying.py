"""Paying: a passed part becomes a Safe transaction, is reviewed, signed by owners, executed, and booked.

A Safe has no clock, so signing is what waits: `sign` runs the review against the vote first and refuses whatever the
review refuses. An execution is a fact only with its proved receipt; the entry that books it is in the same commit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from chain.clients.safe_deploy import exec_transaction_call
from chain.clients.safe_dry_run import dry_run
from chain.clients.safe_read import fetch_confirmations, fetch_executed, fetch_known_safe, safe_nonce
from chain.errors import CodedError, UncheckableError
from chain.finding import Finding
from chain.receipt import open_receipt
from chain.safe import SafeTx, safe_tx_hash
from chain.safe_state import open_safe_state
from chain.signer import Signer
from dao.errors import DaoError
from dao.record.case import Case, Queued, Row, need
from dao.record.checks_books import entries_of
from dao.record.checks_dispute import frozen
from dao.record.checks_payout import confirmation_rows
from dao.record.checks_proposal import safe_version
from dao.record.checks_stop import stopped
from dao.record.leaves import Leaf
from dao.record.owner_consents import confirmation_in, proved_by
from dao.record.owners_since import in_their_time, owners_now
from dao.record.queue import spent_before
from dao.record.safe_tx_block import write_safe_tx
from dao.record.windows import window_of
from dao.workflow import part_facts, sending
from dao.workflow.consenting import confirmation_fact
from dao.workflow.desk import BOOKED, PAID, QUEUED, Blocks, Desk, Fact
from dao.workflow.proposing import settings_in_force
from dao.workflow.spending import outflows_of, shares_of, spending_beside
from proposals.parts import Part
from treasury.asks import asks
from treasury.binding import build
from treasury.booking import COMMITTED
from treasury.confirmations import Confirmation, check_confirmations, sign_safe_tx
from treasury.execution import EXECUTION_SUCCESS, check_execution
from treasury.payouts import PayoutId
from treasury.review import Review, VotedPart, review

_ATTEMPTS = 3
"""How often a new transaction is made when others take its nonce."""
_MARGIN_SECONDS = 600
"""Before the end of a part nothing is sent any more: mined after it, the money would be gone and never be booked."""


class PayError(DaoError):
    """A payout that may not be queued or signed (`E_BUDGET`, `E_REVIEW`, `E_STATE`)."""

    findings: tuple[Finding, ...] = ()


def queue(desk: Desk, proposal: bytes, part: int) -> SafeTx:
    """Build the Safe transaction of a part and put it into the journal, behind everything that is queued already.

    What the fund did not cover when the vote was counted is committed now, if the money has come since (`E_BUDGET`).
    """
    case = desk.guarded(proposal, *PAID, *BOOKED)
    wanted = part_of(case, part)
    if part in need(case.stops):
        raise stopped(part, need(case.stops)[part])
    dispute = need(case.disputes).get(part)
    if dispute is not None and dispute.resolved is None:
        raise frozen(part, dispute.deadline)
    if need(case.released) and (not wanted.release or part in need(case.releases)):
        span = window_of(case, part)
        if desk.now() > span.latest:
            raise PayError("E_EXPIRED", latest=span.latest, now=desk.now())
    refuse_paid_outside(desk, case, wanted)
    is_owed = need(case.released) and not _is_committed(case, proposal, part)
    owed = entries_of(case, _result(case)) if is_owed else ()
    version = safe_version(need(case.settings), wanted.chain_id, wanted.safe)
    tx = build(wanted, _next_nonce(desk, case, wanted), version=version)
    part_facts.refuse_batch(desk.node, tx, desk.head().ref.number)
    blocks = Blocks()
    body = {"proposal": proposal, "part": part, "hash": safe_tx_hash(tx), "safe_tx": blocks.map(write_safe_tx(tx))}
    desk.take([Fact("queued", body)], blocks, proposal, owed=owed)
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
    """Raise `E_ALREADY` if the owners executed this very part from a wallet: queueing it would pay it again, and ending
    it would say that it was never paid.
    """
    outside = _paid_outside(desk, case, part)
    if outside is not None:
        raise PayError("E_ALREADY", "outside", nonce=outside[0], hash=outside[1])


def _paid_outside(desk: Desk, case: Case, part: Part) -> tuple[int, bytes] | None:
    """Nonce and hash of a transaction by which the owners executed this very part from a wallet since it was published:
    queueing, signing or executing ours would pay it again.
    """
    published = need(case.proposal_row).leaf.block.number
    head = desk.head().ref.number
    then, now = (open_safe_state(fetch_known_safe(desk.node, part.safe, number)) for number in (published, head))
    version = safe_version(need(case.settings), part.chain_id, part.safe)
    booked = {queued.hash for queued in need(case.queue)}
    done = fetch_executed(desk.node, then, now)
    for nonce in range(then.nonce, now.nonce):
        hash_ = safe_tx_hash(build(part, nonce, version=version))
        if hash_ in done - booked:
            return nonce, hash_
    return None


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
        case = desk.case(proposal, *QUEUED)
        dispute = need(case.disputes).get(part)
        is_waiting = dispute is not None and dispute.is_open(desk.now())
        return not is_waiting and desk.now() > window_of(case, part).latest
    except CodedError:
        return False  # whatever is wrong with that one, it is none of this one's business


def part_of(case: Case, part: int) -> Part:
    """The voted part of this number; `E_HASH_MISMATCH` (`no_part`) where there is none."""
    parts = need(case.parts)
    if not 1 <= part <= len(parts):
        raise PayError("E_HASH_MISMATCH", "no_part", part=part, parts=len(parts))
    return parts[part - 1]


def _is_of(queued: Queued, part: Part) -> bool:
    return (queued.tx.chain_id, queued.tx.safe) == (part.chain_id, part.safe)


def review_part(desk: Desk, proposal: bytes, part: int, tx: SafeTx) -> Review:
    """Review any transaction that claims to pay a part: against the vote, the clock, everything that is queued, and the
    Safe as it is now.
    """
    case = desk.guarded(proposal, *QUEUED, 61, 62)
    settings, closed = need(case.settings), need(case.closed)
    wanted = part_of(case, part)
    fund = settings.fund(need(need(case.commitment).fund))
    released, stop = need(case.releases).get(part), need(case.stops).get(part)
    dispute = need(case.disputes).get(part)
    here = [queued for queued in need(case.queue) if _is_of(queued, wanted)]
    state = open_safe_state(fetch_known_safe(desk.node, wanted.safe, desk.node.head().ref.number))
    published = need(case.proposal_row).leaf.block.number
    tried = dry_run(desk.node, tx, state.block.number) if tx.safe == wanted.safe else None
    spent = spent_before(case, here, (wanted.chain_id, wanted.safe), len(desk.journal))
    alive = _alive(desk, case, [queued for queued in here if queued.payout != (proposal, part)], spent)
    return review(
        tx,
        VotedPart(
            payout=PayoutId(proposal, part),
            part=wanted,
            closed_at=closed.leaf.time,
            released_at=None if released is None else released.time,
            timelock=settings.timelock,
            grace=settings.grace,
            extension=0 if dispute is None else dispute.extension_at(desk.now()),
            is_disputed=dispute is not None and dispute.resolved is None,
            is_paid=part in need(case.executed),
            stop=None if stop is None else (stop.cause, stop.time),
            outside=_paid_outside(desk, case, wanted),
            now=desk.now(),
            expected=owners_now(case),
            state=state,
            known=tuple(queued.tx for queued in here if queued.payout == (proposal, part)),
            taken=frozenset(queued.tx.nonce for queued in alive if queued.tx.nonce >= state.nonce),
            spent=spent,
            codes=part_facts.codes_called(desk.node, wanted, published, desk.head().ref.number),
            batch=part_facts.batch_code(desk.node, tx, desk.head().ref.number),
            spending=spending_beside(desk, case, part, tx, alive),
            excluded=frozenset(() if fund is None else fund.mandate.excluded),
            outflows=() if fund is None else outflows_of(desk, fund),
            shares=() if fund is None else shares_of(desk, fund),
            succeeds=None if tried is None else tried.succeeds,
            trial=part_facts.tried(desk.node, wanted, settings.funds, state.block.number),
        ),
        is_own_safe=True,
    )


def _alive(desk: Desk, case: Case, others: Sequence[Queued], spent: Mapping[int, bytes]) -> list[Queued]:
    """Those of other payouts' transactions that are not booked and can still be executed, as far as is known."""
    booked = {row.leaf.body["hash"] for row in case.rows("executed")}
    waiting = [queued for queued in others if queued.hash not in booked]
    return [q for q in waiting if spent.get(q.tx.nonce, q.hash) == q.hash and not is_dead(desk, q)]


def sign(desk: Desk, proposal: bytes, part: int, tx: SafeTx, owner: Signer) -> Confirmation:
    """Review a transaction and, if nothing speaks against it, sign it and take the confirmation.

    A refusal carries the first error of the review as its own code and reason.
    """
    refuse_reviewed(desk, proposal, part, tx)
    confirmation = sign_safe_tx(tx, owner)
    _take_confirmations(desk, proposal, tx, [confirmation])
    return confirmation


def confirm(desk: Desk, proposal: bytes, part: int, tx: SafeTx, confirmations: Sequence[Confirmation]) -> list[int]:
    """Take confirmations that were made elsewhere, after the same review; return their leaves' indexes. All of them
    are taken, or none. Of what the Safe has executed already they are taken without it, to be booked with; of what is
    booked none is taken any more.
    """
    try:
        refuse_reviewed(desk, proposal, part, tx)
    except PayError:
        if _is_booked(desk, proposal, part) or find_execution(desk, proposal, part, tx) is None:
            raise
    return _take_confirmations(desk, proposal, tx, confirmations)


def _is_booked(desk: Desk, proposal: bytes, part: int) -> bool:
    return any(
        leaf.kind == "executed" and (leaf.body["proposal"], leaf.body["part"]) == (proposal, part)
        for leaf in desk.journal.leaves
    )


def refuse_reviewed(desk: Desk, proposal: bytes, part: int, tx: SafeTx) -> None:
    """Raise the first error of the review of a transaction; the refusal carries all findings."""
    found = review_part(desk, proposal, part, tx)
    errors = [finding for finding in found.findings if finding.level == "error"]
    if errors:
        refusal = PayError(errors[0].code, errors[0].reason, **errors[0].facts)
        refusal.findings = found.findings
        raise refusal


def _take_confirmations(desk: Desk, proposal: bytes, tx: SafeTx, given: Sequence[Confirmation]) -> list[int]:
    head, blocks = desk.head(), Blocks()
    facts = [confirmation_fact(desk.node, tx, confirmation, head, blocks) for confirmation in given]
    return desk.take(facts, blocks, proposal, head=head)


def execute(
    desk: Desk,
    proposal: bytes,
    part: int,
    tx: SafeTx,
    sender: Signer,
    *,
    replace: bool = False,
    seconds: int = sending.WAIT_SECONDS,
) -> bytes:
    """Send a confirmed transaction and book it with its proved receipt; return the transaction's hash.

    If somebody has sent it already, that execution is booked and nothing is sent: a payout is adopted, never repeated.
    What an earlier run kept is waited for or sent again, byte for byte, and with `replace` outbid. `PendingError` where
    it is on its way after `seconds`, or in a block that is not final yet; `PayError` where the Safe did not execute it.
    Where the journal is not written nothing is sent either (`E_WRITER`), because nobody would book it.
    """
    desk.refuse_reader()
    intents, hash_ = desk.journal.intents, safe_tx_hash(tx)
    for _ in range(_ATTEMPTS):
        flight = sending.in_flight(desk.node, intents.of(hash_))  # first: what is mined meanwhile is in the logs then
        done = find_execution(desk, proposal, part, tx)
        if done is None:
            try:
                order = _order(desk, proposal, part, tx, sender)
                flight = sending.send(desk.node, intents, order, flight, replace=replace)
            except CodedError as error:  # refused, because somebody was quicker than our questions?
                done = None if isinstance(error, UncheckableError) else find_execution(desk, proposal, part, tx)
                if done is None:
                    raise
        if done is not None or flight:
            break
    else:
        raise sending.SendError("E_STATE", "nonce_used", sender=sender.address, attempts=_ATTEMPTS)
    ours = {intent.transaction: intent for intent in intents.of(hash_)}
    with sending.on_its_way(flight[-1] if done is None else ours.get(done)):
        watched = [intent.transaction for intent in flight] if done is None else [done]
        done = await_success(desk, tx, watched, partial(find_execution, desk, proposal, part, tx), seconds)
        book_execution(desk, proposal, part, tx, done)
    return done


def _order(desk: Desk, proposal: bytes, part: int, tx: SafeTx, sender: Signer) -> sending.Order:
    """Review a transaction once more, and make the call that carries it and its confirmations."""
    found = review_part(desk, proposal, part, tx)
    if found.verdict == "refuse":
        first = next(finding for finding in found.findings if finding.level == "error")
        raise PayError(first.code, first.reason, **first.facts)
    case = desk.guarded(proposal, *QUEUED)
    span, now = window_of(case, part), desk.now()
    margin = max(1, min(_MARGIN_SECONDS, (span.latest - span.eta) // 2))  # a short window is not all margin
    if now > span.latest - margin:
        raise PayError("E_EXPIRED", "soon", latest=span.latest, now=now, seconds=margin)
    state = open_safe_state(fetch_known_safe(desk.node, tx.safe, desk.node.head().ref.number))
    rows = in_their_time(case, confirmation_rows(case, safe_tx_hash(tx)), state)
    given = [confirmation_in(row, case.get) for row in rows]
    blob = check_confirmations(tx, given, state, proved_by(case, tx, rows))
    return sending.Order(proposal, part, safe_tx_hash(tx), tx.safe, exec_transaction_call(tx, blob), sender)


def await_success(
    desk: Desk, tx: SafeTx, transactions: Sequence[bytes], find: Callable[[], bytes | None], seconds: int
) -> bytes:
    """Wait until one of some transactions is final, and `find` the one in which the Safe reported success.

    That may be somebody else's, which made ours fail. `E_EXECUTION` where there is none.
    """
    chain = settings_in_force(desk).chain(tx.chain_id)
    depth = 0 if chain is None else chain.finality_depth
    mined = sending.wait(desk.node, transactions, depth, seconds)
    done = find()
    if done is None and not mined.status:
        raise PayError("E_EXECUTION", "reverted", transaction=mined.transaction_hash, block=mined.block.number)
    if done is None:
        check_execution(open_receipt(desk.node.receipt_proof(mined.transaction_hash)), tx)
    elif done != mined.transaction_hash:
        sending.wait(desk.node, [done], depth, seconds)
    return done or mined.transaction_hash


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
    """Book an execution: its proved receipt, the Safe as it was in the block before, and the entry that follows. Where
    owners signed it elsewhere, their confirmations are read from what was sent, and checked as any other.
    """
    head, blocks = desk.head(), Blocks()
    proof = desk.node.receipt_proof(transaction)
    header = open_receipt(proof).header
    before = fetch_known_safe(desk.node, tx.safe, header.number - 1)
    signed = {leaf.body["owner"] for leaf in desk.journal.leaves if _confirms(leaf, tx)}
    more: Sequence[Confirmation] = ()
    if len(signed) < open_safe_state(before).threshold:  # it was sent with others, from a wallet
        more = [given for given in fetch_confirmations(desk.node, tx, transaction) if given.owner not in signed]
    body = {
        "proposal": proposal,
        "part": part,
        "hash": safe_tx_hash(tx),
        "receipt": blocks.map(proof.to_map()),
        "state": blocks.map(before.to_map()),
    }
    consents = [confirmation_fact(desk.node, tx, given, head, blocks) for given in more]
    desk.take([*consents, Fact("executed", body)], blocks, proposal, head=head)
    desk.keep(proposal)


def _confirms(leaf: Leaf, tx: SafeTx) -> bool:
    return leaf.kind == "confirmation" and leaf.body["hash"] == safe_tx_hash(tx)


def _result(case: Case) -> Row:
    return next(case.rows("result", proposal=case.proposal))


def _is_committed(case: Case, proposal: bytes, part: int) -> bool:
    payout = PayoutId(proposal, part)
    wanted = asks(need(case.parts))[part - 1]
    return not wanted or any(entry.id == f"{COMMITTED}:{payout}" for _, entry in need(case.entries))
