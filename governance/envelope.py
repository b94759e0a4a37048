"""Reading a signed Snapshot message: its form, its types, its domain, its id, and who signed it.

`read_envelope` takes the bytes as they were received and keeps them; `check_signature` says who signed. Together they
judge form, types, domain and signature only: no clock, no space, no proposal (`governance.admission`), and no contract
is asked (`UncheckableError` where one would have to be).

1. size; 2. one strict JSON document; 3. exactly the members of an envelope; 4. the domain; 5. types of the registry;
6. the sender is who he says, without an alias; 7. the choice of a vote; 8. the id, which is the EIP-712 digest and
never depends on signature bytes (H07). A vote in the bytes that most clients write takes all these steps at once
(`governance.plain_votes`).

Policy `strict` takes today's types only, and refuses what Snapshot's own reader lets pass in *form*; policy `snapshot`
takes both and says so in `warnings` (`W_TYPES_OLD`, `W_DOMAIN_CHAIN`, `W_SIG_HIGH_S`, `W_SIG_V_NORMALISED`). Choices
are strict in both, and nobody may speak for another. What a message is that neither policy takes, and why, is told by
`governance.examination`, which walks the same steps.

Source: snapshot.js 0.17 `src/sign`, `src/verify`; sequencer `src/ingestor.ts` (its order of checks).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, Protocol

from chain import address, json_text, signature
from chain.errors import CodedError, UncheckableError
from governance.choice import read_choice
from governance.message_types import DOMAIN, MessageError, MessageType, known_type
from governance.plain_votes import read_plain

Policy = Literal["strict", "snapshot"]


class Tell(Protocol):
    """Takes what policy `strict` refuses and, where `snapshot` does not, the code with which that policy reports it."""

    def __call__(self, error: CodedError, warning: str = "") -> None:
        """Raise the error, or return and the reading goes on."""


MAX_BYTES = 100_000
"""Any message, as the sequencer has it."""
MAX_VOTE_BYTES = 16_384

_MEMBERS = frozenset({"address", "sig", "data"})
_PINNED = _MEMBERS | {"hash"}
_DATA = frozenset({"domain", "types", "message"})
_TAKEN = frozenset({"W_DOMAIN_CHAIN", "W_TYPES_OLD"})
"""What an intake of policy `snapshot` takes. An alias and a closed ballot decide nothing here in either policy."""
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
    plain = read_plain(raw) if len(raw) <= MAX_VOTE_BYTES else None
    if plain is not None:
        return Envelope(
            raw=raw,
            address=plain.sender,
            signature=plain.signature,
            action=plain.shape.kind.action,
            message=MappingProxyType(plain.message()),
            id=plain.id,
            types_hash=bytes.fromhex(plain.shape.kind.sha256),
        )
    warnings: list[str] = []

    def tell(error: CodedError, warning: str = "") -> None:
        if policy == "strict" or warning not in _TAKEN:
            raise error
        warnings.append(warning)

    document, data = open_envelope(raw)  # (1), (2), (3)
    check_domain(data["domain"], tell)  # (4)
    kind = type_of(data["types"], tell)  # (5)
    message = data["message"]
    sender = sender_of(document["address"], message, tell)  # (6)
    check_vote(raw, kind, message, tell)  # (7)
    id_ = kind.digester(data["domain"])(message)  # (8)
    check_pinned(document, id_)
    return Envelope(
        raw=raw,
        address=sender,
        signature=signature.parse_hex(document["sig"]),
        action=kind.action,
        message=MappingProxyType(message),
        id=id_,
        types_hash=bytes.fromhex(kind.sha256),
        warnings=tuple(warnings),
    )


def open_envelope(raw: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the document and its `data`, whose members are there and none other; what they hold is not judged."""
    if len(raw) > MAX_BYTES:
        raise MessageError("E_LIMIT", "message", size=len(raw), limit=MAX_BYTES)
    document = json_text.loads(raw, max_bytes=MAX_BYTES, allow_floats=True)
    if not isinstance(document, dict) or (document.keys() != _MEMBERS and document.keys() != _PINNED):
        raise MessageError("E_ENVELOPE", "members", expected="address, sig, data")
    data = document["data"]
    _refuse_starknet(document["sig"], data)
    if not isinstance(data, dict) or data.keys() != _DATA or not isinstance(data["message"], dict):
        raise MessageError("E_ENVELOPE", "members", expected="data with domain, types, message")
    return document, data


