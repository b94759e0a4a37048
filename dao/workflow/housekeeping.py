"""Housekeeping: what owners of a Safe do without a vote, as far as the settings in force declare it.

A change of owners is announced by a leaf, waits for the notice, is signed in a file that owners pass around, executed
once, and booked with its proved receipt. A rejection spends the nonce of a payout that may not be paid any more; that
the payout has ended is booked by `stopping.end`. Confirmations of housekeeping enter no journal: what the Safe itself
logs shows that there were enough of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from chain.clients.safe_deploy import exec_transaction_call
from chain.clients.safe_read import fetch_safe_state
from chain.errors import CodedError
from chain.receipt import open_receipt
from chain.safe import SafeTx, safe_tx_hash
from chain.safe_state import SafeState, open_safe_state
from chain.signer import Signer
from dao.errors import DaoError
from dao.record.case import Case, Queued, need
from dao.record.checks_end import cause_at
from dao.record.checks_housekeeping import announcement_at, free_at
from dao.record.checks_proposal import safe_version
from dao.record.queue import read_queue
from dao.record.safe_tx_block import write_safe_tx
from dao.workflow import sending, stopping
from dao.workflow.desk import NO_PROPOSAL, PAID, Blocks, Desk, Fact
from dao.workflow.paying import PayError, await_success, find_success
from dao.workflow.proposing import settings_in_force
from governance.settings import SafeSettings
from treasury.confirmations import Confirmation, check_confirmation, check_confirmations, sign_safe_tx
from treasury.housekeeping import (
    Housekeeping,
    HousekeepingError,
    OwnerChange,
    RejectedPayout,
    change_tx,
    check_announced,
    check_change,
)
from treasury.rejection import is_rejection, rejection_of
from treasury.review import Review, review

_KEPT = (10, 54, 55)


class KeepError(DaoError):
    """Housekeeping that cannot be made or executed (`E_NO_VOTE`, `E_SAFE_SIGS`)."""


def announce(desk: Desk, change: OwnerChange) -> int:
    """Announce a change of the treasury Safe's owners; return the leaf's index. Of one Safe the newest announcement
    takes the place of those before.
    """
    safe = _treasury(desk)
    desk.check_anchors(settings_in_force(desk))
    check_change(change, _state(desk, safe.address))
    body = {"safe": safe.address, "owner": change.owner, "former": change.former, "threshold": change.threshold}
    index = desk.take([Fact("announced", body)], {})[0]
    desk.keep_as(settings_in_force(desk).journal.origin)
    return index


def announced_tx(desk: Desk) -> SafeTx:
    """The transaction of what was announced last, with the Safe's next nonce; refused before its time."""
    safe = _treasury(desk)
    case = _case(desk)
    found = announcement_at(case, (safe.chain_id, safe.address), desk.now())
    if found is None:
        raise KeepError("E_NO_VOTE", "nothing_announced", safe=safe.address)
    announced = found.announced
    check_announced(announced.change, announced, desk.now(), free_at(need(case.kept), (safe.chain_id, safe.address)))
    state = _state(desk, safe.address)
    return change_tx(announced.change, state, state.nonce, safe.version)


def rejecting_tx(desk: Desk, tx: SafeTx) -> SafeTx:
    """The rejection of a queued transaction; refused while its payout stands."""
    rejection = rejection_of(tx)
    refuse_reviewed(review_housekeeping(desk, rejection))
    return rejection


def review_housekeeping(desk: Desk, tx: SafeTx) -> Review:
    """Review a transaction of a Safe that the settings name and that nothing queued has."""
    case = _case(desk)
    desk.check_anchors(settings_in_force(desk))
    return review(tx, housekeeping=_facts(desk, case, tx), is_own_safe=True)


def refuse_reviewed(found: Review) -> None:
    """Raise the first error of a review as its own code and reason, with all of the findings."""
    errors = [finding for finding in found.findings if finding.level == "error"]
    if errors:
        refusal = PayError(errors[0].code, errors[0].reason, **errors[0].facts)
        refusal.findings = found.findings
        raise refusal


def sign(desk: Desk, tx: SafeTx, owner: Signer, given: Iterable[Confirmation] = ()) -> list[Confirmation]:
    """Review a transaction and, if nothing speaks against it, sign it as an owner; return the confirmation behind those
    that were `given`, all of them checked. Nothing enters the journal.
    """
    refuse_reviewed(review_housekeeping(desk, tx))
    state = _state(desk, tx.safe)
    others = [confirmation for confirmation in given if confirmation.owner != owner.address]
    for confirmation in others:
        check_confirmation(tx, confirmation, state)
    mine = sign_safe_tx(tx, owner)
    check_confirmation(tx, mine, state)
    return [*others, mine]


def threshold_of(desk: Desk, tx: SafeTx) -> int:
    """How many owners the Safe asks for now."""
    return _state(desk, tx.safe).threshold


