"""Owners who are no keys: what the chain says of them is read and kept when their confirmation is taken.

Decides which evidence a confirmation needs: none of a key's; the approval on chain of one that says so; of a contract
that is a Safe, its state at the head. Another contract's signature is not taken, because nobody could check it later;
such an owner can approve the hash on chain, which anybody can. What the evidence proves is decided by the record.
"""

from __future__ import annotations

from chain.clients.node import BlockInfo, CallReverted, Node
from chain.clients.safe_read import fetch_safe_state
from chain.errors import ChainError
from chain.owner_consent import OwnerConsent
from chain.safe import SafeTx, safe_tx_hash
from chain.safe_json import Confirmation
from chain.safe_owners import approved_part, contract_part
from chain.safe_signatures import split_signatures
from chain.safe_state import approval_slot
from dao.errors import DaoError
from dao.workflow.desk import Blocks, Fact


class ConsentError(DaoError):
    """A contract's signature that cannot be proved (`E_SAFE_SIGS`)."""


def confirmation_fact(node: Node, tx: SafeTx, given: Confirmation, head: BlockInfo, blocks: Blocks) -> Fact:
    """Make the fact of a confirmation, with its evidence at the head in `blocks`."""
    owner, part = given
    body: dict[str, object] = {"hash": safe_tx_hash(tx), "owner": owner, "signature": part}
    entries = split_signatures(part)
    if len(entries) != 1 or entries[0].kind in ("ecdsa", "eth_sign"):
        return Fact("confirmation", body)
    if entries[0].kind == "approved_hash":
        signature, consent = approved_part(owner), _approval(node, tx, owner, head)
    else:
        signature, consent = contract_part(owner, b"")[:65], _nested(node, owner, entries[0].data, head)
    return Fact("confirmation", {**body, "signature": signature, "contract": blocks.map(consent.to_map())})


def _approval(node: Node, tx: SafeTx, owner: bytes, head: BlockInfo) -> OwnerConsent:
    found = node.state_proof(tx.safe, [approval_slot(owner, safe_tx_hash(tx))], head.ref.number)
    return OwnerConsent(chain_id=tx.chain_id, account=tx.safe, data=b"", header=found.header, nodes=tuple(found.nodes))


def _nested(node: Node, owner: bytes, data: bytes, head: BlockInfo) -> OwnerConsent:
    try:
        found = fetch_safe_state(node, owner, head.ref.number)
    except CallReverted:
        raise ConsentError("E_SAFE_SIGS", "no_safe", owner=owner) from None
    except ChainError as error:
        if error.code != "E_CALLDATA":
            raise
        raise ConsentError("E_SAFE_SIGS", "no_safe", owner=owner) from None
    return OwnerConsent(chain_id=found.chain_id, account=owner, data=data, header=found.header, nodes=found.nodes)