def check_domain(domain: object, tell: Tell) -> None:
    """Snapshot's domain, exactly. Two wallets add their chain's id, which then is part of the hash."""
    if domain == DOMAIN:
        return
    if not isinstance(domain, dict):
        raise MessageError("E_DOMAIN", "message_form")
    wrong = [name for name, expected in DOMAIN.items() if domain.get(name) != expected]
    extra = sorted(domain.keys() - DOMAIN.keys())
    if wrong:
        tell(MessageError("E_DOMAIN", "message_field", field=wrong[0], expected=DOMAIN[wrong[0]]))
    elif extra != ["chainId"]:
        tell(MessageError("E_DOMAIN", "message_extra", field=", ".join(extra)))
    else:
        warning = "W_DOMAIN_CHAIN" if type(domain["chainId"]) is int else ""
        tell(MessageError("E_DOMAIN_CHAIN", "extra", chain_id=str(domain["chainId"])[:40]), warning)


def type_of(types: object, tell: Tell) -> MessageType:
    """Find the registry's entry; types that no client of today signs are told, and so is a type of the domain.

    Some wallets' libraries want `EIP712Domain` among the types; Snapshot takes it out before it looks.
    """
    if isinstance(types, dict) and "EIP712Domain" in types:
        kind = known_type({name: fields for name, fields in types.items() if name != "EIP712Domain"})
        tell(MessageError("E_TYPES", "domain_type", place="EIP712Domain"), "W_TYPES_DOMAIN")
    else:
        kind = known_type(types)
    if not kind.is_of_today:
        tell(MessageError("E_TYPES", "history", action=kind.action, sha256=kind.sha256), "W_TYPES_OLD")
    return kind


def sender_of(text: object, message: Mapping[str, object], tell: Tell) -> bytes:
    """Read the address that sends, which is the message's `from`, or another's in its name (an alias)."""
    sender = address.parse(text)
    named = message.get("from")
    if named != text:
        address.parse(named)
        tell(MessageError("E_ALIAS", "sender", address=text, named=named), "W_ALIAS")
    return sender


def check_vote(raw: bytes, kind: MessageType, message: Mapping[str, object], tell: Tell) -> None:
    """Size and choice of a vote; an encrypted choice is told, for its signature is as good as any."""
    if kind.action not in _VOTES:
        return
    if len(raw) > MAX_VOTE_BYTES:
        raise MessageError("E_LIMIT", "vote", size=len(raw), limit=MAX_VOTE_BYTES)
    try:
        read_choice(kind.action, message.get("choice"))
    except MessageError as error:
        tell(error, "W_SHUTTER" if error.code == "E_SCHEME_SHUTTER" else "")


def check_pinned(document: Mapping[str, object], id_: bytes) -> None:
    """A hub's `hash` beside the members must be the id."""
    if "hash" in document and document["hash"] != "0x" + id_.hex():
        raise MessageError("E_ENVELOPE", "hash", id=id_)


def check_signature(envelope: Envelope, policy: Policy = "strict") -> bytes:
    """Return the address that signed, which is the envelope's; raise otherwise.

    `E_SIG_…` as `chain.signature` refuses. `UncheckableError` where only a contract can say it: `E_1271_UNCHECKED`
    (a Safe's vote on chain, or its owners' signatures), `E_6492` (a wallet not yet deployed).
    """
    signer, _ = judge_signature(envelope, policy)
    return signer


def judge_signature(envelope: Envelope, policy: Policy) -> tuple[bytes, tuple[str, ...]]:
    """As `check_signature`; returns also the codes of what `strict` would have refused in the signature's form."""
    return judge(envelope.id, envelope.signature, envelope.address, policy)


def judge(id_: bytes, signed: bytes, signer: bytes, policy: Policy) -> tuple[bytes, tuple[str, ...]]:
    """As `judge_signature`, of the three things that it depends on."""
    refuse_contract_forms(signed, signer)
    if policy == "strict":
        signature.check(id_, signed, signer)
        return signer, ()
    found, warnings = signature.recover_snapshot(id_, signed)
    if found != signer:
        signature.refuse_signer(id_, signed, expected=signer, found=found)
    return found, warnings


def refuse_contract_forms(signed: bytes, signer: bytes) -> None:
    """Raise `UncheckableError` for a signature that only a contract can confirm."""
    if len(signed) == 65:
        return
    if not signed:
        raise UncheckableError("E_1271_UNCHECKED", "on_chain", address=address.checksum(signer))
    if len(signed) > 128 and signed.endswith(_ERC6492_SUFFIX) and signed[32:64] == _ERC6492_HEAD:
        raise UncheckableError("E_6492", "unchecked", address=address.checksum(signer))
    if len(signed) >= 130 and not signed.endswith(_ERC6492_SUFFIX):  # two owners of a Safe, or a contract's own form
        raise UncheckableError("E_1271_UNCHECKED", "contract", address=address.checksum(signer))


def _refuse_starknet(signed: object, data: object) -> None:
    """A Starknet wallet signs a list of felts over another hash; named, because its form would only look broken."""
    types = data.get("types") if isinstance(data, dict) else None
    if isinstance(signed, list) or (isinstance(types, dict) and "StarkNetDomain" in types):
        raise MessageError("E_SCHEME_STARKNET", "message")
