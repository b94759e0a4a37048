"""Founding a space: the Safe's owners sign its settings, and they become the journal's first fact.

The settings are signed as the Safe would be asked on chain (ERC-1271): each owner signs the Safe's own message hash
over the settings' digest. Owners and threshold are proved from the Safe's storage at the block of the leaf.
"""

from __future__ import annotations

from collections.abc import Iterable

from chain.clients.safe_read import fetch_safe_state
from chain.safe import join_signatures, safe_message_data
from chain.signer import Signer, TypedData
from dao.workflow.desk import Blocks, Desk, Fact
from governance.space import NO_PREVIOUS, parse_settings, settings_cid, settings_digest


def typed_settings(text: str, previous: bytes = NO_PREVIOUS) -> TypedData:
    """What an owner of the treasury Safe signs to put these settings in force: the Safe's message over their digest."""
    settings = parse_settings(text)
    safe = settings.treasury()
    return safe_message_data(
        chain_id=safe.chain_id,
        safe=safe.address,
        version=safe.version,
        message=settings_digest(settings.space, previous, text),
    )


def sign_settings(text: str, owners: Iterable[Signer], previous: bytes = NO_PREVIOUS) -> bytes:
    """The signature blob of some owners over the settings, as the Safe takes it."""
    data = typed_settings(text, previous)
    return join_signatures({owner.address: owner.sign_typed(data) for owner in owners})


def found(desk: Desk, text: str, signatures: bytes) -> int:
    """Put signed settings into the journal; return the leaf's index."""
    settings = parse_settings(text)
    head = desk.node.head()
    blocks = Blocks()
    fact = Fact(
        "settings",
        {
            "settings": blocks.raw(text.encode()),
            "signatures": signatures,
            "state": blocks.map(fetch_safe_state(desk.node, settings.treasury().address, head.ref.number).to_map()),
        },
    )
    assert settings_cid(text) in blocks, "the CID that proposals will name"
    return desk.take([fact], blocks, head=head)[0]
