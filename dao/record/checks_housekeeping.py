"""Checks 54 and 55: who came to own the Safe, or went, without a vote.

A change of owners is announced by a leaf, and made by the Safe one notice period later: its own log of success, in a
proved receipt, says that enough owners had signed exactly that transaction. Which classes a space allows, and how long
the notice is, say the settings in force at the announcement. A record holds these leaves where owners were changed
after its vote closed, or after anything was queued, because only then do its own checks lean on them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chain import dag_cbor
from chain.safe import SafeTx, safe_tx_hash
from chain.safe_state import SafeState, SafeStateProof, open_safe_state
from dao.record.case import Announcement, Case, Kept, Row, cid_of, need
from dao.record.checks_proposal import safe_version
from dao.record.checks_settings import check_known_singleton, settings_now
from dao.record.errors import RecordError
from dao.record.receipts import check_final, receipt_behind
from dao.record.safe_tx_block import read_safe_tx
from governance.settings import Settings
from treasury.execution import check_execution
from treasury.housekeeping import Announced, OwnerChange, check_announced, check_is_change


def housekeeping_announced(case: Case) -> None:
    """Every announcement is of a class that the settings in force declared, for a Safe that they name."""
    found = []
    for row in case.rows("announced"):
        body, settings = row.leaf.body, settings_now(case, row.index, row.leaf.time)
        owner, former, threshold, safe = (body[name] for name in ("owner", "former", "threshold", "safe"))
        assert isinstance(owner, bytes), "the leaf's schema says so"
        assert isinstance(safe, bytes), "the leaf's schema says so"
        change = OwnerChange(
            owner,
            former if isinstance(former, bytes) else None,
            threshold if isinstance(threshold, int) else None,
        )
        if (change.former is None) == (change.threshold is None):
            raise RecordError("E_CANONICAL", "announced", index=row.index)
        if change.kind not in settings.housekeeping:
            raise RecordError("E_NO_VOTE", "undeclared", kind=change.kind, safe=safe)
        chain_id = row.leaf.block.chain_id
        safe_version(settings, chain_id, safe)
        found.append(Announcement(row, (chain_id, safe), _announced(change, row, settings), settings.notice))
    case.announcements = tuple(found)


def _announced(change: OwnerChange, row: Row, settings: Settings) -> Announced:
    earliest = row.leaf.time + settings.notice
    return Announced(change, earliest, earliest + settings.grace)


def announcement_at(case: Case, safe: tuple[int, bytes], time: int) -> Announcement | None:
    """The newest announcement for a Safe at a time (Unix seconds): a later one takes the place of those before."""
    made = [each for each in need(case.announcements) if each.safe == safe and each.row.leaf.time <= time]
    return made[-1] if made else None


def free_at(before: Iterable[Kept], safe: tuple[int, bytes]) -> int:
    """From when on another owner of a Safe may be changed, after those before; 0 where there is none."""
    return max((kept.time + kept.notice for kept in before if (kept.tx.chain_id, kept.tx.safe) == safe), default=0)


def housekeeping_executed(case: Case) -> None:
    """The Safe made each change as it was announced, in its time, one owner a notice period, and no other call."""
    need(case.announcements)
    queued = {row.leaf.body["hash"] for row in case.rows("queued")}
    kept: list[Kept] = []
    for row in case.rows("housekept"):
        tx = read_safe_tx(case.get(cid_of(row, "safe_tx")))
        if safe_tx_hash(tx) != row.leaf.body["hash"]:
            raise RecordError("E_HASH_MISMATCH", "hash", expected=safe_tx_hash(tx), found=row.leaf.body["hash"])
        if safe_tx_hash(tx) in queued:
            raise RecordError("E_DOUBLE_PAY", "same_hash", hash=safe_tx_hash(tx), index=row.index)
        kept.append(_kept(case, row, tx, kept))
    case.kept = tuple(kept)


def _kept(case: Case, row: Row, tx: SafeTx, before: Sequence[Kept]) -> Kept:
    safe, chain_id = (tx.chain_id, tx.safe), row.leaf.block.chain_id
    if chain_id != tx.chain_id:  # the receipt's header does not say of which chain it is
        raise RecordError("E_EXECUTION", "chain", index=row.index, found=chain_id, expected=tx.chain_id)
    if tx.version != safe_version(settings_now(case, row.index, row.leaf.time), *safe):
        raise RecordError("E_HASH_MISMATCH", "version", found=tx.version)
    proved = receipt_behind(case, row)
    check_execution(proved, tx)
    check_final(case, row, proved.header)
    state = _state_before(case, row, tx, proved.header.parent_hash)
    announced = announcement_at(case, safe, proved.header.timestamp)
    if announced is None or announced.row.index > row.index:
        raise RecordError("E_NO_VOTE", "unannounced_leaf", index=row.index)
    change = announced.announced.change
    check_is_change(tx, change, state)
    check_announced(change, announced.announced, proved.header.timestamp, free_at(before, safe))
    return Kept(row, tx, change, proved.header.timestamp, announced.notice)


def _state_before(case: Case, row: Row, tx: SafeTx, parent_hash: bytes) -> SafeState:
    """The Safe in the block before; other transactions of it may stand in the same block."""
    state = open_safe_state(SafeStateProof.from_map(dag_cbor.decode(case.get(cid_of(row, "state")))))
    if (state.chain_id, state.safe) != (tx.chain_id, tx.safe) or state.block.hash != parent_hash:
        raise RecordError("E_SAFE_SIGS", "state", index=row.index)
    if state.nonce > tx.nonce:
        raise RecordError("E_SAFE_SIGS", "state", index=row.index)
    check_known_singleton(state, tx.version)
    return state
