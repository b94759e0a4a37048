"""Housekeeping: what owners of a Safe may do without a vote, where the settings declare it by class.

Decides the three classes, and that a transaction is exactly of one of them:

- `add_owner`, `swap_owner`: one owner is added, or replaced, as a leaf announced it one notice period before; one a
  notice period; the threshold is never lowered. What was announced lapses when the grace behind the notice is over,
  or something else is announced for the same Safe. It has the Safe's next nonce, whatever is queued there: a payout
  loses nothing but its place, and an owner whose key is lost is not waited for.
- `rejection`: an empty transaction of the Safe to itself, at the nonce of payouts that were vetoed, expired,
  superseded, terminated or replaced.

Everything else is voted. Facts come in as values (`Housekeeping`); that they are true is decided where they are
gathered. Source of the calls: Safe smart account, OwnerManager.sol, the same from 1.3.0 to 1.5.0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from chain.abi import AbiError, decode_call, encode_call
from chain.address import ZERO
from chain.errors import CodedError
from chain.finding import Finding
from chain.safe import CALL, SafeTx
from chain.safe_state import SENTINEL, SafeState
from treasury.errors import TreasuryError
from treasury.nonces import check_nonce
from treasury.rejection import is_rejection
from treasury.safe_pinned import unpinned

ADD_OWNER, SWAP_OWNER, REJECTION = "add_owner", "swap_owner", "rejection"
CLASSES = (ADD_OWNER, SWAP_OWNER, REJECTION)
"""The words that settings declare under `housekeeping`."""

_ADD = "addOwnerWithThreshold(address,uint256)"
_SWAP = "swapOwner(address,address,address)"
_FIELDS = (
    "chain_id", "safe", "version", "to", "value", "data", "operation", "safe_tx_gas", "base_gas", "gas_price",
    "gas_token", "refund_receiver", "nonce",
)  # fmt: skip


class HousekeepingError(TreasuryError):
    """A change of owners that no class covers (`E_NO_VOTE`, `E_TIMELOCK`, `E_EXPIRED`, `E_HASH_MISMATCH`)."""


class OwnerChange(NamedTuple):
    """One owner more, or one in the place of another."""

    owner: bytes
    """The new one."""
    former: bytes | None
    """Who goes; None where nobody does."""
    threshold: int | None
    """How many must agree from then on, where an owner is added; a swap leaves that as it is."""

    @property
    def kind(self) -> str:
        """Its class."""
        return ADD_OWNER if self.former is None else SWAP_OWNER


class Announced(NamedTuple):
    """A change that a leaf announced, and when it may be made (Unix seconds, both included)."""

    change: OwnerChange
    earliest: int
    latest: int


class RejectedPayout(NamedTuple):
    """A payout whose transaction has the nonce that is to be spent."""

    proposal: bytes
    part: int
    cause: str | None
    """Why it may not be paid with that nonce any more; None where it still stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Housekeeping:
    """What decides whether a transaction is housekeeping now."""

    classes: tuple[str, ...]
    """Those that the settings declare."""
    state: SafeState
    """The Safe now."""
    now: int
    announced: Announced | None = None
    """The newest announcement for this Safe."""
    free_at: int = 0
    """From when on another owner may be changed: a notice period after the last one."""
    at_nonce: tuple[RejectedPayout, ...] = ()
    """The payouts that were queued at the transaction's nonce."""


def check_change(change: OwnerChange, state: SafeState) -> None:
    """Raise `HousekeepingError` (`E_NO_VOTE`) unless the Safe in `state` can make the change and its threshold is not
    lowered by it.
    """
    if change.owner in (ZERO, SENTINEL, state.safe):
        raise HousekeepingError("E_NO_VOTE", "no_owner", owner=change.owner)
    if change.owner in state.owners:
        raise HousekeepingError("E_NO_VOTE", "owner_already", owner=change.owner, safe=state.safe)
    if change.former is not None:
        if change.former not in state.owners:
            raise HousekeepingError("E_NO_VOTE", "owner_gone", owner=change.former, safe=state.safe)
        return
    if change.threshold is None or change.threshold < state.threshold:
        raise HousekeepingError("E_NO_VOTE", "threshold_lowered", found=change.threshold, expected=state.threshold)
    if change.threshold > len(state.owners) + 1:
        raise HousekeepingError("E_NO_VOTE", "threshold_high", found=change.threshold, owners=len(state.owners) + 1)


def changed(state: SafeState, change: OwnerChange) -> SafeState:
    """The Safe's owners and threshold after a change; whoever is added stands first, as the contract links its list."""
    if change.former is None:
        return replace(state, owners=(change.owner, *state.owners), threshold=change.threshold or state.threshold)
    return replace(state, owners=tuple(change.owner if each == change.former else each for each in state.owners))


