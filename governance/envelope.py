"""Reading a signed Snapshot message: its form, its types, its domain, its id, and who signed it.

`read_envelope` takes the bytes as they were received and keeps them; `check_signature` says who signed. Together they
judge form, types, domain and signature only: no clock, no space, no proposal (`governance.admission`), and no contract
is asked (`UncheckableError` where one would have to be).

1. size; 2. one strict JSON document; 3. exactly the members of an envelope; 4. the domain; 5. types of the registry;
6. the sender is who he says, without an alias; 7. the choice of a vote; 8. the id, which is the EIP-712 digest and
never depends on signature bytes (H07).

Policy `strict` refuses what Snapshot's own reader lets pass in *form*; policy `snapshot` takes it and says so in
`warnings` (`W_DOMAIN_CHAIN`, `W_SIG_HIGH_S`, `W_SIG_V_NORMALISED`). Choices are strict in both.

Source: snapshot.js 0.17 `src/sign`, `src/verify`; sequencer `src/ingestor.ts` (its order of checks).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from chain import address, json_text, signature
from chain.errors import UncheckableError
from governance.choice import read_choice
from governance.message_types import DOMAIN, MessageError, known_type

Policy = Literal["strict", "snapshot"]

MAX_BYTES = 100_000
"""Any message, as the sequencer has it."""
MAX_VOTE_BYTES = 16_384

_MEMBERS = frozenset({"address", "sig", "data"})
_PINNED = _MEMBERS | {"hash"}
_DATA = frozenset({"domain", "types", "message"})
_VOTES = frozenset({"vote", "vote-array", "vote-string"})

_ERC6492_SUFFIX = bytes.fromhex("6492") * 16
_ERC6492_HEAD = bytes(31) + b"\x60"
"""The wrapper is ABI (address, bytes, bytes): after the padded address comes the offset of its first bytes, 0x60."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A message as it was received, read but not yet judged against any space."""

    raw: bytes
    address: bytes
    signature: bytes
    """As sent; empty where a Safe has signed on chain."""
    action: str
    """`vote`, `vote-array`, `vote-string`, `proposal`, `update-proposal`, `delete-proposal`, …"""
    message: Mapping[str, object]
    id: bytes
    """The EIP-712 digest."""
    types_hash: bytes
    """The registry's key: SHA-256 of the types' JavaScript spelling."""
    warnings: tuple[str, ...] = ()

    def is_vote(self) -> bool:
        """Whether this is a vote, in any of its three forms."""
        return self.action in _VOTES


def read_envelope(raw: bytes, policy: Policy = "strict") -> Envelope:
    """Read one envelope `{"address", "sig", "data": {"domain", "types", "message"}}`.

    The form in which Snapshot pins it, with the id as `hash`, is taken too, if that is the id. Raises `MessageError`
    or a refusal of `chain`: `E_LIMIT`, `E_PARSE`, `E_JSON_…`, `E_TEXT`, `E_ENVELOPE`, `E_DOMAIN`, `E_DOMAIN_CHAIN`,
    `E_TYPES`, `E_ADDRESS`, `E_ALIAS`, `E_SCHEME_STARKNET`, `E_SCHEME_SHUTTER`, `E_CHOICE`, `E_UINT`, `E_BYTES`.
    """
    if len(raw) > MAX_BYTES:  # (1)
        raise MessageError("E_LIMIT", "message", size=len(raw), limit=MAX_BYTES)
    document = json_text.loads(raw, max_bytes=MAX_BYTES, allow_floats=True)  # (2)
    if not isinstance(document, dict) or (document.keys() != _MEMBERS and document.keys() != _PINNED):  # (3)
        raise MessageError("E_ENVELOPE", "members", expected="address, sig, data")
    data = document["data"]
    _refuse_starknet(document["sig"], data)
    if not isinstance(data, dict) or data.keys() != _DATA or not isinstance(data["message"], dict):
        raise MessageError("E_ENVELOPE", "members", expected="data with domain, types, message")
    warnings = _check_domain(data["domain"], policy)  # (4)
    kind = known_type(data["types"])  # (5)
    message = data["message"]
    sender = _sender(document["address"], message)  # (6)
    if kind.action in _VOTES:  # (7)
        if len(raw) > MAX_VOTE_BYTES:
            raise MessageError("E_LIMIT", "vote", size=len(raw), limit=MAX_VOTE_BYTES)
        read_choice(kind.action, message.get("choice"))
    id_ = kind.digester(data["domain"])(message)  # (8)
    if "hash" in document and document["hash"] != "0x" + id_.hex():
        raise MessageError("E_ENVELOPE", "hash", id=id_)
    return Envelope(
        raw=raw,
        address=sender,
        signature=signature.parse_hex(document["sig"]),
        action=kind.action,
        message=MappingProxyType(message),
        id=id_,
        types_hash=bytes.fromhex(kind.sha256),
        warnings=warnings,
    )