def execute(
    desk: Desk,
    tx: SafeTx,
    confirmations: Iterable[Confirmation],
    sender: Signer,
    *,
    replace: bool = False,
    seconds: int = sending.WAIT_SECONDS,
) -> bytes:
    """Send what enough owners signed and book it; return the transaction's hash. What was executed already, by whom
    ever, is booked and not sent; run it again after any interruption.
    """
    desk.refuse_reader()
    intents = desk.journal.intents
    find = partial(find_success, desk, tx, _first_block(desk, tx))
    flight = sending.in_flight(desk.node, intents.of(safe_tx_hash(tx)))
    done = find()
    if done is None:
        refuse_reviewed(review_housekeeping(desk, tx))
        blob = check_confirmations(tx, confirmations, _state(desk, tx.safe))
        call = exec_transaction_call(tx, blob)
        order = sending.Order(NO_PROPOSAL, 0, safe_tx_hash(tx), tx.safe, call, sender)
        flight = sending.send(desk.node, intents, order, flight, replace=replace)
        if not flight:
            raise sending.SendError("E_STATE", "nonce_used", sender=sender.address, attempts=1)
    with sending.on_its_way(flight[-1] if done is None else None):
        watched = [intent.transaction for intent in flight] if done is None else [done]
        done = await_success(desk, tx, watched, find, seconds)
    book(desk, tx, done)
    return done


def book(desk: Desk, tx: SafeTx, transaction: bytes) -> None:
    """Book what the Safe executed: a change of owners with its proof, a rejection by ending the payouts it rejects."""
    if is_rejection(tx):
        for payout in _payouts_at(desk, _case(desk), tx):
            try:
                stopping.end(desk, payout.proposal, payout.part)
            except CodedError as error:
                if (error.code, error.reason) not in (("E_ALREADY", "ended"), ("E_STATE", "not_over")):
                    raise
        return
    if any(leaf.kind == "housekept" and leaf.body["hash"] == safe_tx_hash(tx) for leaf in desk.journal.leaves):
        return
    blocks = Blocks()
    proof = desk.node.receipt_proof(transaction)
    before = fetch_safe_state(desk.node, tx.safe, open_receipt(proof).header.number - 1)
    body = {
        "hash": safe_tx_hash(tx),
        "safe_tx": blocks.map(write_safe_tx(tx)),
        "receipt": blocks.map(proof.to_map()),
        "state": blocks.map(before.to_map()),
    }
    desk.take([Fact("housekept", body)], blocks)
    desk.keep_as(settings_in_force(desk).journal.origin)


def _facts(desk: Desk, case: Case, tx: SafeTx) -> Housekeeping:
    settings, safe = settings_in_force(desk), (tx.chain_id, tx.safe)
    safe_version(settings, *safe)
    made = announcement_at(case, safe, desk.now())
    return Housekeeping(
        classes=settings.housekeeping,
        state=_state(desk, tx.safe),
        now=desk.now(),
        announced=None if made is None else made.announced,
        free_at=free_at(need(case.kept), safe),
        at_nonce=tuple(_payouts_at(desk, case, tx)),
    )


def _first_block(desk: Desk, tx: SafeTx) -> int:
    """From which block on the Safe may have executed it: nobody signs a change that is not announced, nor rejects what
    was never queued.
    """
    case = _case(desk)
    made = [each.row.leaf.block.number for each in need(case.announcements) if each.safe == (tx.chain_id, tx.safe)]
    made += [queued.row.leaf.block.number for queued in read_queue(case) if queued.tx.nonce == tx.nonce]
    return min(made, default=desk.head().ref.number)


def _payouts_at(desk: Desk, case: Case, tx: SafeTx) -> Iterable[RejectedPayout]:
    """The payouts that were queued at the nonce of `tx`, each with why it may not be paid with it any more."""
    queue = read_queue(case)
    for queued in queue:
        if (queued.tx.chain_id, queued.tx.safe, queued.tx.nonce) == (tx.chain_id, tx.safe, tx.nonce):
            later = [each for each in queue if each.payout == queued.payout and each.row.index > queued.row.index]
            cause = "replaced" if later else _cause(desk, queued)
            yield RejectedPayout(*queued.payout, cause)


def _cause(desk: Desk, queued: Queued) -> str | None:
    """Why a payout is over; None while it stands, or may be let go on by a panel, or nobody can say."""
    proposal, part = queued.payout
    try:
        return cause_at(desk.case(proposal, *PAID), part, len(desk.journal), desk.now())
    except CodedError:
        return None


def _case(desk: Desk) -> Case:
    return desk.case(NO_PROPOSAL, *_KEPT)


def _treasury(desk: Desk) -> SafeSettings:
    return settings_in_force(desk).treasury()


def _state(desk: Desk, safe: bytes) -> SafeState:
    return open_safe_state(fetch_safe_state(desk.node, safe, desk.head().ref.number))


__all__ = [
    "HousekeepingError",
    "KeepError",
    "OwnerChange",
    "announce",
    "announced_tx",
    "book",
    "execute",
    "rejecting_tx",
    "review_housekeeping",
    "sign",
    "threshold_of",
]
