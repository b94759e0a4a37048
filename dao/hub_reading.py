"""Everything that an audit needs of a hub, asked in its order: a proposal, its votes, and what was signed.

Decides only that order, and says how far it got. Whether the pages fit each other is decided by `governance.hub_pages`,
what is found by `governance.hub_audit`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from chain import unixfs
from chain.clients.node import Node
from chain.clients.pinning import PinningService
from chain.content_id import ContentId
from chain.errors import CodedError
from chain.finding import Finding
from dao.hub_pages import Ask, keeping
from dao.places import Place
from dao.workflow.power_evidence import reader
from governance import attested, hub_powers, strategies
from governance.audit import Order
from governance.clients import snapshot
from governance.clients.snapshot import Hub
from governance.envelope import MAX_BYTES
from governance.hub_answer import read_hub_json
from governance.hub_audit import HubAudit, audit_served
from governance.hub_pages import PAGE_ROWS, Gathering, HubPageError, HubRow
from governance.hub_votes import HubMessage, HubProposal, HubVote, answer_of, read_messages, read_proposal, read_votes
from governance.rebuilding import Rebuilt, check_pinned, check_signatures

Progress = Callable[[str, int, int], None]
"""Told what is being done, how many of it are done, and of how many; 0 where nobody knows."""


def find_proposal(hub: Hub, id_: str, space: str) -> HubProposal:
    """Ask for one proposal, always anew; raises `HubPageError` where the hub has none, or another."""
    row = _field(hub.ask("proposal", snapshot.ONE_PROPOSAL, {"id": id_}), "proposal")
    if row is None:
        raise HubPageError("E_HUB_PAGE", "absent", id=id_)
    found = read_proposal(row)
    if found.id != id_:
        raise HubPageError("E_HUB_PAGE", "other", id=found.id)
    if space and found.space.lower() != space.lower():
        raise HubPageError("E_HUB_PAGE", "space", id=id_, space=found.space)
    return found


def find_closed(hub: Hub, space: str, progress: Progress) -> Iterator[HubProposal]:
    """Ask for every closed proposal of a space, by the time of its making."""
    gathering = Gathering("space", space, _PROPOSALS_AT_ONCE)
    while (cursor := gathering.cursor) is not None:
        asked = {"space": space, "created": cursor.created, "first": _PROPOSALS_AT_ONCE, "skip": cursor.skip}
        gathering.take(_field(hub.ask("proposals", snapshot.PROPOSALS, asked), "proposals"))
        progress("proposals", len(gathering), 0)
    yield from map(read_proposal, gathering.rows)


_PROPOSALS_AT_ONCE = 100


def audit_proposal(
    hub: Hub,
    proposal: HubProposal,
    progress: Progress,
    *,
    folder: Path | None,
    order: Order,
    node: Node | None,
    places: Sequence[Place] = (),
) -> HubAudit:
    """Ask for a proposal's votes and signatures, compute the powers again where there is a node, and audit them."""
    state = [proposal.id, proposal.votes, proposal.scores_state, proposal.scores_updated]
    ask = keeping(hub, folder, state)
    rows = _gather_votes(ask, proposal, progress)
    votes = read_votes(rows)
    messages: dict[str, HubMessage] = {}
    for first in range(0, len(votes), snapshot.IDS_MAX):
        ids = [vote.id for vote in votes[first : first + snapshot.IDS_MAX]]
        answer = ask("messages", snapshot.MESSAGES, {"ids": ids, "first": snapshot.IDS_MAX})
        messages |= read_messages(_field(answer, "messages"), ids)
        progress("messages", first + len(ids), len(votes))
    rebuilt: list[Rebuilt] = []
    for row in check_signatures(votes, proposal.space, proposal.id, messages):
        rebuilt.append(_from_places(row, proposal, places) if row.status in {"unknown", "none"} else row)
        if len(rebuilt) % 100 == 0 or len(rebuilt) == len(votes):
            progress("signatures", len(rebuilt), len(votes))
    powers = [] if node is None else compute_powers(node, proposal, votes, progress)
    return audit_served(proposal, answer_of(proposal, rows), votes, rebuilt, order=order, powers=powers)


def _from_places(row: Rebuilt, proposal: HubProposal, places: Sequence[Place]) -> Rebuilt:
    """Check a vote by its pinned bytes, from the first place that has them; else it stays as it was."""
    for place in places:
        assert not isinstance(place, PinningService), "no service is named here"
        try:
            raw = unixfs.read(ContentId.parse(row.vote.ipfs), place.block, max_bytes=MAX_BYTES)
        except CodedError as error:
            if error.code == "E_IPFS" and error.reason in {"connect", "timeout", "http"}:
                raise
            continue  # it has no such bytes, or other ones, or the hub's name is none
        found = check_pinned(row.vote, proposal.space, proposal.id, raw)
        if found.status != "unknown":
            return found
    return row


def compute_powers(node: Node, proposal: HubProposal, votes: Sequence[HubVote], progress: Progress) -> list[Finding]:
    """Ask a node for the powers at the snapshot block, and compare them with the hub's."""
    planned = hub_powers.plan(proposal, node.chain_id())
    computed: list[hub_powers.Computed] = []
    if proposal.snapshot is None:
        raise HubPageError("E_HUB_PAGE", "shape", field="snapshot")
    voters = sorted({vote.voter for vote in votes})
    for number, row in enumerate(planned, 1):
        if row.settings is not None:
            ask = reader(node, node.block(proposal.snapshot).ref, lambda _: None)
            weighed = attested.run(strategies.find(row.name, 1).plan(row.settings.params, voters), ask)
            computed.append(hub_powers.Computed(row, weighed.powers))
        progress("powers", number, len(planned))
    return list(hub_powers.compare(votes, planned, computed))


def _gather_votes(ask: Ask, proposal: HubProposal, progress: Progress) -> list[HubRow]:
    gathering = Gathering("proposal", proposal.id)
    while (cursor := gathering.cursor) is not None:
        asked = {"proposal": proposal.id, "created": cursor.created, "first": PAGE_ROWS, "skip": cursor.skip}
        gathering.take(_field(ask("votes", snapshot.VOTES, asked), "votes"))
        progress("votes", len(gathering), proposal.votes or 0)
    return gathering.rows


def _field(answer: bytes, name: str) -> object:
    """Take a field of an answer that had it when it came."""
    document = read_hub_json(answer)
    data = document.get("data") if isinstance(document, dict) else None
    return data.get(name) if isinstance(data, dict) else None
