"""Stopping: a part that passed is vetoed, and what can no more be paid gives its money back.

A veto stops every step of a part at once. Whether the part has *ended* is another question: what owners have signed can
be executed for ever, so its money stays committed until nobody can execute it any more. Ending is one step for all
causes (a veto, another proposal, the clock), and it is taken with a veto in one commit where it can be.
"""

from __future__ import annotations

from typing import NamedTuple

from chain.errors import CodedError
from chain.safe import safe_tx_hash
from chain.signer import Signer
from dao.record.case import Case, Queued, need
from dao.record.checks_end import cause_at
from dao.record.checks_stop import vetoers_of
from dao.record.errors import RecordError
from dao.record.queue import live
from dao.record.safe_tx_block import write_safe_tx
from dao.workflow import acting
from dao.workflow.desk import PAID, Blocks, Desk, Fact
from dao.workflow.paying import find_execution, find_success, part_of, refuse_paid_outside
from governance.acts import ActLeaf, read_act
from governance.vetoes import veto_in_force
from treasury.rejection import rejection_of

_NOT_YET = frozenset({"E_NONCE", "E_ALREADY", "E_FINALITY"})
"""Why a stopped part may not end yet: it was signed, or paid and not booked, or its proof is too young."""


class Vetoed(NamedTuple):
    """What came of a veto."""

    leaf: int
    """Index of the act."""
    parts: tuple[int, ...]
    """The parts on which the veto is in force now, and was not before; none while owners are missing."""
    ended: tuple[int, ...]
    """Those of them that ended at once, because nothing of them can be executed."""


class Ended(NamedTuple):
    """A part that ended unpaid."""

    cause: str
    """`expired`, `vetoed` or `superseded`."""
    leaf: int
    """Index of the fact that says so."""
    spent: tuple[int, ...]
    """Nonces of which it was proved in this step that a rejection had spent them."""


def veto(desk: Desk, proposal: bytes, part: int, reason: bytes, signer: Signer) -> Vetoed:
    """Sign and take a veto on a part, or on all of them (0), over the bytes of its reason."""
    return take_veto(desk, acting.sign(desk, proposal, part, "veto", signer=signer, evidence=reason), reason)


def take_veto(desk: Desk, raw: bytes, reason: bytes) -> Vetoed:
    """Take a signed veto, and end in the same commit every part that it stops and of which nothing can be executed."""
    act = read_act(raw)
    case = desk.guarded(act.proposal, *PAID)
    here = len(desk.journal)
    stopped = _newly_stopped(case, ActLeaf(index=here, time=desk.now(), act=act)) if case.released else ()
    for part in stopped:
        _refuse_executed(desk, case, part)
    ended = tuple(part for part in stopped if not live(case, list(need(case.queue)), (act.proposal, part), here))
    blocks = Blocks()
    body = {"id": act.id, "proposal": act.proposal, "envelope": blocks.raw(raw), "evidence": blocks.raw(reason)}
    facts = [Fact("act", body), *(_ended(act.proposal, part, "vetoed") for part in ended)]
    leaf = desk.take(facts, blocks, act.proposal)[0]
    desk.keep(act.proposal)
    return Vetoed(leaf, stopped, ended)


def end(desk: Desk, proposal: bytes, part: int) -> Ended:
    """End a part that expired or was stopped, and book what it gives back.

    Where owners had signed it, the Safe's logs must show a rejection of the same nonce, which is proved and kept too;
    raises `E_NONCE` (`unspent`) while there is none, and `E_STATE` (`not_over`) while the part still stands.
    """
    case = desk.guarded(proposal, *PAID)
    part_of(case, part)
    cause = cause_at(case, part, len(desk.journal), desk.now())
    _refuse_executed(desk, case, part)
    blocks = Blocks()
    facts, nonces = [], []
    for queued in live(case, list(need(case.queue)), (proposal, part), len(desk.journal)):
        facts.append(_spent(desk, queued, blocks))
        nonces.append(queued.tx.nonce)
    indexes = desk.take([*facts, _ended(proposal, part, cause)], blocks, proposal)
    desk.keep(proposal)
    return Ended(cause, indexes[-1], tuple(nonces))


def end_superseded(desk: Desk, proposal: bytes) -> list[tuple[bytes, int]]:
    """End every part of the proposals that a passed one supersedes and of which nothing can be executed; return them.

    Those that owners have signed stay stopped and wait for their nonces. Each proposal's parts end in a commit of their
    own, so an interrupted step is taken up by `end`.
    """
    ended: list[tuple[bytes, int]] = []
    for older in need(desk.case(proposal, 10, 20).commitment).supersedes:
        case = desk.guarded(older, *PAID)
        over = {*need(case.executed), *(part for id_, part in need(case.ended) if id_ == older)}
        for part, stop in need(case.stops).items():
            if part not in over and stop.cause == "superseded":
                try:
                    end(desk, older, part)
                except CodedError as error:
                    if error.code not in _NOT_YET:
                        raise
                else:
                    ended.append((older, part))
    return ended


def _newly_stopped(case: Case, act: ActLeaf) -> tuple[int, ...]:
    """The parts that this act stops: those that nothing had stopped, paid or ended before."""
    over = {*need(case.executed), *need(case.stops)}
    over |= {part for (proposal, part) in need(case.ended) if proposal == case.proposal}
    acts = [*need(case.acts), act]
    standing = [part for part in range(1, len(need(case.parts)) + 1) if part not in over]
    return tuple(part for part in standing if veto_in_force(acts, vetoers_of(case), part) is not None)


def _ended(proposal: bytes, part: int, cause: str) -> Fact:
    return Fact("ended", {"proposal": proposal, "part": part, "cause": cause})


def _refuse_executed(desk: Desk, case: Case, part: int) -> None:
    """What the Safe has paid already, booked or not, has neither been stopped nor ended (`E_ALREADY`)."""
    refuse_paid_outside(desk, case, need(case.parts)[part - 1])
    for queued in need(case.queue):
        if queued.payout == (case.proposal, part) and part not in need(case.executed):
            done = find_execution(desk, case.proposal, part, queued.tx)
            if done is not None:
                raise RecordError("E_ALREADY", "unbooked", part=part, transaction=done)


def _spent(desk: Desk, queued: Queued, blocks: Blocks) -> Fact:
    """The proof that a rejection spent the nonce of a transaction that owners had signed."""
    tx = rejection_of(queued.tx)
    done = find_success(desk, tx, queued.row.leaf.block.number)
    if done is None:
        raise RecordError("E_NONCE", "unspent", part=queued.payout[1], hash=queued.hash, nonce=tx.nonce)
    proof = desk.node.receipt_proof(done)
    body = {
        "hash": safe_tx_hash(tx), "safe_tx": blocks.map(write_safe_tx(tx)), "receipt": blocks.map(proof.to_map()),
    }  # fmt: skip
    return Fact("spent", body)
