"""Checks 60 to 63: what was signed is what was voted, and the chain did it.

Every Safe transaction is rebuilt from the voted part and compared byte for byte; the confirmations are held against the
Safe's owners just before the execution; the receipt is proved under its block. Nothing here asks a chain.
"""

from __future__ import annotations

from dataclasses import replace

from chain import dag_cbor
from chain.address import ZERO
from chain.receipt import ProvedReceipt
from chain.safe import SafeTx, safe_tx_hash
from chain.safe_state import SafeState, SafeStateProof, open_safe_state
from dao.record.case import Case, Row, cid_of, need, part_number
from dao.record.checks_dispute import frozen
from dao.record.checks_proposal import safe_version
from dao.record.checks_settings import check_known_singleton
from dao.record.checks_stop import stopped
from dao.record.errors import RecordError
from dao.record.owner_consents import confirmation_in, proved_by
from dao.record.owners_since import in_their_time, owners_before_leaf, owners_before_nonce
from dao.record.queue import payout_of, read_queue, spent_before
from dao.record.receipts import check_final, receipt_behind
from dao.record.windows import window_of
from treasury.binding import check_binding
from treasury.confirmations import Confirmation, check_confirmation, check_confirmations
from treasury.execution import check_execution, check_token_transfers
from treasury.nonces import check_single
from treasury.window import check_window


def payout_binding(case: Case) -> None:
    """Every Safe transaction is, byte for byte, the one that its part makes; a payout has one of them, and no other
    payout has it. Two payouts with one nonce exclude each other on the chain, so that is left to who queues and signs.
    """
    need(case.kept)  # it spends nonces, too
    queue = read_queue(case)
    known: dict[bytes, tuple[int, SafeTx]] = {}
    if not need(case.released) and next(case.rows("queued", proposal=case.proposal), None):
        raise RecordError("E_STATE", "not_released")
    for queued in queue:
        if queued.payout[0] != case.proposal:
            continue
        row, tx = queued.row, queued.tx
        number = part_number(case, row)
        if tx.version != safe_version(need(case.settings), tx.chain_id, tx.safe):
            raise RecordError("E_HASH_MISMATCH", "version", found=tx.version)
        check_binding(need(case.parts)[number - 1], tx)
        spent = spent_before(case, queue, (tx.chain_id, tx.safe), row.index)
        check_single(tx, [other for owner, other in known.values() if owner == number], spent)
        known[queued.hash] = (number, tx)
    case.queue = tuple(queue)
    case.safe_txs = known


def payout_receipt(case: Case) -> None:
    """The receipt is proved under its block; the Safe itself logged the success of exactly this hash; and every token
    that the part pays logged its transfer.
    """
    queued_at = {queued.hash: queued for queued in need(case.queue)}
    parts = need(case.parts)
    done: dict[tuple[bytes, int], Row] = {}
    for row in case.rows("executed"):
        queued = queued_at.get(bytes(row.leaf.body["hash"]))  # type: ignore[call-overload]
        proposal, number = payout = payout_of(row)
        if queued is None or queued.payout != payout or queued.row.index > row.index:
            raise RecordError("E_HASH_MISMATCH", "not_queued", index=row.index)
        if payout in done:
            raise RecordError("E_ALREADY", "executed_twice", part=number)
        done[payout] = row
        if proposal == case.proposal:
            check_token_transfers(_executed(case, row, queued.tx), parts[number - 1])
        elif case.concerns(row.index):  # it spends a nonce and money of the same Safe, so it is proved here, too
            _executed(case, row, queued.tx)
    case.executed = tuple(number for proposal, number in done if proposal == case.proposal)


def _executed(case: Case, row: Row, tx: SafeTx) -> ProvedReceipt:
    """The proved receipt of an execution, in which the Safe reports the success of exactly this transaction."""
    if row.leaf.block.chain_id != tx.chain_id:  # the receipt's header does not say of which chain it is
        raise RecordError("E_EXECUTION", "chain", index=row.index, found=row.leaf.block.chain_id, expected=tx.chain_id)
    proved = receipt_behind(case, row)
    check_execution(proved, tx)
    check_final(case, row, proved.header)
    return proved


