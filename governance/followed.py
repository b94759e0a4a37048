"""What a hub was seen to say of one space: an append-only list of facts, and which of them a new answer adds.

A fact is a row as the hub showed it, or a mark: something of a row that its sender signed was `changed`; a row that was
there has `vanished`; a vote was `superseded` by a later one of its voter; what had gone `returned`. Nothing is taken
back and nothing is believed: whether a row is what its sender signed is decided by `governance.followed_proposals`, and
what the votes make by the audit. Facts are canonical DAG-CBOR maps of ours; the row inside is JSON text, with the hub's
members, order and digits.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from chain import dag_cbor
from chain.json_text import canonical
from governance.errors import GovernanceError
from governance.hub_answer import read_hub_json
from governance.hub_pages import HubPageError, HubRow, check_row

VERSION = 1
KINDS = ("follow", "space", "proposal", "vote", "message", "read", "mark", "looked")
"""`follow`: the hub, once, first. `read`: how far the votes of a proposal were read. `looked`: a whole round ended."""
ROW_MAX = 512 * 1024
"""Characters of a row's text; the longest that Snapshot takes has a third of it."""
SIGNED = (
    "ipfs", "author", "created", "type", "title", "body", "discussion", "choices", "labels", "start", "end", "snapshot",
    "plugins", "privacy", "app",
)  # fmt: skip
"""Members of a proposal that its author signed, or that name what he signed."""
SIGNED_VOTE = ("ipfs", "voter", "created", "choice", "reason", "app")
READ = ("votes", "scores_state", "scores_updated")
"""Members of a proposal by which a list of votes is known to be the same."""

_KEYS = frozenset({"v", "kind", "seen", "of", "row"})


class FollowedError(GovernanceError):
    """Facts that are none of ours, or of a version this tool does not know (`E_FOLLOW`, `E_VERSION`)."""


class Fact(NamedTuple):
    """One fact."""

    kind: str
    seen: int
    """When the round of asking began in which it was seen; Unix seconds."""
    of: str
    """The id of what it tells of; the space where it tells of no message."""
    row: Mapping[str, object]

    def encode(self) -> bytes:
        """Spell it in bytes; `E_HUB_PAGE` for a row that is longer than any of Snapshot's."""
        text = spell(self.row)
        if len(text) > ROW_MAX:
            raise HubPageError("E_HUB_PAGE", "row_size", id=self.of, limit=ROW_MAX)
        return dag_cbor.encode({"v": VERSION, "kind": self.kind, "seen": self.seen, "of": self.of, "row": text})


def decode(data: bytes) -> Fact:
    """Read a fact; raises `FollowedError`, or the codec's own refusal."""
    value = dag_cbor.decode(data)
    if not isinstance(value, dict) or value.keys() != _KEYS:
        raise FollowedError("E_FOLLOW", "fact")
    if type(value["v"]) is not int or value["v"] != VERSION or value["kind"] not in KINDS:
        raise FollowedError("E_VERSION", "fact", version=str(value["v"])[:20], kind=str(value["kind"])[:40])
    kind, seen, of, text = value["kind"], value["seen"], value["of"], value["row"]
    if type(seen) is not int or not isinstance(of, str) or not isinstance(text, str):
        raise FollowedError("E_FOLLOW", "fact")
    row = read_hub_json(text.encode())
    if not isinstance(row, dict) or spell(row) != text:
        raise FollowedError("E_FOLLOW", "fact")
    return Fact(str(kind), seen, of, row)


def read_kept(data: bytes) -> Fact:
    """Read a fact that a follower says to have kept; raises as `decode`, and for a row that no round would keep."""
    fact = decode(data)
    if fact.kind in ("proposal", "vote"):
        try:
            check_row(fact.row)
        except HubPageError:
            raise FollowedError("E_FOLLOW", "fact") from None
    is_of_its_id = fact.kind not in ("proposal", "vote", "message") or fact.row.get("id") == fact.of
    if not is_of_its_id or (fact.kind == "vote" and not isinstance(fact.row.get("voter"), str)):
        raise FollowedError("E_FOLLOW", "fact")
    return fact


def spell(value: object, *, ascii_only: bool = True) -> str:
    """Write what `read_hub_json` read as JSON without blanks: members in their order, numbers with their digits.

    With `ascii_only` False letters are spelled as JavaScript's `JSON.stringify` does.
    """
    match value:
        case dict():
            members = (
                f"{json.dumps(name, ensure_ascii=ascii_only)}:{spell(inner, ascii_only=ascii_only)}"
                for name, inner in value.items()
            )
            return "{" + ",".join(members) + "}"
        case list():
            return "[" + ",".join(spell(inner, ascii_only=ascii_only) for inner in value) + "]"
        case Decimal():
            return str(value)
    return json.dumps(value, ensure_ascii=ascii_only)


class Seen(NamedTuple):
    """A row, and when it was first seen so."""

    at: int
    row: HubRow


