"""Confirmations by owners who are no keys, as the journal keeps them.

A leaf holds the 65 bytes by which a Safe knows the owner; of a contract's, what they point to stands with its proof in
the block that the leaf links to. The proof is of the leaf's own block, whose hash is taken on trust (`A_BLOCK`) and
which is as fresh as that of a contract's vote.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from chain import dag_cbor
from chain.cid import CID
from chain.header import decode_header
from chain.owner_consent import DATA_MAX, OwnerConsent, prove_approval, prove_safe
from chain.safe import SafeTx, safe_tx_hash
from chain.safe_json import Confirmation
from chain.safe_owners import Proved, contract_part
from chain.safe_state import SafeState
from dao.record.case import Case, Row
from dao.record.checks_settings import check_fresh
from dao.record.errors import RecordError


def confirmation_in(row: Row, get: Callable[[CID], bytes]) -> Confirmation:
    """The confirmation in a leaf, with what a contract's points to."""
    owner, signature, link = (row.leaf.body.get(name) for name in ("owner", "signature", "contract"))
    assert isinstance(owner, bytes), "the leaf's schema says so"
    assert isinstance(signature, bytes), "the leaf's schema says so"
    if isinstance(link, CID) and signature[64] == 0:
        data = _consent(get(link)).data
        whole = contract_part(owner, data)
        if whole[:65] != signature:
            raise RecordError("E_SAFE_SIGS", "consent", index=row.index)
        return Confirmation(owner, whole)
    return Confirmation(owner, signature)


def proved_by(case: Case, tx: SafeTx, rows: Iterable[Row]) -> Proved:
    """What the evidence beside some confirmations of one transaction proves."""
    safes: dict[bytes, SafeState] = {}
    approved: dict[tuple[bytes, bytes, bytes], bool] = {}
    for row in rows:
        link, owner = row.leaf.body.get("contract"), bytes(row.leaf.body["owner"])  # type: ignore[call-overload]
        if not isinstance(link, CID):
            continue
        consent = _consent(case.get(link))
        if consent.block != row.leaf.block or consent.chain_id != tx.chain_id:
            raise RecordError("E_SAFE_SIGS", "consent_block", index=row.index, number=row.leaf.block.number)
        check_fresh(row, decode_header(consent.header).timestamp)  # who owned that Safe once proves nothing
        case.blocks.add(consent.block)
        signature = row.leaf.body["signature"]
        assert isinstance(signature, bytes), "the leaf's schema says so"
        if signature[64] == 0 and consent.account == owner:
            safes[owner] = prove_safe(consent)
        elif signature[64] == 1 and consent.account == tx.safe and not consent.data:
            prove_approval(consent, owner, safe_tx_hash(tx))
            approved[tx.safe, owner, safe_tx_hash(tx)] = True
        else:
            raise RecordError("E_SAFE_SIGS", "consent", index=row.index)
    return Proved(safes=safes, approved=approved)


def _consent(data: bytes) -> OwnerConsent:
    consent = OwnerConsent.from_map(dag_cbor.decode(data))
    if len(consent.data) > DATA_MAX:
        raise RecordError("E_LIMIT", "consent", found=len(consent.data), limit=DATA_MAX)
    return consent
