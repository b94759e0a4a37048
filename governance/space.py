"""A space: its settings, who signed them, and which of them bind a proposal.

Settings are EIP-712 `Settings(string space,bytes32 previous,string settings)`, signed by the treasury Safe's owners,
and chained by `previous`. Decided here: that a Safe whose state is proved signed exactly these settings, and which
settings were in force at a leaf of the journal. Not decided: that the Safe's state is that of the right block (the
verifier's `A_BLOCK`), nor that the leaves are all there (the log's).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chain.cid import CID, raw_cid
from chain.errors import ChainError, UncheckableError
from chain.safe import recover_owners, safe_message_hash
from chain.safe_state import SafeState
from chain.typed_data import digest, parse_types
from governance.settings import Settings
from governance.settings_text import SettingsError, parse_settings, write_settings

__all__ = [
    "DOMAIN", "NO_PREVIOUS", "Settings", "SettingsError", "SettingsLeaf", "binding", "check_settings_signature",
    "check_succession", "in_force", "parse_settings", "settings_cid", "settings_digest", "write_settings",
]  # fmt: skip

DOMAIN = {"name": "Mutual DAO", "version": "1"}
"""Our own EIP-712 domain; no chain id, because settings name several chains."""

NO_PREVIOUS = bytes(32)
"""`previous` of a space's first settings."""

_TYPES = parse_types({
    "Settings": [
        {"name": "space", "type": "string"},
        {"name": "previous", "type": "bytes32"},
        {"name": "settings", "type": "string"},
    ],
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class SettingsLeaf:
    """One settings leaf of a journal, checked: its 0-based leaf index, its time, and what it says."""

    index: int
    time: int
    settings: Settings


def settings_cid(text: str) -> CID:
    """Return the CID that names settings: the raw CID of their canonical text."""
    return raw_cid(text.encode())


def settings_digest(space: str, previous: bytes, text: str) -> bytes:
    """Return the EIP-712 digest of settings; `previous` is the sha2-256 digest of the older settings' CID, or zeros."""
    message = {"space": space, "previous": previous, "settings": text}
    return digest(domain=DOMAIN, types=_TYPES, primary="Settings", message=message)


def check_settings_signature(text: str, previous: bytes, signatures: bytes, state: SafeState, version: str) -> None:
    """Check that the treasury Safe, in the proved `state`, signed these settings after those that `previous` names.

    The owners sign the Safe's own `SafeMessage` over the 32-byte digest, as ERC-1271 asks it; here their signatures
    are checked without the contract: at least `threshold` different owners, strictly ascending. `version` is that of
    the Safe. Raises `SettingsError` (`E_SETTINGS`, H100).
    """
    settings = parse_settings(text)
    treasury = settings.treasury()
    if (treasury.chain_id, treasury.address, treasury.version) != (state.chain_id, state.safe, version):
        raise SettingsError("E_SETTINGS", "other_safe", safe=state.safe, chain_id=state.chain_id)
    signed = safe_message_hash(
        chain_id=state.chain_id,
        safe=state.safe,
        version=version,
        message=settings_digest(settings.space, previous, text),
    )
    try:
        signers = recover_owners(signed, signatures)
    except UncheckableError:
        raise
    except ChainError as error:
        raise SettingsError("E_SETTINGS", "signature", cause=error.code) from error
    strangers = [signer for signer in signers if signer not in state.owners]
    if strangers:
        raise SettingsError("E_SETTINGS", "not_owner", signer=strangers[0])
    if len(set(signers)) < state.threshold or state.threshold < 1:
        raise SettingsError("E_SETTINGS", "too_few", signed=len(set(signers)), threshold=state.threshold)


def check_succession(older: Settings, newer: Settings, state: SafeState) -> None:
    """Check that `newer` may follow `older`: the same space, signed by the Safe that the *older* ones name.

    Otherwise whoever owns any Safe could write settings that name it.
    """
    if newer.space != older.space:
        raise SettingsError("E_SETTINGS", "other_space", space=newer.space, expected=older.space)
    treasury = older.treasury()
    if (treasury.chain_id, treasury.address) != (state.chain_id, state.safe):
        raise SettingsError("E_SETTINGS", "other_safe", safe=state.safe, chain_id=state.chain_id)


def in_force(leaves: Sequence[SettingsLeaf], before_index: int, at_time: int) -> SettingsLeaf:
    """Return the settings that bind a leaf at `before_index` with time `at_time`.

    That is the latest settings leaf before it whose notice has run out (`binding`). Raises `SettingsError`
    (`E_SETTINGS`) when there are none.
    """
    for since, leaf in reversed(binding([leaf for leaf in leaves if leaf.index < before_index])):
        if since <= at_time:
            return leaf
    raise SettingsError("E_SETTINGS", "none_in_force", index=before_index)


def binding(leaves: Sequence[SettingsLeaf]) -> list[tuple[int, SettingsLeaf]]:
    """Say from when each settings leaf binds, in the journal's order.

    The first settings bind at once; every later ones wait for the notice of those *in force when they came*, so no
    settings can shorten their own notice, and never overtake older ones.
    """
    bound: list[tuple[int, SettingsLeaf]] = []
    for leaf in sorted(leaves, key=lambda leaf: leaf.index):
        since = leaf.time
        if bound:
            ruling = next((older for start, older in reversed(bound) if start <= leaf.time), bound[0][1])
            since = max(leaf.time + ruling.settings.notice, bound[-1][0])
        bound.append((since, leaf))
    return bound
