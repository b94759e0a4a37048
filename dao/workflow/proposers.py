"""Proposers: accounts that own nothing of the treasury Safe and put its transactions before the owners at a service.

Decides who may name one (an owner of the Safe as it is now), who may be one (nobody who owns the Safe: his signature of
a transaction is a confirmation, and that is `dao sign`'s), and that a proposer puts nothing before the owners that an
owner could not sign now: a wallet shows them what the service has, and asks them nothing of the vote.
"""

from __future__ import annotations

from chain.clients.safe_read import fetch_safe_state
from chain.safe import SafeTx
from chain.safe_state import open_safe_state
from chain.signer import Signer
from dao.errors import DaoError
from dao.workflow import paying
from dao.workflow.desk import Desk
from governance.settings import SafeSettings
from treasury.confirmations import Confirmation, sign_safe_tx
from treasury.proposers import proposer_data


class ProposerError(DaoError):
    """Somebody who may not name a proposer, or be one (`E_SAFE_SIGS`, `E_SAFE_SERVICE`)."""


def sign(desk: Desk, safe: SafeSettings, proposer: bytes, owner: Signer, now: int, *, is_end: bool) -> bytes:
    """Sign, as an owner, that an account may propose, or may no more; `now` is the service's time, not the chain's."""
    owners = _owners(desk, safe.address)
    if owner.address not in owners:
        raise ProposerError("E_SAFE_SIGS", "no_proposer", owner=owner.address, safe=safe.address)
    if proposer in owners and not is_end:
        raise ProposerError("E_SAFE_SERVICE", "owner", owner=proposer, safe=safe.address)
    return owner.sign_typed(proposer_data(safe.chain_id, proposer, now))


def propose(desk: Desk, proposal: bytes, part: int, tx: SafeTx, proposer: Signer) -> Confirmation:
    """Review a queued transaction as an owner would, and sign it as a proposer; no journal takes that signature, and
    the Safe counts it for nothing.
    """
    if proposer.address in _owners(desk, tx.safe):
        raise ProposerError("E_SAFE_SERVICE", "owner", owner=proposer.address, safe=tx.safe)
    paying.refuse_reviewed(desk, proposal, part, tx)
    return sign_safe_tx(tx, proposer)


def _owners(desk: Desk, safe: bytes) -> tuple[bytes, ...]:
    return open_safe_state(fetch_safe_state(desk.node, safe, desk.head().ref.number)).owners
