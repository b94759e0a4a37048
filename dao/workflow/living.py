"""Proofs of life: an owner signs over the journal's newest leaf, and the journal keeps that he did.

Decides who may be heard: an owner of the treasury Safe as it is now. That the leaf is the journal's is checked as every
fact is (`early_facts`). It agrees to nothing, and no proposal's record shows it.
"""

from __future__ import annotations

from chain import log_tree
from chain.clients.safe_read import fetch_safe_state
from chain.safe_state import open_safe_state
from chain.signer import Signer
from dao.errors import DaoError
from dao.workflow.desk import Blocks, Desk, Fact
from dao.workflow.proposing import settings_in_force
from governance.proof_of_life import check_proof_signature, read_proof, sign_proof


class LifeError(DaoError):
    """A proof of life that nobody needs: of somebody who is no owner, or of another Safe (`E_SAFE_SIGS`)."""


def sign(desk: Desk, owner: Signer) -> bytes:
    """Sign over the newest leaf that this journal has, and take it nowhere; return the envelope."""
    settings, index = settings_in_force(desk), len(desk.journal) - 1
    leaf = log_tree.leaf_hash(desk.journal.leaves[index].encode())
    return sign_proof(settings.space, settings.treasury().address, index, leaf, owner)


def take(desk: Desk, raw: bytes) -> int:
    """Take a signed proof; return the leaf's index."""
    proof = read_proof(raw)
    check_proof_signature(proof)
    safe = settings_in_force(desk).treasury().address
    if proof.safe != safe:
        raise LifeError("E_SAFE_SIGS", "other_safe", safe=proof.safe, expected=safe)
    state = open_safe_state(fetch_safe_state(desk.node, safe, desk.head().ref.number))
    if proof.address not in state.owners:
        raise LifeError("E_SAFE_SIGS", "stranger", owner=proof.address, safe=safe)
    blocks = Blocks()
    body = {"id": proof.id, "owner": proof.address, "envelope": blocks.raw(raw)}
    index = desk.take([Fact("alive", body)], blocks)[0]
    desk.keep_as(settings_in_force(desk).journal.origin)
    return index
