"""Owners of the treasury Safe: when each was last heard of, how far the treasury is from its loss, and what a change
of an owner would cost.

Decides it from the journal's own leaves, whose signatures were checked when they came: settings, confirmations, acts
and proofs of life. A time is when the journal took the signature; of a proof of life, that of the leaf which it names,
for it cannot be older. What an owner signed elsewhere is not known here, nor whose key somebody else has.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from chain.cid import CID
from chain.safe import recover_owners, safe_message_hash
from chain.safe_state import SafeState
from dao.record.case import Queued, Row, cid_of
from dao.record.leaves import Leaf
from dao.record.queue import read_queue
from dao.workflow.desk import NO_PROPOSAL, Desk
from dao.workflow.payees import commitments
from dao.workflow.paying import is_dead
from governance.acts import read_act
from governance.proof_of_life import read_proof
from governance.space import NO_PREVIOUS, Settings, parse_settings, settings_digest


class Heard(NamedTuple):
    """One signature of an owner."""

    time: int
    kind: str
    """Of its leaf: `settings`, `confirmation`, `act` or `alive`."""
    leaf: int
    """Its index."""


class Waiting(NamedTuple):
    """A queued transaction that can still be executed."""

    name: str
    """`IIP-2/1`."""
    nonce: int
    signed: tuple[bytes, ...]
    """Who confirmed it and is an owner now."""


class SignerStanding(NamedTuple):
    """One owner."""

    owner: bytes
    last: Heard | None
    sign_again: tuple[str, ...]
    """What he has confirmed and would have to be signed by somebody else if he were replaced."""


class Signers(NamedTuple):
    """The owners of the treasury Safe together."""

    state: SafeState
    owners: tuple[SignerStanding, ...]
    waiting: tuple[Waiting, ...]

    @property
    def may_be_lost(self) -> int:
        """How many keys may be lost, and the rest can still act."""
        return len(self.state.owners) - self.state.threshold

    @property
    def queue_again(self) -> tuple[str, ...]:
        """What loses its nonce when an owner is changed next."""
        return tuple(each.name for each in self.waiting if each.nonce == self.state.nonce)


def signers(desk: Desk, settings: Settings, state: SafeState) -> Signers:
    """Say how the owners in `state` stand."""
    last: dict[bytes, Heard] = {}
    for owner, heard in _heard(desk):
        known = last.get(owner)
        if known is None or (heard.time, heard.leaf) >= (known.time, known.leaf):
            last[owner] = heard
    waiting = tuple(_waiting(desk, settings, state))
    return Signers(
        state,
        tuple(
            SignerStanding(owner, last.get(owner), tuple(each.name for each in waiting if owner in each.signed))
            for owner in state.owners
        ),
        waiting,
    )


def _heard(desk: Desk) -> Iterator[tuple[bytes, Heard]]:
    leaves, previous = desk.journal.leaves, NO_PREVIOUS
    for index, leaf in enumerate(leaves):
        if leaf.kind == "settings":
            cid = _link(leaf, "settings")
            for owner in _settings_signers(desk.get(cid).decode(), previous, leaf):
                yield owner, Heard(leaf.time, leaf.kind, index)
            previous = cid.digest
        elif leaf.kind == "confirmation":
            yield bytes(leaf.body["owner"]), Heard(leaf.time, leaf.kind, index)  # type: ignore[call-overload]
        elif leaf.kind == "act":
            yield read_act(desk.get(_link(leaf, "envelope"))).address, Heard(leaf.time, leaf.kind, index)
        elif leaf.kind == "alive":
            proof = read_proof(desk.get(_link(leaf, "envelope")))
            yield proof.address, Heard(leaves[proof.index].time, leaf.kind, index)


def _settings_signers(text: str, previous: bytes, leaf: Leaf) -> list[bytes]:
    settings, signatures = parse_settings(text), leaf.body["signatures"]
    assert isinstance(signatures, bytes), "the leaf's schema says so"
    treasury = settings.treasury()
    message = settings_digest(settings.space, previous, text)
    signed = safe_message_hash(
        chain_id=treasury.chain_id, safe=treasury.address, version=treasury.version, message=message
    )
    return list(recover_owners(signed, signatures))


def _waiting(desk: Desk, settings: Settings, state: SafeState) -> Iterator[Waiting]:
    case = desk.case(NO_PROPOSAL, 10)
    bound = dict(commitments(desk.journal))
    gone = {leaf.body["hash"] for leaf in desk.journal.leaves if leaf.kind == "executed"}
    for queued in read_queue(case):
        here = (queued.tx.chain_id, queued.tx.safe) == (state.chain_id, state.safe)
        if here and queued.tx.nonce >= state.nonce and queued.hash not in gone and not is_dead(desk, queued):
            proposal, part = queued.payout
            name = f"{settings.prefix}-{bound[proposal].iip}/{part}"
            yield Waiting(name, queued.tx.nonce, tuple(_signed(desk, queued, state)))


def _signed(desk: Desk, queued: Queued, state: SafeState) -> Iterator[bytes]:
    for leaf in desk.journal.leaves:
        if leaf.kind == "confirmation" and leaf.body["hash"] == queued.hash and leaf.body["owner"] in state.owners:
            yield bytes(leaf.body["owner"])


def _link(leaf: Leaf, field: str) -> CID:
    return cid_of(Row(0, leaf), field)
