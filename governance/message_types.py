"""Snapshot's registry of message types: which `types` a message may be signed with, and what such a message does.

A message's types are known or refused; there is no guessing. The registry's key is the SHA-256 of `types` as JavaScript
spells it (`JSON.stringify`), so types that EIP-712 would call equal but that stand in another order are other types.
79 hashes have been accepted since 2021; `TODAY` names those that clients still sign. Nothing is decided here about
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
        "settings": "110b37d3e2625cd6e1ec7b921e77773083b2a2949e69bd3a35fd9f1031ca5666",
        "delete-space": "6f6cdd15a1e9e6c4ee544231c4fa7b6c7e5183bc2b37fa4bd1a695f458348ab7",
        "follow": "42f8858a21d4aa232721cb97074851e729829ea362b88bb21f3879899663b586",
        "unfollow": "2bb75450e28b06f259ea764cd669de6bde0ba70ce729b0ff05ab9df56e0ff21d",
        "subscribe": "daaf0ff7d3e2ec189cf851228c386c7a4c432076d0ed197864916dd3f656531c",
        "unsubscribe": "f542edb6f9fe79d0b85554667991352be2fcca85df3dd3c6a6f451d189c7c25d",
        "profile": "2ffbebcbd22ef48fd2f4a1182ff1feda7795b57689bd6f0dd73c89e925e7fefb",
        "statement": "4288d50b713081aae77d60d596d75864bff7acf7791a00183401e58658ee9da5",
        "alias": "1aad7825b991457fca04aae48a2a49d815ada524e10316af0da5522ea48b3df6",
        "revoke-alias": "10d42fa4911391167e58c3ffb6fb21dd21fc1f7ef91be28a77e45ef4de5ff528",
    }
)
"""The types that are written here, by action: those of today's clients."""

_BESIDE = frozenset({
    "e4b768874f191321f9a6460e15f87e98800c78c1e3104f9d4e443f2ed9b1c45e",  # the votes and the cancellation that name
    "86c81555a3dda45aa7b151c574dc27f7402c23d9b1432156f1daa6c2e15f9891",  # their proposal as `bytes32`
    "c0f418890817b3e6deb58fa3182bf8ed7619242666a9087eab28f27a6876e1da",
    "817265460009cfdbde0752fcc7ef629ae7e05a6e8b6cbffab8a7cbf6cd19e87e",
    "65df19852816ead53c157161c62cd1580f509f9c33d27c06d46206eb3526b8b5",  # follow, unfollow, profile and statement of
    "150feb61a4a0f6d140f5444349c8baa068b062e7552d314a3119991e37ca6f8b",  # snapshot.js, whose `from` is an address
    "34ec686d1bb5c1c5915bd86c56645ae829c923cd9251a1d89b06a87249b24764",
    "8ae78362e9de73180e72a7e8429ef727a019ae6a4f4ea1280d4c53136bd585b3",
})  # fmt: skip
TODAY = frozenset(CURRENT.values()) | _BESIDE
"""Every types hash that a client of today may sign with, for snapshot.js and sx.js differ; all others are history."""

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

    @property
    def is_of_today(self) -> bool:
        """Whether a client of today may sign with these types."""
        return self.sha256 in TODAY

    def digester(self, domain: Mapping[str, object]) -> Callable[[Mapping[str, object]], bytes]:
        """Return the function from a message of this type, under `domain`, to its id."""
        if domain == DOMAIN:
            return _digester(self.sha256)
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


def current_action(primary: str) -> str | None:
    """Return the action of a primary type, as `Follow`; of `Vote`, whose form its choice decides, one of the three."""
    return next((action for action in CURRENT if current(action).primary == primary), None)


def known_type(types: object) -> MessageType:
    """Find the registry's entry for the `types` of an envelope; unknown ones are `E_TYPES` (H20)."""
    known = _at_a_glance(types)
    if known is not None:
        return known
    try:
        return _by_text(_javascript(types))
    except TypeError:  # a number with a fraction somewhere inside
        raise MessageError("E_TYPES", "registry", sha256="") from None


def _at_a_glance(types: object) -> MessageType | None:
    """Find types whose every name and value, in their order, are those of an entry; a third of the hash's price."""
    try:
        return _spelled().get(tuple([(name, *[(*f, *f.values()) for f in fields]) for name, fields in types.items()]))  # type: ignore[attr-defined]
    except (AttributeError, TypeError):  # of another shape, so the hash tells that it is unknown
        return None


@cache
def _spelled() -> Mapping[object, MessageType]:
    """The registry by what `_at_a_glance` sees of types."""
    return {
        tuple((name, *(("name", "type", *field) for field in fields)) for name, fields in entry.types.items()): entry
        for entry in registry().values()
    }


@lru_cache(maxsize=128)
def _by_text(text: str) -> MessageType:
    """Look up the JavaScript spelling of types. The cache holds only known ones: a refusal is not kept."""
    key = sha256(text.encode()).hexdigest()
    entry = registry().get(key)
    if entry is None:
        raise MessageError("E_TYPES", "registry", sha256=key)
    return entry


@lru_cache(maxsize=128)
def _digester(key: str) -> Callable[[Mapping[str, object]], bytes]:
    """The digester of a known type under Snapshot's own domain, which nearly every message has."""
    kind = registry()[key]
    return digester(domain=DOMAIN, types=kind.types, primary=kind.primary)


def _entry(key: str, action: str, spelled: str) -> MessageType:
    types = {
        name: tuple(Field(*reversed(member.split(" "))) for member in members.split(","))
        for name, members in _STRUCT.findall(spelled)
    }
    starknet = "StarkNetDomain" in types
    return MessageType(key, action, next(reversed(types)), types, starknet)
