"""A proposal and its votes as a hub's GraphQL tells them, with what an audit needs beside the count.

Decides their form: what is not of the hub's documented types is `E_HUB_PAGE`, for a hub that answers otherwise cannot
be checked. Numbers keep their digits. Titles and names of choices are anybody's text and are only bounded here; whoever
shows them makes them harmless. The count itself reads the same rows through `governance.hub_answer`.

Source: the hub's GraphQL types `Proposal`, `Vote` and `Message`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from chain import address
from chain.errors import ChainError
from governance.hub_answer import HubAnswer, Number, hub_answer_of
from governance.hub_pages import HubPageError, HubRow

TEXT_MAX = 4_096
"""Characters of a title or a name that are kept."""
CHOICES_MAX = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class HubProposal:
    """What a hub says of a proposal, unproved."""

    id: str
    space: str
    network: str
    title: str
    system: str
    """`type`, as `ranked-choice`."""
    choices: tuple[str, ...]
    snapshot: int | None
    """Block number; None where the hub says none."""
    start: int
    end: int
    """Unix seconds."""
    votes: int | None
    """How many votes the hub says there are."""
    scores_state: str
    """`final` once Snapshot counts no more."""
    scores_updated: int | None
    """When the scores were last computed, Unix seconds."""
    quorum: Number
    quorum_type: str
    """Empty, or `rejection`."""
    privacy: str
    strategies: tuple[Mapping[str, Any], ...]
    """Each with `name`, `network` and `params`."""
    plugins: Mapping[str, Any]
    raw: HubRow


class HubVote(NamedTuple):
    """One vote of the list."""

    id: str
    voter: bytes
    created: int
    choice: object
    ipfs: str
    """The name of the pinned bytes, as the hub says."""
    reason: str
    app: str
    state: str
    """`vp_state`: `final`, or `pending` until the power is computed again."""
    power: Number
    by_strategy: tuple[Number, ...]


class HubMessage(NamedTuple):
    """What the hub keeps of a signed message, without its body."""

    signer: str
    sig: str


def read_proposal(row: object) -> HubProposal:
    """Read one proposal; raises `HubPageError`."""
    if not isinstance(row, dict):
        raise HubPageError("E_HUB_PAGE", "shape", field="proposal")
    choices, strategies = row.get("choices"), row.get("strategies") or []
    if not isinstance(choices, list) or not 0 < len(choices) <= CHOICES_MAX or not all(map(_is_text, choices)):
        raise HubPageError("E_HUB_PAGE", "shape", field="choices")
    if not isinstance(strategies, list) or not all(isinstance(strategy, dict) for strategy in strategies):
        raise HubPageError("E_HUB_PAGE", "shape", field="strategies")
    space, plugins = row.get("space"), row.get("plugins")
    return HubProposal(
        id=_text(row, "id"),
        space=_text(space if isinstance(space, dict) else {"id": space}, "id"),
        network=_text(row, "network"),
        title=_text(row, "title"),
        system=_text(row, "type"),
        choices=tuple(choices),
        snapshot=_whole_or_none(row, "snapshot"),
        start=_whole_or_none(row, "start") or 0,
        end=_whole_or_none(row, "end") or 0,
        votes=_whole_or_none(row, "votes"),
        scores_state=_text(row, "scores_state"),
        scores_updated=_whole_or_none(row, "scores_updated"),
        quorum=_number(row, "quorum"),
        quorum_type=_text(row, "quorumType"),
        privacy=_text(row, "privacy"),
        strategies=tuple(strategies),
        plugins=plugins if isinstance(plugins, dict) else {},
        raw=row,
    )


def read_votes(rows: Sequence[HubRow]) -> list[HubVote]:
    """Read the votes of a gathered list; raises `HubPageError`, naming the row."""
    return [_vote(row) for row in rows]


def answer_of(proposal: HubProposal, rows: Sequence[HubRow]) -> HubAnswer:
    """Give what the count reads; raises as `read_hub_answer`."""
    return hub_answer_of({**proposal.raw, "type": proposal.system, "choices": list(proposal.choices)}, list(rows))


def read_messages(rows: object, asked: Sequence[str]) -> dict[str, HubMessage]:
    """Read what the hub keeps of the messages with these ids; raises `HubPageError` for another one, or one twice."""
    if not isinstance(rows, list) or len(rows) > len(asked):
        raise HubPageError("E_HUB_PAGE", "shape", field="messages")
    known, found = frozenset(asked), dict[str, HubMessage]()
    for row in rows:
        id_ = row.get("id") if isinstance(row, dict) else None
        if not isinstance(id_, str) or id_ not in known:
            raise HubPageError("E_HUB_PAGE", "other", id=str(id_)[:80])
        if id_ in found:
            raise HubPageError("E_HUB_PAGE", "twice", id=id_)
        signer, sig = row.get("address"), row.get("sig")
        found[id_] = HubMessage(signer if isinstance(signer, str) else "", sig if isinstance(sig, str) else "")
    return found


def _vote(row: HubRow) -> HubVote:
    try:
        voter = address.parse(checksummed(row.get("voter")))
    except ChainError:
        raise HubPageError("E_HUB_PAGE", "voter", id=row["id"]) from None
    parts = row.get("vp_by_strategy")
    return HubVote(
        id=row["id"],
        voter=voter,
        created=row["created"],
        choice=row.get("choice"),
        ipfs=_text(row, "ipfs"),
        reason=_text(row, "reason"),
        app=_text(row, "app"),
        state=_text(row, "vp_state"),
        power=_number(row, "vp"),
        by_strategy=tuple(part for part in parts if _is_number(part)) if isinstance(parts, list) else (),
    )


def checksummed(text: object) -> object:
    """An address without capitals, as some hubs answer, gets its checksum; any other must have it."""
    if isinstance(text, str) and text.startswith("0x") and text == text.lower() and len(text) == 42:
        try:
            return address.checksum(bytes.fromhex(text[2:]))
        except ValueError:
            return text
    return text


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= TEXT_MAX


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _text(row: HubRow, name: str) -> str:
    """Text, of which null is none; more than `TEXT_MAX` is no answer of a hub, but for reasons, of 5,000."""
    value = row.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > 2 * TEXT_MAX:
        raise HubPageError("E_HUB_PAGE", "shape", field=name)
    return value


def _whole_or_none(row: HubRow, name: str) -> int | None:
    value = row.get(name)
    if value is None:
        return None
    if type(value) is not int or not 0 <= value < 2**53:
        raise HubPageError("E_HUB_PAGE", "shape", field=name)
    return value


def _number(row: HubRow, name: str) -> Number:
    value = row.get(name, 0)
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise HubPageError("E_HUB_PAGE", "shape", field=name)
    return value
