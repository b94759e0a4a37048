"""Founding a space: the Safe's owners sign its settings, and they become the journal's first fact.

The settings are signed as the Safe would be asked on chain (ERC-1271): each owner signs the Safe's own message hash
over the settings' digest. Owners and threshold are proved from the Safe's storage at the block of the leaf.
"""

from __future__ import annotations

from collections.abc import Iterable

from chain import signature
from chain.clients.safe_read import fetch_safe_state
from chain.safe import join_signatures, safe_message_hash
from dao.workflow.desk import Blocks, Desk, Fact
from governance.settings import SafeSettings
from governance.space import NO_PREVIOUS, parse_settings, settings_cid, settings_digest


def message_to_sign(text: str, previous: bytes = NO_PREVIOUS) -> bytes:
    """The 32 bytes that an owner of the treasury Safe signs to put these settings in force."""
    settings = parse_settings(text)
    safe = settings.treasury()
    return _message_hash(safe, settings_digest(settings.space, previous, text))


def sign_settings(text: str, owner_keys: Iterable[bytes], previous: bytes = NO_PREVIOUS) -> bytes:
    """The signature blob of some owners over the settings, as the Safe takes it."""
    message = message_to_sign(text, previous)
    return join_signatures({signature.address_of(key): signature.sign(message, key) for key in owner_keys})


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


def _message_hash(safe: SafeSettings, digest: bytes) -> bytes:
    return safe_message_hash(chain_id=safe.chain_id, safe=safe.address, version=safe.version, message=digest)