def change_tx(change: OwnerChange, state: SafeState, nonce: int, version: str) -> SafeTx:
    """The one transaction by which the Safe in `state` makes the change; raises as `check_change` does."""
    check_change(change, state)
    if change.former is None:
        data = encode_call(_ADD, [change.owner, change.threshold])
    else:
        place = state.owners.index(change.former)
        before = state.owners[place - 1] if place else SENTINEL
        data = encode_call(_SWAP, [before, change.former, change.owner])
    return SafeTx(
        chain_id=state.chain_id, safe=state.safe, version=version, to=state.safe, value=0, data=data, operation=CALL,
        nonce=nonce,
    )  # fmt: skip


def change_in(tx: SafeTx) -> OwnerChange | None:
    """Read which change of owners a transaction makes by its data; None where it makes none that has a class."""
    for signature, read in _READERS:
        try:
            arguments = decode_call(signature, tx.data)
        except AbiError:
            continue
        return read(arguments)
    return None


def check_announced(change: OwnerChange, announced: Announced | None, now: int, free_at: int) -> None:
    """Raise unless exactly this change was announced, its notice is over and not lapsed, and a notice period has gone
    by since the last one (`E_NO_VOTE`, `E_TIMELOCK`, `E_EXPIRED`).
    """
    if announced is None or announced.change != change:
        raise HousekeepingError("E_NO_VOTE", "unannounced", owner=change.owner)
    if now < announced.earliest:
        raise HousekeepingError("E_TIMELOCK", "notice", eta=announced.earliest, now=now)
    if now > announced.latest:
        raise HousekeepingError("E_EXPIRED", "notice", latest=announced.latest, now=now)
    if now < free_at:
        raise HousekeepingError("E_TIMELOCK", "one_owner", eta=free_at, now=now)


def check_is_change(tx: SafeTx, change: OwnerChange, state: SafeState) -> None:
    """Raise unless `tx` is, byte for byte, the transaction that makes the change (`E_HASH_MISMATCH`, `E_NO_VOTE`)."""
    expected = change_tx(change, state, tx.nonce, tx.version)
    for field in _FIELDS:
        wanted, found = getattr(expected, field), getattr(tx, field)
        if wanted != found:
            raise HousekeepingError("E_HASH_MISMATCH", "housekeeping", field=field, expected=wanted, found=found)


def housekeeping_findings(tx: SafeTx, facts: Housekeeping) -> Iterator[Finding]:
    """Say why a transaction of the Safe is no housekeeping; no error where it is."""
    change = change_in(tx)
    if is_rejection(tx):
        kind = REJECTION
    elif change is not None:
        kind = change.kind
    else:
        yield Finding(code="E_NO_VOTE", reason="uncovered", place="transaction", facts={"safe": tx.safe})
        return
    if kind not in facts.classes:
        known = {"kind": kind, "safe": tx.safe}
        yield Finding(code="E_NO_VOTE", reason="undeclared", place="transaction", facts=known)
        return
    if change is None:
        yield from _rejection(tx, facts)
    else:
        yield from _told(check_announced, change, facts.announced, facts.now, facts.free_at)
        yield from _told(check_is_change, tx, change, facts.state)
        yield from _told(_check_next, tx, facts.state.nonce)
        for payout in facts.at_nonce:
            if payout.cause is None:
                place = {"nonce": tx.nonce, "proposal": payout.proposal, "part": payout.part}
                yield Finding(code="W_NONCE_TAKEN", level="warning", place="nonce", facts=place)
    release = tx.version.partition("+")[0]
    for name, found in unpinned(facts.state, release):
        pinned = {"field": name, "found": found, "version": release}
        yield Finding(code="E_SAFE_CONFIG", reason="unpinned", place=name, facts=pinned)


def _rejection(tx: SafeTx, facts: Housekeeping) -> Iterator[Finding]:
    if tx.nonce < facts.state.nonce:
        spent = {"nonce": tx.nonce, "next_nonce": facts.state.nonce}
        yield Finding(code="E_NONCE", reason="spent", place="transaction", facts=spent)
    if not facts.at_nonce:
        yield Finding(code="E_NO_VOTE", reason="rejects_nothing", place="nonce", facts={"nonce": tx.nonce})
    for payout in facts.at_nonce:
        if payout.cause is None:
            stands = {"nonce": tx.nonce, "proposal": payout.proposal, "part": payout.part}
            yield Finding(code="E_NO_VOTE", reason="rejects_standing", place="nonce", facts=stands)


def _check_next(tx: SafeTx, next_nonce: int) -> None:
    check_nonce(tx.nonce, next_nonce=next_nonce)


def _told(check: Callable[..., None], *facts: object) -> Iterator[Finding]:
    try:
        check(*facts)
    except CodedError as refused:
        yield Finding(code=refused.code, reason=refused.reason, place="transaction", facts=refused.facts)


_READERS: tuple[tuple[str, Callable[..., OwnerChange]], ...] = (
    (_ADD, lambda found: OwnerChange(found[0], None, found[1])),
    (_SWAP, lambda found: OwnerChange(found[2], found[1], None)),
)