def check_signature(envelope: Envelope, policy: Policy = "strict") -> bytes:
    """Return the address that signed, which is the envelope's; raise otherwise.

    `E_SIG_…` as `chain.signature` refuses. `UncheckableError` where only a contract can say it: `E_1271_UNCHECKED`
    (a Safe's vote on chain, or its owners' signatures), `E_6492` (a wallet not yet deployed).
    """
    signer, _ = judge_signature(envelope, policy)
    return signer


def judge_signature(envelope: Envelope, policy: Policy) -> tuple[bytes, tuple[str, ...]]:
    """As `check_signature`; returns also the codes of what `strict` would have refused in the signature's form."""
    _refuse_contract_forms(envelope)
    if policy == "strict":
        signature.check(envelope.id, envelope.signature, envelope.address)
        return envelope.address, ()
    found, warnings = signature.recover_snapshot(envelope.id, envelope.signature)
    if found != envelope.address:
        signature.refuse_signer(envelope.id, envelope.signature, expected=envelope.address, found=found)
    return found, warnings


def _refuse_contract_forms(envelope: Envelope) -> None:
    signed = envelope.signature
    if not signed:
        raise UncheckableError("E_1271_UNCHECKED", "on_chain", address=address.checksum(envelope.address))
    if len(signed) > 128 and signed.endswith(_ERC6492_SUFFIX) and signed[32:64] == _ERC6492_HEAD:
        raise UncheckableError("E_6492", "unchecked", address=address.checksum(envelope.address))
    if len(signed) >= 130 and not signed.endswith(_ERC6492_SUFFIX):  # two owners of a Safe, or a contract's own form
        raise UncheckableError("E_1271_UNCHECKED", "contract", address=address.checksum(envelope.address))


def _refuse_starknet(signed: object, data: object) -> None:
    """A Starknet wallet signs a list of felts over another hash; named, because its form would only look broken."""
    types = data.get("types") if isinstance(data, dict) else None
    if isinstance(signed, list) or (isinstance(types, dict) and "StarkNetDomain" in types):
        raise MessageError("E_SCHEME_STARKNET", "message")


def _check_domain(domain: object, policy: Policy) -> tuple[str, ...]:
    """Snapshot's domain, exactly. Two wallets add their chain's id, which then is part of the hash."""
    if domain == DOMAIN:
        return ()
    if not isinstance(domain, dict):
        raise MessageError("E_DOMAIN", "message_form")
    for name, expected in DOMAIN.items():
        if domain.get(name) != expected:
            raise MessageError("E_DOMAIN", "message_field", field=name, expected=expected)
    extra = sorted(domain.keys() - DOMAIN.keys())
    if extra != ["chainId"]:
        raise MessageError("E_DOMAIN", "message_extra", field=", ".join(extra))
    if policy == "strict" or type(domain["chainId"]) is not int:
        raise MessageError("E_DOMAIN_CHAIN", "extra", chain_id=str(domain["chainId"])[:40])
    return ("W_DOMAIN_CHAIN",)


def _sender(text: object, message: Mapping[str, object]) -> bytes:
    sender = address.parse(text)
    named = message.get("from")
    if named != text:
        address.parse(named)
        raise MessageError("E_ALIAS", "sender", address=text, named=named)
    return sender
