"""Proposals that a hub was seen to show, held against what their authors signed, at the start and at the close.

A hub shows a proposal's members and, elsewhere, its author's signature, never the bytes. They are tried out as those of
votes are (`governance.rebuilding`): every type of proposal that Snapshot ever took, until one hashes to the id. A row
that does so is what was signed. Once one did, a row that does not was changed at the hub, which a later signed update
does too: nothing of such a proposal is released (`E_REVISION`). Where none ever did, nothing is known.

Not decided here: whether the hub showed every proposal and every vote. That stays assumed (`A_COMPLETE`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Literal, NamedTuple

from chain import address, signature
from chain.errors import CodedError, UncheckableError
from chain.json_text import canonical
from governance.commitment import Commitment, read_commitment
from governance.envelope import judge
from governance.followed import Followed, spell
from governance.hub_pages import HubRow
from governance.hub_votes import checksummed
from governance.message_types import CURRENT, DOMAIN, MessageType, registry
from governance.rebuilding import hex_text

Text = Literal["signed", "changed", "unproved", "forged", "contract", "unseen"]
"""`signed`: the row hashes to the id, and the author signed that. `changed`: an earlier row did, and this one does not.
`forged`: it hashes, and the signature is not the author's. `contract`: only a contract can say it. `unseen`: nobody
looked then. `unproved`: everything else."""

State = Literal["pending", "active", "closed", "vanished"]


class Rebuilt(NamedTuple):
    """What was signed, as far as the row tells it."""

    id: bytes
    kind: MessageType
    message: Mapping[str, object]


class Standing(NamedTuple):
    """What is known of one proposal."""

    id: str
    title: str
    state: State
    text: Text
    """Of the newest row."""
    at_start: Text
    at_close: Text
    """`unseen` too while the vote goes on."""
    votes: int
    """That the hub shows."""
    superseded: int
    vanished: int
    """Votes that were there and are not any more, without a later one of their voter."""
    bound: Commitment | None
    """Our own block, where the proposal has one and is as signed."""
    events: tuple[tuple[str, int], ...] = ()
    """Of an IIP that is voted there, the steps of its lifecycle that can be seen, each with its time: `open_vote`;
    `revised` and `lost` before its end, after which nothing of it is released; `ended`. Who won is the count's."""


def rebuild(row: HubRow) -> Rebuilt | None:
    """Find the message that the row allows and whose hash is its id."""
    members = _members(row)
    if members is None:
        return None
    for kind, names in _kinds():
        if not names <= members.keys() | {"plugins"}:
            continue
        for plugins in _plugins(row):
            message = {name: plugins if name == "plugins" else members[name] for name in names}
            found = _hash(kind, message)
            if found is not None and "0x" + found.hex() == row.get("id"):
                return Rebuilt(found, kind, _ordered(kind, message))
    return None


def envelope_of(rebuilt: Rebuilt, message: HubRow) -> bytes:
    """Spell the envelope that was sent, but for its spelling: the message's members in the order of its type."""
    data = {"domain": dict(DOMAIN), "types": rebuilt.kind.to_json(), "message": dict(rebuilt.message)}
    envelope = {"address": hex_text(message.get("address")), "sig": hex_text(message.get("sig")), "data": data}
    return json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()


def text_of(row: HubRow, message: HubRow | None) -> Text:
    """Hold one row against its id and its author's signature."""
    return _judged(row, rebuild(row), message)


def _judged(row: HubRow, rebuilt: Rebuilt | None, message: HubRow | None) -> Text:
    if rebuilt is None:
        return "unproved"
    try:
        author = address.parse(checksummed(row.get("author")))
        judge(rebuilt.id, signature.parse_hex((message or {}).get("sig")), author, "snapshot")
    except UncheckableError:
        return "contract"
    except CodedError:
        return "forged" if message and message.get("sig") else "unproved"
    return "signed"


def standings(known: Followed, now: int) -> Iterator[Standing]:
    """Say of every proposal how it stands, those that vanished too, in the order of their making."""
    for id_ in sorted(known.proposals, key=lambda id_: (known.newest(id_)["created"], id_)):
        yield standing(known, id_, now)


