"""Founding a space: the Safe's owners sign its settings, and they become the journal's first fact; later ones follow.

Decides which Safe may be a treasury at all (genuine, 1.3.0 or later, with no code but the Safe project's), which
settings the next ones follow, and whose signatures go to the journal. The settings are signed as the Safe would be
asked on chain (ERC-1271): each owner signs the Safe's own message hash over the settings' digest. Owners and threshold
are proved from the Safe's storage at the block of the leaf; what is checked then is what every verifier checks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from chain import abi
from chain.clients.node import CallReverted, Node
from chain.clients.safe_read import fetch_safe_state
from chain.errors import ChainError
from chain.keccak import keccak256
from chain.safe import binds_chain, join_signatures
from chain.safe_deployments import KNOWN_CONTRACTS
from chain.safe_state import PROXY_CODE, SafeState, open_safe_state
from chain.signer import Signer
from dao.errors import DaoError
from dao.record.case import SettingsRow
from dao.record.checks_settings import check_known_singleton, refuse_later_features
from dao.workflow.desk import NO_PROPOSAL, Blocks, Desk, Fact
from governance.settings import Settings
from governance.settings_signatures import SettingsSignatures, typed_settings
from governance.space import NO_PREVIOUS, SettingsError, parse_settings, settings_cid
from treasury.safe_pinned import unpinned


class FoundingError(DaoError):
    """A Safe that cannot be a treasury here (`E_SAFE_CONFIG`, `E_REPLAY`), or settings of another space."""


class Treasury(NamedTuple):
    """A Safe that may be a treasury, at one block."""

    state: SafeState
    version: str
    """Of its singleton, as `1.4.1`."""


def read_treasury(node: Node, safe: bytes, number: int | None = None) -> Treasury:
    """Prove a Safe's configuration at a block, the head if none is named; refuse one from which no part could be paid.

    That is: no code, other code than an official proxy's, a release before 1.3.0, a singleton that the Safe project
    never deployed, an unknown fallback handler, and any module or guard.
    """
    number = node.head().ref.number if number is None else number
    code = node.code(safe, number)
    if not code:
        raise FoundingError("E_SAFE_CONFIG", "account", safe=safe)
    if keccak256(code) not in PROXY_CODE:
        _refuse_other_code(node, safe, number, code)
    state = open_safe_state(fetch_safe_state(node, safe, number))
    check_known_singleton(state)
    version = KNOWN_CONTRACTS[state.singleton].version
    for field, found in unpinned(state, version):
        raise FoundingError("E_SAFE_CONFIG", "foreign", safe=safe, field=field, found=found)
    return Treasury(state, version)


def _refuse_other_code(node: Node, safe: bytes, number: int, code: bytes) -> None:
    """Say of a contract that is no proxy of today's whether it is an old Safe."""
    try:
        (version,) = abi.decode(["string"], node.call(safe, abi.encode_call("VERSION()", []), number))
        is_old = not binds_chain(version)
    except (CallReverted, ChainError):
        version, is_old = "", False
    if is_old:
        raise FoundingError("E_REPLAY", "old_safe", safe=safe, version=version)
    raise FoundingError("E_SAFE_CONFIG", "not_a_safe", safe=safe, code_hash=keccak256(code))


def settings_rows(desk: Desk) -> tuple[SettingsRow, ...]:
    """Every settings leaf of the journal, checked; none in a space that is not founded yet."""
    if not any(leaf.kind == "settings" for leaf in desk.journal.leaves):
        return ()
    return desk.case(NO_PROPOSAL, 10).settings_rows or ()


def previous_of(rows: tuple[SettingsRow, ...]) -> bytes:
    """What the next settings name as those before them: zeros for a space's first ones."""
    return rows[-1].cid.digest if rows else NO_PREVIOUS


def sign_settings(text: str, owners: Iterable[Signer], previous: bytes = NO_PREVIOUS) -> bytes:
    """The signature blob of some owners over the settings, as the Safe takes it."""
    data = typed_settings(text, previous)
    return join_signatures({owner.address: owner.sign_typed(data) for owner in owners})


def add_signature(signed: SettingsSignatures, text: str, owner: Signer, state: SafeState) -> SettingsSignatures:
    """Have an owner sign; who owns the Safe no more, or never did, is refused before anything is signed."""
    if owner.address not in state.owners:
        raise SettingsError("E_SETTINGS", "not_owner", signer=owner.address)
    if owner.address in signed.by_owner:
        raise SettingsError("E_SETTINGS", "signed_before", signer=owner.address)
    made = owner.sign_typed(typed_settings(text, signed.previous))
    return replace(signed, by_owner={**signed.by_owner, owner.address: made})


def without(signed: SettingsSignatures, owners: Iterable[bytes]) -> SettingsSignatures:
    """Leave out what some owners signed."""
    left = {owner: made for owner, made in signed.by_owner.items() if owner not in set(owners)}
    return replace(signed, by_owner=left)


def refuse_strangers(signed: SettingsSignatures, state: SafeState) -> None:
    """Raise `E_SETTINGS` for a signature of somebody who does not own the Safe."""
    strangers = sorted(signed.by_owner.keys() - set(state.owners))
    if strangers:
        raise SettingsError("E_SETTINGS", "not_owner", signer=strangers[0])


def refuse_other_space(settings: Settings, *, space: str, chain_id: int, safe: bytes, journal_key: bytes) -> None:
    """Raise `E_SETTINGS` for settings that are not of this workspace's space, Safe and journal."""
    treasury = settings.treasury()
    for field, found, expected in (
        ("space", settings.space, space),
        ("chain", treasury.chain_id, chain_id),
        ("Safe", treasury.address, safe),
        ("journal key", settings.journal.key, journal_key),
    ):
        if found != expected:
            raise FoundingError("E_SETTINGS", "anchor", field=field, found=found, expected=expected)


def refuse_unknown(settings: Settings, first: Settings) -> None:
    """Raise `E_VERSION` for what this release does not act upon, a second chain among it: a workspace asks one node."""
    refuse_later_features(settings, first)
    used = {chain.chain_id for chain in settings.chains}
    if used != {settings.treasury().chain_id}:
        raise FoundingError("E_VERSION", "settings_later", field="more than one chain")


def found(desk: Desk, text: str, signatures: bytes) -> int:
    """Put signed settings into the journal; return the leaf's index."""
    settings = parse_settings(text)
    head = desk.head()
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
