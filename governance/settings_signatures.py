"""Owners' signatures over settings, while they are collected: the file that goes from owner to owner.

Decides what an owner signs, the file's form, that each signature is of the owner under whose name it stands, and that
two files are about the same settings. Not decided: who owns the Safe now, and whether enough have signed
(`governance.space`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from chain import address, signature
from chain.cid import CID
from chain.errors import ChainError
from chain.json_text import canonical, loads
from chain.safe import safe_message_data
from chain.signer import TypedData
from governance.errors import GovernanceError
from governance.settings_text import parse_settings
from governance.space import settings_cid, settings_digest
from governance.strict_map import expect_version, open_map

VERSION = 1
MAX_BYTES = 1 << 16

_KEYS = "previous settings signatures space version"


class SignaturesError(GovernanceError):
    """A file of signatures of another form, or about other settings (`E_SIGNATURES`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsSignatures:
    """Signatures over one text of settings, by owner: 65 bytes each, over the Safe's message."""

    space: str
    previous: bytes
    """The 32-byte digest of the older settings' CID, or zeros."""
    settings: CID
    by_owner: Mapping[bytes, bytes]


def unsigned(text: str, previous: bytes) -> SettingsSignatures:
    """The settings of a text, which nobody has signed yet."""
    return SettingsSignatures(
        space=parse_settings(text).space, previous=previous, settings=settings_cid(text), by_owner={}
    )


def typed_settings(text: str, previous: bytes) -> TypedData:
    """What an owner of the treasury Safe signs to put settings in force: the Safe's message over their digest."""
    settings = parse_settings(text)
    safe = settings.treasury()
    message = settings_digest(settings.space, previous, text)
    return safe_message_data(chain_id=safe.chain_id, safe=safe.address, version=safe.version, message=message)


def read_signatures(data: bytes) -> SettingsSignatures:
    """Read the JSON of a file of signatures; its form only."""
    opened = open_map(loads(data, max_bytes=MAX_BYTES), _KEYS, code="E_SIGNATURES")
    expect_version(opened, "version", VERSION)
    signed = opened.values["signatures"]
    if not isinstance(signed, Mapping):
        opened.refuse("signatures", "a map from owner to signature")
    try:
        cid = CID.parse(opened.text("settings"))
        by_owner = {address.parse(owner): signature.parse_hex(text) for owner, text in signed.items()}
    except ChainError:
        opened.refuse("signatures", "addresses with their checksum, each with a signature of 65 bytes")
    return SettingsSignatures(
        space=opened.text("space"), previous=opened.hash32("previous"), settings=cid, by_owner=by_owner
    )


def write_signatures(signed: SettingsSignatures) -> str:
    """Spell signatures as JSON that `read_signatures` reads back, owners ascending."""
    by_owner = {address.checksum(owner): "0x" + signed.by_owner[owner].hex() for owner in sorted(signed.by_owner)}
    return canonical({
        "version": VERSION,
        "space": signed.space,
        "previous": "0x" + signed.previous.hex(),
        "settings": str(signed.settings),
        "signatures": by_owner,
    })  # fmt: skip


def merge(mine: SettingsSignatures, other: SettingsSignatures, text: str) -> SettingsSignatures:
    """Add the other file's signatures, each checked, to those of `text`; `E_SIGNATURES` where it is about others."""
    refuse_other(mine, other)
    expected = typed_settings(text, mine.previous).digest()
    for owner, made in other.by_owner.items():
        signature.check(expected, made, owner)
    return SettingsSignatures(
        space=mine.space, previous=mine.previous, settings=mine.settings, by_owner={**other.by_owner, **mine.by_owner}
    )


def refuse_other(expected: SettingsSignatures, found: SettingsSignatures) -> None:
    """Return if both are about the same settings after the same older ones."""
    for field in ("space", "settings", "previous"):
        wanted, there = getattr(expected, field), getattr(found, field)
        if wanted != there:
            _refuse(field, wanted, there)


def _refuse(field: str, expected: object, found: object) -> NoReturn:
    told = {"expected": expected if isinstance(expected, bytes) else str(expected)}
    told["found"] = found if isinstance(found, bytes) else str(found)
    raise SignaturesError("E_SIGNATURES", f"other_{field}", **told)
