"""Envelopes of messages in our own EIP-712 domain, in the shape of Snapshot's: `{"address", "sig", "data"}`.

Decides their form: these members and no others, our domain, and the very types of the message that is expected. What a
message may say, and who may say it, is decided by whoever reads it (`governance.acts`, `document_steps`,
`group_steps`, `proof_of_life`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from chain import address, json_text
from chain.signer import Signer, TypedData
from chain.typed_data import digester, parse_types
from governance.errors import GovernanceError

DOMAIN: Mapping[str, str] = MappingProxyType({"name": "Mutual DAO", "version": "1"})

_MEMBERS = {"address", "sig", "data"}
_DATA = {"domain", "types", "message"}


class Opened(NamedTuple):
    """What an envelope holds. Its message has the expected types' names; values are checked with its digest."""

    address: object
    signature: object
    message: dict[str, Any]


class Form:
    """One kind of message: its EIP-712 type, and how its envelope is read."""

    def __init__(
        self,
        word: str,
        primary: str,
        members: Sequence[tuple[str, str]],
        *,
        max_bytes: int,
        error: type[GovernanceError],
    ) -> None:
        """`word` names it in the sentences of refusals (`E_DOMAIN.act`), `members` are names and types in their order,
        and `error` refuses an envelope: `E_LIMIT`, `E_ACT`, `E_DOMAIN`, `E_TYPES`.
        """
        self._word = word
        self._primary = primary
        self._max_bytes = max_bytes
        self._error = error
        self._json = {primary: [{"name": name, "type": type_} for name, type_ in members]}
        self._types = parse_types(self._json)
        self.digest = digester(domain=DOMAIN, types=self._types, primary=primary)
        """From a message to the 32 bytes that a wallet signs; refuses a value that has not its type."""

    def typed(self, message: Mapping[str, object]) -> TypedData:
        """Return what a wallet is shown, and signs."""
        return TypedData(DOMAIN, self._types, self._primary, message)

    def is_claimed_by(self, value: object) -> bool:
        """Whether a JSON value has the types of this message, whatever else is wrong with it."""
        data = value.get("data") if isinstance(value, Mapping) else None
        types = data.get("types") if isinstance(data, Mapping) else None
        return isinstance(types, Mapping) and self._primary in types

    def seal(self, message: Mapping[str, object], signer: Signer) -> bytes:
        """Sign a message and write its envelope."""
        envelope = {
            "address": address.checksum(signer.address),
            "sig": "0x" + signer.sign_typed(self.typed(message)).hex(),
            "data": {"domain": dict(DOMAIN), "types": self._json, "message": dict(message)},
        }
        return json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()

    def read(self, raw: bytes) -> Opened:
        """Read an envelope of this form."""
        if len(raw) > self._max_bytes:
            raise self._error("E_LIMIT", self._word, size=len(raw), limit=self._max_bytes)
        document = json_text.loads(raw, max_bytes=self._max_bytes, allow_floats=True)
        if not isinstance(document, dict) or document.keys() != _MEMBERS:
            raise self._error("E_ACT", self._word, expected="address, sig, data")
        data = document["data"]
        if not isinstance(data, dict) or data.keys() != _DATA or not isinstance(data["message"], dict):
            raise self._error("E_ACT", self._word, expected="data with domain, types, message")
        if data["domain"] != DOMAIN:
            raise self._error("E_DOMAIN", self._word)
        if data["types"] != self._json:
            raise self._error("E_TYPES", self._word)
        return Opened(document["address"], document["sig"], data["message"])
