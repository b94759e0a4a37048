"""Snapshot's registry of message types: which `types` a message may be signed with, and what such a message does.

A message's types are known or refused; there is no guessing. The registry's key is the SHA-256 of `types` as JavaScript
spells it (`JSON.stringify`), so types that EIP-712 would call equal but that stand in another order are other types.
79 hashes have been accepted since 2021; `CURRENT` names those that clients sign today. Nothing is decided here about
the message's values.

Source: snapshot.js 0.17 `src/sign/hashedTypes.json` and `src/sign/types.ts`, and the sequencer of sx-monorepo for the
79th. The file beside this one keeps, for each hash, the action and the types in the order in which they are signed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from hashlib import sha256
from importlib import resources
from types import MappingProxyType
from typing import NamedTuple

from chain.typed_data import Field, Types, digester
from governance.errors import GovernanceError

DOMAIN: Mapping[str, str] = MappingProxyType({"name": "snapshot", "version": "0.1.4"})
"""Snapshot's whole EIP-712 domain: no chain id and no contract, so one signature is valid on every hub and net."""

CURRENT: Mapping[str, str] = MappingProxyType(
    {
        "vote": "fb8fa9816cd42974e7f1af671aa548c8c458553364ed809e45042f141de8c0d5",
        "vote-array": "5f95ed849bafb034c37e340dc06ad6fa6985d674714cb602a6bf11119ffba2a1",
        "vote-string": "afc5911fd9722b3dc5e8b16a552997510644a52d2b229c3868fb1910b112416e",
        "proposal": "e037b37311c75c995f732b57cd456bdc685e5eac29668698be34388cafb14097",
        "update-proposal": "9c66485d2c9af4010e89b0352e3f78ce2aa96661c531b1bdbd7042388867e830",
        "delete-proposal": "dd19ee4357e5bc813529e1b537b77ccb767135701f0223434f3b53f1ac03dcc6",
        "flag-proposal": "6107486ff2c58778b92eac3f9c92b26ab59f30959a12307ae868c197f382cdf6",
    }
)
"""The types of today's clients, by action (`from` is text since 2024)."""

_javascript = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""Spell a value as JavaScript's `JSON.stringify` does; made once, because every message asks."""

_STRUCT = re.compile(r"(\w+)\(([^()]*)\)")


class MessageError(GovernanceError):
    """A message that is not one of Snapshot's, or not in the form that its types give it."""


class MessageType(NamedTuple):
    """One entry of the registry."""

    sha256: str
    """Lower-case hex of the SHA-256 of the types' JavaScript spelling: the registry's key."""
    action: str
    """What such a message does: `vote`, `vote-array`, `vote-string`, `proposal`, `delete-proposal`, …"""
    primary: str
    types: Types
    starknet: bool
    """Two entries are for Starknet wallets, whose signatures are of another scheme."""

    def digester(self, domain: Mapping[str, object]) -> Callable[[Mapping[str, object]], bytes]:
        """Return the function from a message of this type, under `domain`, to its id."""
        return digester(domain=domain, types=self.types, primary=self.primary)

    def to_json(self) -> dict[str, list[dict[str, str]]]:
        """Return the `types` of an envelope."""
        return {name: [{"name": f.name, "type": f.type} for f in fields] for name, fields in self.types.items()}


@cache
def registry() -> Mapping[str, MessageType]:
    """Read the registry that lies beside this module; its keys are recomputed from its contents by a test."""
    text = resources.files("governance").joinpath("message_types.json").read_text("utf-8")
    return MappingProxyType({key: _entry(key, *row) for key, row in json.loads(text).items()})


def current(action: str) -> MessageType:
    """Return the types that today's clients sign for `action`."""
    return registry()[CURRENT[action]]


def known_type(types: object) -> MessageType:
    """Find the registry's entry for the `types` of an envelope; unknown ones are `E_TYPES` (H20)."""
    try:
        return _by_text(_javascript(types))
    except TypeError:  # a number with a fraction somewhere inside
        raise MessageError("E_TYPES", "registry", sha256="") from None


@lru_cache(maxsize=128)
def _by_text(text: str) -> MessageType:
    """Look up the JavaScript spelling of types. The cache holds only known ones: a refusal is not kept."""
    key = sha256(text.encode()).hexdigest()
    entry = registry().get(key)
    if entry is None:
        raise MessageError("E_TYPES", "registry", sha256=key)
    return entry


def _entry(key: str, action: str, spelled: str) -> MessageType:
    types = {
        name: tuple(Field(*reversed(member.split(" "))) for member in members.split(","))
        for name, members in _STRUCT.findall(spelled)
    }
    starknet = "StarkNetDomain" in types
    return MessageType(key, action, next(reversed(types)), types, starknet)