def standing(known: Followed, id_: str, now: int) -> Standing:
    """Say how one proposal stands at `now` (Unix seconds)."""
    row, message = known.newest(id_), known.messages.get(id_)
    rebuilt = [rebuild(seen.row) for seen in known.proposals[id_]]
    texts = [_judged(seen.row, one, message) for seen, one in zip(known.proposals[id_], rebuilt, strict=True)]
    for number, one in enumerate(rebuilt):
        if one is None and any(rebuilt[:number]):
            texts[number] = "changed"
    start, end = _seconds(row, "start"), _seconds(row, "end")
    gone = [mark.row["what"] for mark in known.gone.values() if mark.row.get("proposal") == id_]
    signed = [seen.row for seen, one in zip(known.proposals[id_], rebuilt, strict=True) if one is not None]
    bound, closed = _commitment(signed[0]) if signed else None, _first_look_after(known, id_, end)
    return Standing(
        id=id_,
        title=str(row.get("title", "")),
        state="vanished" if id_ in known.gone else "pending" if now < start else "active" if now <= end else "closed",
        text=texts[-1],
        at_start=_text_at(known, id_, texts, start),
        at_close=_text_at(known, id_, texts, closed) if now > end and closed is not None else "unseen",
        votes=len(known.votes.get(id_, {})),
        superseded=gone.count("superseded"),
        vanished=gone.count("vanished"),
        bound=bound,
        events=() if bound is None else tuple(_events(known, id_, texts, now)),
    )


def _events(known: Followed, id_: str, texts: list[Text], now: int) -> Iterator[tuple[str, int]]:
    start, end = _seconds(known.newest(id_), "start"), _seconds(known.newest(id_), "end")
    if now >= start:
        yield "open_vote", start
    for seen, text in zip(known.proposals[id_], texts, strict=True):
        if text == "changed":
            yield "revised", seen.at
            return
    gone = known.gone.get(id_)
    if gone is not None and gone.seen <= end:
        yield "lost", gone.seen
    elif now > end and (gone is None or _first_look_after(known, id_, end) is not None):
        yield "ended", end


def _text_at(known: Followed, id_: str, texts: list[Text], moment: int) -> Text:
    """The text of the row that was the newest at a moment; `unseen` where none had been seen by then."""
    at = [text for seen, text in zip(known.proposals[id_], texts, strict=True) if seen.at <= moment]
    return at[-1] if at else "unseen"


def _first_look_after(known: Followed, id_: str, end: int) -> int | None:
    """When somebody first looked after the end, if the proposal was there until then."""
    gone = known.gone.get(id_)
    return next((seen for seen in known.looked if seen >= end and (gone is None or seen < gone.seen)), None)


def _commitment(row: HubRow) -> Commitment | None:
    try:
        return read_commitment(canonical(row.get("plugins")))
    except CodedError:
        return None


def _members(row: HubRow) -> dict[str, object] | None:
    """What a message may have taken from a row; None where the row is of another form."""
    try:
        author = address.checksum(address.parse(checksummed(row.get("author"))))
    except CodedError:
        return None
    found: dict[str, object] = {
        "from": author, "space": row.get("space"), "timestamp": row.get("created"), "type": row.get("type"),
        "title": row.get("title"), "body": row.get("body"), "discussion": row.get("discussion") or "",
        "choices": row.get("choices"), "labels": row.get("labels") or [], "start": row.get("start"),
        "end": row.get("end"), "snapshot": row.get("snapshot"), "privacy": row.get("privacy") or "",
        "app": row.get("app") or "", "network": row.get("network") or "",
    }  # fmt: skip
    return found


def _plugins(row: HubRow) -> tuple[str, ...]:
    """Spellings of `plugins`: as the hub orders its members, and canonically, as we sign it."""
    shown = row.get("plugins") or {}
    spelled = spell(shown, ascii_only=False)
    try:
        return tuple(dict.fromkeys((spelled, canonical(shown))))
    except CodedError:  # a number with a fraction, as no block of ours has one
        return (spelled,)


@cache
def _kinds() -> tuple[tuple[MessageType, frozenset[str]], ...]:
    """Every type of a proposal whose members a hub shows, those of today's clients first."""
    kinds = [kind for kind in registry().values() if kind.action == "proposal" and not kind.starknet]
    kinds.sort(key=lambda kind: (kind.sha256 not in CURRENT.values(), not kind.is_of_today))
    return tuple((kind, frozenset(field.name for field in kind.types[kind.primary])) for kind in kinds)


def _ordered(kind: MessageType, message: Mapping[str, object]) -> Mapping[str, object]:
    return {field.name: message[field.name] for field in kind.types[kind.primary]}


def _hash(kind: MessageType, message: Mapping[str, object]) -> bytes | None:
    try:
        return kind.digester(DOMAIN)(message)
    except CodedError:  # this type does not take such a value
        return None


def _seconds(row: HubRow, name: str) -> int:
    value = row.get(name)
    return value if type(value) is int else 0
