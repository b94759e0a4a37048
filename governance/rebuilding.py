"""Signed votes rebuilt from what a hub shows of them: the message whose hash is the vote's id, and who signed it.

A hub shows a vote's members and, elsewhere, its signature, but not the bytes that were signed. They are tried out:
every type of vote that Snapshot ever took, with the spellings of its time, until one hashes to the id. Where one does,
the vote is what its voter signed, or its signature is bad; where none does, nothing is known, and it is said. Not
decided here: what the vote weighs and whether the hub keeps back others.

Statuses: `signed`; `bad`, another than the voter signed, or nobody; `contract`, only a contract can say it; `alias`,
signed by another address, which the voter may have allowed; `none`, the hub has no signature; `unknown`, no message
that the hub's row allows has this id.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Literal, NamedTuple

from chain import address, signature
from chain.errors import CodedError, UncheckableError
from governance.choice import read_choice, weights_of
from governance.envelope import Envelope, judge, read_envelope
from governance.hub_votes import HubMessage, HubVote
from governance.message_types import CURRENT, DOMAIN, MessageType, registry

Status = Literal["signed", "bad", "contract", "alias", "none", "unknown"]

_METADATA = ("", "{}")
"""What clients write where a voter says nothing: sx.js the one, snapshot.js the other."""


class Rebuilt(NamedTuple):
    """What became of one vote."""

    vote: HubVote
    status: Status
    code: str = ""
    """Of the refusal, where it is `bad` or `contract`."""


def check_signatures(
    votes: Iterable[HubVote], space: str, proposal: str, messages: Mapping[str, HubMessage]
) -> Iterator[Rebuilt]:
    """Rebuild every vote and check its signature, in the order of the list."""
    ready: dict[str, int] = {}  # by action, which candidate fitted last: neighbours mostly come from one client
    for vote in votes:
        message = messages.get(vote.id)
        if message is None or not message.sig:
            yield Rebuilt(vote, "none")
            continue
        id_ = rebuild(vote, space, proposal, ready)
        yield Rebuilt(vote, "unknown") if id_ is None else _judged(vote, id_, message)


def rebuild(vote: HubVote, space: str, proposal: str, ready: dict[str, int] | None = None) -> bytes | None:
    """Return the id as bytes where some message that the row allows hashes to it."""
    found = _found(vote, space, proposal, ready)
    return None if found is None else bytes.fromhex(vote.id[2:])


def vote_envelope(vote: HubVote, space: str, proposal: str, message: Mapping[str, object]) -> bytes | None:
    """Spell the envelope of a vote that can be rebuilt, with the address and the signature that the hub keeps of it."""
    found = _found(vote, space, proposal, None)
    if found is None:
        return None
    kind, members = found
    data = {"domain": dict(DOMAIN), "types": kind.to_json(), "message": dict(members)}
    envelope = {"address": hex_text(message.get("address")), "sig": hex_text(message.get("sig")), "data": data}
    return json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()


def hex_text(shown: object) -> str:
    """An address or a signature as a hub shows it; what cannot be one is none."""
    return shown if isinstance(shown, str) and shown.isascii() else ""


def _found(
    vote: HubVote, space: str, proposal: str, ready: dict[str, int] | None
) -> tuple[MessageType, Mapping[str, object]] | None:
    """The type and the message that hash to a vote's id."""
    choice = _choice(vote.choice)
    if choice is None:
        return None
    action, said = choice
    members: dict[str, object] = {
        "from": address.checksum(vote.voter),
        "space": space,
        "timestamp": vote.created,
        "proposal": proposal,
        "choice": said,
        "reason": vote.reason,
        "app": vote.app,
    }
    candidates = _candidates(action)
    first = (ready or {}).get(action, 0)
    for number in (first, *(n for n in range(len(candidates)) if n != first)):
        kind, names, metadata = candidates[number]
        message = {name: metadata if name == "metadata" else members[name] for name in names}
        found = _hash(kind, message)
        if found is not None and "0x" + found.hex() == vote.id:
            if ready is not None:
                ready[action] = number
            return kind, message
    return None


