"""Checks 50 to 63: who let a milestone be paid, that what was signed is what was voted, and that the chain did it.

Every Safe transaction is rebuilt from the voted part and compared byte for byte; the confirmations are held against the
Safe's owners just before the execution; the receipt is proved under its block. Nothing here asks a chain.
"""

from __future__ import annotations

from chain import dag_cbor
from chain.cid import raw_cid
from chain.safe import SafeTx, safe_tx_hash
from chain.safe_state import SafeState, SafeStateProof, open_safe_state
from dao.record.case import Case, Row, cid_of, need, refuse_strangers
from dao.record.checks_books import receipt_behind
from dao.record.checks_proposal import safe_version
from dao.record.checks_settings import check_known_singleton
from dao.record.errors import RecordError
from dao.record.safe_tx_block import read_safe_tx
from governance.acts import NO_EVIDENCE, ActLeaf, check_act_signature, milestone_released, read_act
from governance.admission import ActCase, ActRoles, admit_act
from proposals.parts import Part
from treasury.binding import check_binding, paying
from treasury.confirmations import Confirmation, check_confirmation, check_confirmations
from treasury.execution import check_execution
from treasury.nonces import check_single
from treasury.window import Window, check_window, window


def acts_signature(case: Case) -> None:
    """Every act has its signer, who may do it, and its evidence is the file whose digest was signed."""
    refuse_strangers(case, "act", proposal=case.proposal)
    acts: list[ActLeaf] = []
    for row in case.rows("act", proposal=case.proposal):
        act = read_act(case.get(cid_of(row, "envelope")))
        if act.id != row.leaf.body["id"] or act.proposal != case.proposal:
            raise RecordError("E_LOG_INCONSISTENT", "act_id", index=row.index)
        check_act_signature(act)
        evidence = row.leaf.body["evidence"]
        digest = NO_EVIDENCE if evidence is None else raw_cid(case.get(cid_of(row, "evidence"))).digest
        if digest != act.evidence:
            raise RecordError("E_MILESTONE", "evidence", index=row.index, part=act.part)
        admit_act(_act_case(case, row, ActLeaf(index=row.index, time=row.leaf.time, act=act), acts))
        acts.append(ActLeaf(index=row.index, time=row.leaf.time, act=act))
    case.acts = tuple(acts)


def acts_release(case: Case) -> None:
    """Every milestone whose payment was queued had been approved by enough reviewers, neither author nor payee."""
    acts, parts, settings = need(case.acts), need(case.parts), need(case.settings)
    author = need(case.envelope).address
    roles = _roles(case)
    refuse_strangers(case, "queued", proposal=case.proposal)
    closed_at = need(case.closed).leaf.time
    case.releases = {}
    for number, part in enumerate(parts, 1):
        if part.release:
            fact = milestone_released(
                acts, settings=settings, author=author, payees=roles.payees, part=number, closed_at=closed_at
            )
            if fact is not None:
                case.releases[number] = fact
    for row in case.rows("queued", proposal=case.proposal):
        number = part_number(case, row)
        fact = case.releases.get(number)
        if parts[number - 1].release and (fact is None or fact.time > row.leaf.time):
            raise RecordError("E_MILESTONE", "queued_early", part=number, index=row.index)


def payout_binding(case: Case) -> None:
    """Every Safe transaction is, byte for byte, the one that its part makes, and a payout has one of them."""
    known: dict[bytes, tuple[int, SafeTx]] = {}
    if not need(case.released) and next(case.rows("queued", proposal=case.proposal), None):
        raise RecordError("E_STATE", "not_released")
    for row in case.rows("queued", proposal=case.proposal):
        number = part_number(case, row)
        part = need(case.parts)[number - 1]
        tx = read_safe_tx(case.get(cid_of(row, "safe_tx")))
        if tx.version != safe_version(need(case.settings), tx.chain_id, tx.safe):
            raise RecordError("E_HASH_MISMATCH", "version", found=tx.version)
        check_binding(part, tx)
        if safe_tx_hash(tx) != row.leaf.body["hash"]:
            raise RecordError("E_HASH_MISMATCH", "hash", expected=safe_tx_hash(tx), found=row.leaf.body["hash"])
        check_single(tx, [other for owner, other in known.values() if owner == number], {})
        known[safe_tx_hash(tx)] = (number, tx)
    case.safe_txs = known


def payout_receipt(case: Case) -> None:
    """The receipt is proved under its block, and the Safe itself logged the success of exactly this hash."""
    refuse_strangers(case, "executed", proposal=case.proposal)
    done: dict[int, object] = {}
    for row in case.rows("executed", proposal=case.proposal):
        number, tx = _executed_tx(case, row)
        if number in done:
            raise RecordError("E_ALREADY", "executed_twice", part=number)
        if row.leaf.block.chain_id != tx.chain_id:  # the receipt's header does not say of which chain it is
            raise RecordError("E_EXECUTION", "chain", index=row.index, found=row.leaf.block.chain_id,
                              expected=tx.chain_id)  # fmt: skip
        check_execution(receipt_behind(case, row), tx)
        done[number] = row
    case.executed = tuple(done)