class Followed:
    """What the facts so far say, with the newest row of everything; it grows by `take`."""

    def __init__(self, facts: Iterable[Fact] = ()) -> None:
        self.space: HubRow | None = None
        self.hub = ""
        self.proposals: dict[str, list[Seen]] = {}
        """Every row of a proposal, the newest last."""
        self.votes: dict[str, dict[str, HubRow]] = {}
        """The votes that the hub shows of a proposal, by id."""
        self.messages: dict[str, HubRow] = {}
        """Addresses and signatures, by the message's id."""
        self.gone: dict[str, Fact] = {}
        """What the hub shows no more, by id, with the mark that says so."""
        self.marks: dict[str, list[Fact]] = {}
        """All marks, by the id that they tell of."""
        self.read: dict[str, Mapping[str, object]] = {}
        self.looked: list[int] = []
        """When the rounds began that came to their end."""
        for fact in facts:
            self.take(fact)

    def take(self, fact: Fact) -> None:
        """Add one fact."""
        row = fact.row
        match fact.kind:
            case "follow":
                self.hub = str(row.get("hub", ""))
            case "space":
                self.space = row
            case "proposal":
                self.proposals.setdefault(fact.of, []).append(Seen(fact.seen, row))
            case "vote":
                self.votes.setdefault(str(row.get("proposal")), {})[fact.of] = row
            case "message":
                self.messages[fact.of] = row
            case "read":
                self.read[fact.of] = row
            case "looked":
                self.looked.append(fact.seen)
            case "mark":
                self._mark(fact)

    def _mark(self, fact: Fact) -> None:
        self.marks.setdefault(fact.of, []).append(fact)
        match fact.row.get("what"):
            case "vanished" | "superseded":
                self.gone[fact.of] = fact
                self.votes.get(str(fact.row.get("proposal", "")), {}).pop(fact.of, None)
            case "returned":
                self.gone.pop(fact.of, None)

    def newest(self, proposal: str) -> HubRow:
        """The newest row of a proposal."""
        return self.proposals[proposal][-1].row

    def shown(self) -> list[str]:
        """Ids of the proposals that the hub shows, in the order of their making."""
        ids = [id_ for id_ in self.proposals if id_ not in self.gone]
        return sorted(ids, key=lambda id_: (self.newest(id_)["created"], id_))

    def is_read(self, proposal: str) -> bool:
        """Whether the votes of a proposal were read for good: its scores are final, and the list is the same."""
        row, read = self.newest(proposal), self.read.get(proposal)
        return row.get("scores_state") == "final" and read == {name: row.get(name) for name in READ}


def of_space(known: Followed, space: str, row: HubRow, seen: int) -> Iterator[Fact]:
    """Facts of the space's settings."""
    if row != known.space:
        yield Fact("space", seen, space, row)


def of_proposals(known: Followed, rows: Sequence[HubRow], seen: int) -> Iterator[Fact]:
    """Facts of the whole list of proposals."""
    for row in rows:
        id_ = row["id"]
        before = known.newest(id_) if id_ in known.proposals else None
        yield from _returned(known, id_, seen)
        if row != before:
            yield Fact("proposal", seen, id_, row)
        if before is not None:
            yield from _changed(before, row, SIGNED, seen)
    listed = {row["id"] for row in rows}
    for id_ in known.shown():
        if id_ not in listed:
            yield _mark(seen, id_, "vanished")


def of_votes(known: Followed, proposal: str, rows: Sequence[HubRow], seen: int) -> Iterator[Fact]:
    """Facts of the whole list of a proposal's votes."""
    before = known.votes.get(proposal, {})
    listed = {row["id"] for row in rows}
    latest = {str(row["voter"]).lower(): row["id"] for row in rows}
    for row in rows:
        old = before.get(row["id"])
        yield from _returned(known, row["id"], seen, proposal)
        if row != old:
            yield Fact("vote", seen, row["id"], row)
        if old is not None:
            yield from _changed(old, row, SIGNED_VOTE, seen, proposal)
    for id_, old in before.items():
        if id_ not in listed:
            by = latest.get(str(old["voter"]).lower())
            yield _mark(seen, id_, "superseded" if by else "vanished", proposal, by=by)


def of_reading(known: Followed, proposal: str, seen: int) -> Iterator[Fact]:
    """The fact that votes and signatures of a proposal were read, as it stands."""
    row = known.newest(proposal)
    read = {name: row.get(name) for name in READ}
    if read != known.read.get(proposal):
        yield Fact("read", seen, proposal, read)


def of_messages(rows: Iterable[HubRow], asked: Sequence[str], seen: int) -> Iterator[Fact]:
    """Facts of signatures, in the order in which they were asked for."""
    by_id = {row["id"]: row for row in rows}
    for id_ in asked:
        if id_ in by_id:
            yield Fact("message", seen, id_, by_id[id_])


def _returned(known: Followed, id_: str, seen: int, proposal: str = "") -> Iterator[Fact]:
    if id_ in known.gone:
        yield _mark(seen, id_, "returned", proposal)


def _changed(before: HubRow, after: HubRow, names: Sequence[str], seen: int, proposal: str = "") -> Iterator[Fact]:
    fields = [name for name in names if before.get(name) != after.get(name)]
    if fields:
        yield _mark(seen, after["id"], "changed", proposal, fields=fields)


def _mark(seen: int, id_: str, what: str, proposal: str = "", **more: object) -> Fact:
    told = {"what": what, "proposal": proposal, **more}
    row = {name: value for name, value in told.items() if value}
    return Fact("mark", seen, id_, json.loads(canonical(row)))
