"""Who owns the Safe that pays, from the close of the vote on: the owners at the close, and the housekeeping since.

Decides what the Safe must look like before a nonce (for what the chain did) or before a leaf (for what was signed). A
Safe that looks otherwise was changed by nobody's decision. Whether the housekeeping was right is for check 55.
"""

from __future__ import annotations

from chain.safe_state import SafeState
from dao.record.case import Case, Kept, Row, need
from treasury.housekeeping import changed


def owners_before_nonce(case: Case, nonce: int) -> SafeState:
    """The Safe as it should be when its next nonce is `nonce`."""
    return _with(case, [kept for kept in need(case.kept) if kept.tx.nonce < nonce])


def owners_before_leaf(case: Case, index: int) -> SafeState:
    """The Safe as it should be with the housekeeping that is booked before a leaf."""
    return _with(case, [kept for kept in need(case.kept) if kept.row.index < index])


def owners_now(case: Case) -> SafeState:
    """The Safe as it should be with everything that is booked."""
    return _with(case, list(need(case.kept)))


def in_their_time(case: Case, rows: list[Row], state: SafeState) -> list[Row]:
    """The confirmations without those of owners who were replaced since, whose signatures count for nothing now."""
    former = {kept.change.former for kept in need(case.kept)} - {*state.owners}
    return [row for row in rows if row.leaf.body["owner"] not in former]


def _with(case: Case, kept: list[Kept]) -> SafeState:
    state = need(case.safe_at_close)
    here = [
        each for each in kept
        if (each.tx.chain_id, each.tx.safe) == (state.chain_id, state.safe) and each.tx.nonce >= state.nonce
    ]  # fmt: skip
    for each in sorted(here, key=lambda each: each.tx.nonce):
        state = changed(state, each.change)
    return state