def check_pinned(vote: HubVote, space: str, proposal: str, raw: bytes) -> Rebuilt:
    """Check a vote by the bytes that Snapshot pinned of it, which are compared with their name already.

    Bytes of another message say nothing of this one (`unknown`); bytes of this one that say something else than the
    hub's row make it `bad` (`E_HUB_ROW`).
    """
    try:
        envelope = read_envelope(raw, "snapshot")
    except CodedError as error:
        return Rebuilt(vote, "unknown", error.code)
    if "0x" + envelope.id.hex() != vote.id or not envelope.is_vote():
        return Rebuilt(vote, "unknown")
    message = envelope.message
    said = (envelope.address, message.get("space"), message.get("proposal"), message.get("timestamp"))
    if said != (vote.voter, space, proposal, vote.created) or not _is_choice(vote.choice, envelope):
        return Rebuilt(vote, "bad", "E_HUB_ROW")
    return _judged(vote, envelope.id, HubMessage(address.checksum(envelope.address), "0x" + envelope.signature.hex()))


def _is_choice(shown: object, envelope: Envelope) -> bool:
    """Whether the hub shows the choice that was signed; weights are compared as numbers."""
    try:
        signed = read_choice(envelope.action, envelope.message.get("choice"))
        if envelope.action == "vote-string":
            return weights_of(shown) == signed
        return read_choice(envelope.action, shown) == signed
    except CodedError:
        return False


def _judged(vote: HubVote, id_: bytes, message: HubMessage) -> Rebuilt:
    try:
        signed = signature.parse_hex(message.sig)
        judge(id_, signed, vote.voter, "snapshot")
    except UncheckableError as error:
        return Rebuilt(vote, "contract", error.code)
    except CodedError as error:
        if message.signer.lower() != address.checksum(vote.voter).lower() and _signed_by(id_, message):
            return Rebuilt(vote, "alias")
        return Rebuilt(vote, "bad", error.code)
    return Rebuilt(vote, "signed")


def _signed_by(id_: bytes, message: HubMessage) -> bool:
    """Whether the address that the hub names signed it."""
    try:
        judge(id_, signature.parse_hex(message.sig), address.parse(message.signer), "snapshot")
    except CodedError:
        return False
    return True


@cache
def _candidates(action: str) -> Sequence[tuple[MessageType, tuple[str, ...], str]]:
    """Every way to spell a vote of this kind, that of today's clients first."""
    kinds = [kind for kind in registry().values() if kind.action == action and not kind.starknet]
    kinds.sort(key=lambda kind: (kind.sha256 not in CURRENT.values(), not kind.is_of_today))
    found: list[tuple[MessageType, tuple[str, ...], str]] = []
    for kind in kinds:
        names = tuple(field.name for field in kind.types[kind.primary])
        found += [(kind, names, metadata) for metadata in (_METADATA if "metadata" in names else ("",))]
    return found


def _hash(kind: MessageType, message: Mapping[str, object]) -> bytes | None:
    try:
        return kind.digester(DOMAIN)(message)
    except CodedError:  # this type does not take such a value: an id of IPFS is no bytes32
        return None


def _choice(shown: object) -> tuple[str, object] | None:
    """The kind of vote and the choice as it was signed; an object was signed as its JSON text."""
    match shown:
        case bool():
            return None
        case int():
            return "vote", shown
        case list():
            return "vote-array", shown
        case str():
            return "vote-string", shown
        case dict():
            return "vote-string", _json_text(shown)
    return None


def _json_text(shown: Mapping[str, object]) -> str:
    """As `JSON.stringify` spells it; a number keeps the digits with which the hub showed it."""
    members = (f"{json.dumps(name, ensure_ascii=False)}:{value}" for name, value in shown.items())
    return "{" + ",".join(members) + "}"