def payout_confirmations(case: Case) -> None:
    """Enough owners of the Safe, as it was just before the execution, had confirmed exactly this hash, and the Safe was
    still configured as at the close; what is not executed yet was confirmed by nobody but owners, each once.
    """
    executed = need(case.executed)
    queued_at = {queued.hash: queued.row.index for queued in reversed(need(case.queue))}
    over = {payout_of(row) for row in case.rows("ended")}
    ended = {queued.hash for queued in need(case.queue) if queued.payout in over}
    for row in case.rows("confirmation"):
        hash_ = bytes(row.leaf.body["hash"])  # type: ignore[call-overload]
        if hash_ not in need(case.safe_txs) and hash_ not in ended:
            raise RecordError("E_LOG_INCONSISTENT", "foreign", index=row.index, kind="confirmation")
        if row.index < queued_at[hash_]:
            raise RecordError("E_LOG_INCONSISTENT", "confirmed_early", index=row.index)
    for number, tx in need(case.safe_txs).values():
        if number not in executed:
            _check_waiting(case, tx)
    for row in case.rows("executed", proposal=case.proposal):
        _, tx = _executed_tx(case, row)
        proof = SafeStateProof.from_map(dag_cbor.decode(case.get(cid_of(row, "state"))))
        state = open_safe_state(proof)
        header = receipt_behind(case, row).header
        # several payouts may stand in one block, so the Safe may have been some nonces before ours
        if state.block.hash != header.parent_hash or state.nonce > tx.nonce:
            raise RecordError("E_SAFE_SIGS", "state", index=row.index)
        check_known_singleton(state, tx.version)
        _check_configuration(owners_before_nonce(case, state.nonce), state, row.index)
        due = owners_before_nonce(case, tx.nonce)  # another owner may have come in the very block
        state = replace(state, owners=due.owners, threshold=due.threshold)
        given = [found for found in confirmation_rows(case, safe_tx_hash(tx)) if found.index < row.index]
        given = in_their_time(case, given, state)
        signed = [confirmation_in(found, case.get) for found in given]
        check_confirmations(tx, signed, state, proved_by(case, tx, given))
        _check_waiting(case, tx)  # also those that came too late to count


def _check_configuration(before: SafeState, state: SafeState, index: int) -> None:
    """H81, H111: whoever may move the Safe's money was the same at the close and just before the execution."""
    if (set(state.owners), state.threshold) != (set(before.owners), before.threshold):
        raise RecordError("E_NO_VOTE", "owners_changed", index=index)
    for field in ("singleton", "modules", "guard", "module_guard", "fallback_handler"):
        if getattr(before, field) != getattr(state, field):
            raise RecordError("E_SAFE_CONFIG", "changed_since", field=field, index=index)
    if state.modules or state.guard != ZERO or state.module_guard != ZERO:
        raise RecordError("E_SAFE_CONFIG", "unknown_code", index=index)


def _check_waiting(case: Case, tx: SafeTx) -> None:
    """One that does not count would make the transaction impossible to execute for ever: a journal forgets nothing."""
    seen: set[bytes] = set()
    for row in confirmation_rows(case, safe_tx_hash(tx)):
        confirmation = confirmation_in(row, case.get)
        check_confirmation(tx, confirmation, owners_before_leaf(case, row.index), proved_by(case, tx, [row]))
        if confirmation.owner in seen:
            raise RecordError("E_SAFE_SIGS", "confirmed_twice", owner=confirmation.owner)
        seen.add(confirmation.owner)


def payout_window(case: Case) -> None:
    """The block's time lies between the earliest and the latest execution of the part and not behind what stopped it,
    and nobody confirmed outside of that: a Safe has no clock, so what is signed can be executed at once and for ever.
    """
    need(case.executed)
    stops = need(case.stops)
    for tx_hash, (number, _) in need(case.safe_txs).items():
        for row in confirmation_rows(case, tx_hash):
            check_window(window_of(case, number), row.leaf.time)
    for row in case.rows("executed", proposal=case.proposal):
        number, _ = _executed_tx(case, row)
        time = receipt_behind(case, row).header.timestamp
        check_window(window_of(case, number), time)
        if number in stops and time > stops[number].time:
            raise stopped(number, stops[number])
        dispute = need(case.disputes).get(number)
        if dispute is not None and dispute.freezes_time(time):
            raise frozen(number, dispute.deadline)


def confirmations_of(case: Case, tx_hash: bytes) -> list[Confirmation]:
    """The confirmations of one Safe transaction, in journal order."""
    return [confirmation_in(row, case.get) for row in confirmation_rows(case, tx_hash)]


def confirmation_rows(case: Case, tx_hash: bytes) -> list[Row]:
    """The leaves that hold them."""
    return list(case.rows("confirmation", hash=tx_hash))


def _executed_tx(case: Case, row: Row) -> tuple[int, SafeTx]:
    found = need(case.safe_txs).get(bytes(row.leaf.body["hash"]))  # type: ignore[call-overload]
    if found is None or found[0] != row.leaf.body["part"]:
        raise RecordError("E_HASH_MISMATCH", "not_queued", index=row.index)
    return found