def payout_confirmations(case: Case) -> None:
    """Enough owners of the Safe, as it was just before the execution, confirmed exactly this hash; and what is not
    executed yet was confirmed by nobody but owners, each once.
    """
    executed, before = need(case.executed), need(case.safe_at_close)
    for row in case.rows("confirmation"):
        if row.leaf.body["hash"] not in need(case.safe_txs):
            raise RecordError("E_LOG_INCONSISTENT", "foreign", index=row.index, kind="confirmation")
    for tx_hash, (number, tx) in need(case.safe_txs).items():
        if number not in executed:
            _check_waiting(tx, confirmations_of(case, tx_hash), before)
    for row in case.rows("executed", proposal=case.proposal):
        _, tx = _executed_tx(case, row)
        proof = SafeStateProof.from_map(dag_cbor.decode(case.get(cid_of(row, "state"))))
        state = open_safe_state(proof)
        header = receipt_behind(case, row).header
        if state.block.hash != header.parent_hash or state.nonce != tx.nonce:
            raise RecordError("E_SAFE_SIGS", "state", index=row.index)
        check_known_singleton(state, tx.version)
        if (set(state.owners), state.threshold) != (set(before.owners), before.threshold):
            raise RecordError("E_NO_VOTE", "owners_changed", index=row.index)
        check_confirmations(tx, confirmations_of(case, safe_tx_hash(tx)), state)


def _check_waiting(tx: SafeTx, confirmations: list[Confirmation], state: SafeState) -> None:
    """One that does not count would make the transaction impossible to execute for ever: a journal forgets nothing."""
    seen: set[bytes] = set()
    for confirmation in confirmations:
        check_confirmation(tx, confirmation, state)
        if confirmation.owner in seen:
            raise RecordError("E_SAFE_SIGS", "confirmed_twice", owner=confirmation.owner)
        seen.add(confirmation.owner)


def payout_window(case: Case) -> None:
    """The block's time lies between the earliest and the latest execution of the part."""
    need(case.executed)
    for row in case.rows("executed", proposal=case.proposal):
        number, _ = _executed_tx(case, row)
        check_window(window_of(case, number), receipt_behind(case, row).header.timestamp)


def window_of(case: Case, number: int) -> Window:
    """When part `number` may be signed and executed."""
    settings = need(case.settings)
    released = need(case.releases).get(number)
    part = need(case.parts)[number - 1]
    return window(
        part,
        need(case.closed).leaf.time,
        None if released is None else released.time,
        settings.timelock,
        settings.grace,
    )


def confirmations_of(case: Case, tx_hash: bytes) -> list[Confirmation]:
    """The confirmations of one Safe transaction, in journal order."""
    found: list[Confirmation] = []
    for row in case.rows("confirmation", hash=tx_hash):
        owner, signature = row.leaf.body["owner"], row.leaf.body["signature"]
        assert isinstance(owner, bytes), "the leaf's schema says so"
        assert isinstance(signature, bytes), "the leaf's schema says so"
        found.append(Confirmation(owner, signature))
    return found


def part_number(case: Case, row: Row) -> int:
    """The part that a leaf speaks of; it exists."""
    number = row.leaf.body["part"]
    assert isinstance(number, int), "the leaf's schema says so"
    if not 1 <= number <= len(need(case.parts)):
        raise RecordError("E_HASH_MISMATCH", "no_part", part=number, parts=len(need(case.parts)))
    return number


def payees(part: Part) -> frozenset[bytes]:
    """Whom a part pays; of a call that is no payment, its target."""
    found = set()
    for call in part.calls:
        payment = paying(call, part.chain_id)
        found.add(call.to if payment is None else payment.payee)
    return frozenset(found)


def _executed_tx(case: Case, row: Row) -> tuple[int, SafeTx]:
    found = need(case.safe_txs).get(bytes(row.leaf.body["hash"]))  # type: ignore[call-overload]
    if found is None or found[0] != row.leaf.body["part"]:
        raise RecordError("E_HASH_MISMATCH", "not_queued", index=row.index)
    return found


def _roles(case: Case) -> ActRoles:
    parts = need(case.parts)
    return ActRoles(
        author=need(case.envelope).address,
        payees=frozenset().union(*(payees(part) for part in parts)),
        milestones=frozenset(number for number, part in enumerate(parts, 1) if part.release),
        parts=len(parts),
    )


def _act_case(case: Case, row: Row, leaf: ActLeaf, earlier: list[ActLeaf]) -> ActCase:
    closed = case.closed
    return ActCase(
        act=leaf.act,
        proposal=case.proposal,
        settings=need(case.settings),
        roles=_roles(case),
        closed_at=None if closed is None or closed.index > row.index else closed.leaf.time,
        leaf_index=row.index,
        leaf_time=row.leaf.time,
        earlier=tuple(earlier),
    )
