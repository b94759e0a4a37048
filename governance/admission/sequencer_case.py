"""What Snapshot's sequencer looks at: an envelope, what the hub shows, and what only the sequencer itself knows.

Nothing is decided here; `governance.admission.sequencer` holds the rules, in their order.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from governance.message_types import MessageType


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What only the sequencer, a strategy or a node knows; None where nobody told it."""

    authorized: bool | None = None
    """Whether the sender's network address is not flagged."""
    contract_signed: bool | None = None
    """What the contract says that should have signed, if it takes one."""
    alias: str | None = None
    """Of an alias: `yes`, `type` (not for such a message), or `no`."""
    settings_problem: str | None = None
    """Why the space's settings are invalid; empty: they are valid."""
    premium_network: bool | None = None
    content_ok: bool | None = None
    author_ok: bool | None = None
    validation: str | None = None
    """`passed`, `failed`, or `error`."""
    network_start: int | None = None
    head: int | None = None
    """Number of the newest block of the space's network; -1 if it cannot be asked."""
    space_full: bool | None = None
    author_full: bool | None = None
    strategies_max: int | None = None
    """How many strategies the space's settings may have."""
    controller: bool | None = None
    """Whether the sender controls the space's name."""
    vote_validation: str | None = None
    power: int | None = None
    """Whether above 0; -1: it could not be computed."""
    pinned: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SequencerCase:
    """An envelope, and every fact that the answer depends on."""

    body: bytes
    """As it is sent."""
    now: int
    """Unix seconds."""
    space: Mapping[str, Any] | None
    """The hub's row; None: it has none."""
    proposal: Mapping[str, Any] | None = None
    """The hub's row of the proposal that a vote or a cancellation names; None: it has none."""
    known_ids: Collection[str] = field(default_factory=frozenset)
    previous: tuple[str, int] | None = None
    """Id and timestamp of the voter's vote that the hub shows."""
    told: Told = Told()


class Seen(NamedTuple):
    """A case, with what its body holds."""

    case: SequencerCase
    document: Mapping[str, Any]
    message: Mapping[str, Any]
    kind: MessageType | None
    id: str
    """Empty where the message fits no types."""

    @property
    def action(self) -> str:
        """What it does; empty where its types are unknown."""
        return "" if self.kind is None else self.kind.action

    @property
    def is_vote(self) -> bool:
        """Whether it is a vote, in any of the three forms."""
        return self.action in ("vote", "vote-array", "vote-string")


def people(space: Mapping[str, Any], *roles: str) -> set[str]:
    """Who has one of these roles, in lower case."""
    lists = (space.get(role) for role in roles)
    return {str(one).lower() for found in lists if isinstance(found, list) for one in found}


def voting(seen: Seen) -> Mapping[str, Any]:
    """How the space votes."""
    return (seen.case.space or {}).get("voting") or {}


def json_in(text: object) -> Any:
    """What a text inside of a message holds; None where it is no JSON, or nests deeper than anybody means."""
    try:
        return json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None


def units(text: object) -> int:
    """Length as JavaScript measures it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2 if isinstance(text, str) else 0
